//! `cargo xtask seed`: fills the running local service with a made-up world through its API.

mod api;
mod person;
pub(crate) mod pictures;
mod texts;
pub(crate) mod workers;
mod world;

use std::{
    net::{TcpStream, ToSocketAddrs},
    time::Instant,
};

use anyhow::{Context, Result, bail, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use crate::{cli::SeedArgs, console, form::Form};

use api::{Api, Body, Call};
use person::Person;
use pictures::Landscape;
use world::{Answer, Button, Tweet, World};

/// Everybody's password. Only a service on this machine is seeded with it.
const PASSWORD: &str = "plover-egret-41";

/// Result of the task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seeded {
    /// The world was made.
    Done,
    /// The service had the world before.
    Before,
}

/// A person with an account.
struct Signed {
    id: String,
    token: String,
}

/// A world that is being sent to the service.
struct Seeding<'a> {
    api: Api,
    seed: u64,
    world: &'a World,
    landscapes: Vec<Landscape>,
    bar: ProgressBar,
}

/// Fills the service. It continues an earlier run that was interrupted, and leaves a complete world as it is.
pub fn seed(args: &SeedArgs) -> Result<Seeded> {
    ensure_local(&args.url)?;
    let started = Instant::now();
    let world = World::plan(args.seed, usize::from(args.users));
    let first = world.people.first().context("a world needs people")?;
    let api = Api::new(&args.url);
    if is_whole(&api, first)? {
        console::say(&format!(
            "The world of seed {} is here already; `--seed {}` makes another one.",
            args.seed,
            args.seed.wrapping_add(1)
        ));
        console::say(&farewell(args, &world));
        return Ok(Seeded::Before);
    }
    let steps = u64::try_from(world.people.len() * 2 + world.deeds())?;
    let landscapes = (0..pictures::LANDSCAPES as u64)
        .map(|of| pictures::landscape(of.wrapping_add(args.seed << 8)))
        .collect::<Result<_>>()?;
    let seeding = Seeding { api, seed: args.seed, world: &world, landscapes, bar: bar(steps) };
    let outcome = seeding.run();
    seeding.bar.finish_and_clear();
    outcome?;
    console::say(&format!(
        "{} people with {} follows, {} tweets, {} comments and replies, {} likes, retweets and saves, in {:.0} s.",
        world.people.len(),
        world.follows.len(),
        world.tweets.len(),
        world.answers.len(),
        world.presses.len(),
        started.elapsed().as_secs_f64()
    ));
    console::say(&farewell(args, &world));
    Ok(Seeded::Done)
}

/// The username of the person whom most follow.
#[must_use]
pub fn best_known(args: &SeedArgs) -> Option<String> {
    World::plan(args.seed, usize::from(args.users)).people.into_iter().next().map(|person| person.username)
}

/// The password is in this file, so only a service on this machine is filled.
fn ensure_local(url: &str) -> Result<()> {
    let authority = url.strip_prefix("http://").map(|rest| rest.trim_end_matches('/'));
    let authority =
        authority.context("--url is like http://127.0.0.1:9000 (with `--https`, plain HTTP is on the next port)")?;
    let mut addresses = authority.to_socket_addrs().with_context(|| format!("{authority} is no host and port"))?;
    let address = addresses.find(|address| address.ip().is_loopback());
    let address = address.with_context(|| format!("{authority} is not this machine, and only that is filled"))?;
    ensure!(
        TcpStream::connect(address).is_ok(),
        "nothing listens on {authority}; start the service with `cargo xtask run`, or say where it is with --url"
    );
    Ok(())
}

/// The last tweet is sent after all other requests.
fn is_whole(api: &Api, first: &Person) -> Result<bool> {
    let answer = api.sent(Call::get(format!("/api/tweets/by/{}/?limit=1", first.username)))?;
    match answer.status {
        200 => Ok(answer.body.pointer("/results/0/message").is_some_and(|message| message == texts::LAST_WORD)),
        404 => Ok(false),
        status => bail!("the service answered {status}: {}", answer.body),
    }
}

fn bar(steps: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:24} {bar:36} {pos}/{len} {elapsed} (about {eta} left)");
    let bar = ProgressBar::new(steps);
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}

impl Seeding<'_> {
    fn run(&self) -> Result<()> {
        let world = self.world;
        let people = self.phase("Signing up", &world.people, |_, person| self.sign_up(person))?;
        self.phase("Pictures and biographies", &world.people, |at, person| {
            self.introduce(person, signed(&people, at)?)
        })?;
        self.phase("Follows", &world.follows, |_, (from, to)| {
            let path = format!("/api/profiles/{}/follow/", signed(&people, *to)?.id);
            self.api.done(Call::post(path, Body::Empty).by(&signed(&people, *from)?.token))
        })?;
        let (last, rest) = world.tweets.split_last().context("a world needs tweets")?;
        let tweets = self.phase("Tweets", rest, |at, tweet| self.post(at, tweet, signed(&people, tweet.author)?))?;
        self.phase("Comments and replies", &world.answers, |at, answer| self.answer(at, answer, &people, &tweets))?;
        self.phase("Likes and retweets", &world.presses, |_, (who, tweet, button)| {
            self.press(signed(&people, *who)?, tweets.get(*tweet).context("there is no such tweet")?, *button)
        })?;
        self.post(rest.len(), last, signed(&people, last.author)?)?;
        Ok(())
    }

    fn phase<T: Sync, R: Send>(
        &self,
        name: &'static str,
        items: &[T],
        work: impl Fn(usize, &T) -> Result<R> + Sync,
    ) -> Result<Vec<R>> {
        if self.bar.is_hidden() {
            console::step(&format!("{name} ({})", items.len()));
        }
        self.bar.set_message(name);
        workers::each(items, &self.bar, work)
    }

    /// Signs up, or logs in if an earlier run has signed up.
    fn sign_up(&self, person: &Person) -> Result<Signed> {
        let Person { username, alias, .. } = person;
        let email = format!("{username}@example.com");
        let form = json!({"name": alias, "username": username, "email": email, "password": PASSWORD});
        let answer = self.api.sent(Call::post("/auth/register/", Body::Json(form)))?;
        ensure!(answer.status == 201 || answer.status == 400, "no signup of {username}: {}", answer.body);
        let login = json!({"username": username, "password": PASSWORD});
        let login = self.api.sent(Call::post("/auth/token/login/", Body::Json(login)))?;
        if login.status != 200 {
            bail!("the name {username} is taken by somebody else ({}); choose another --seed", answer.body);
        }
        let token = login.text("/auth_token")?;
        let id = match answer.status {
            201 => answer.text("/user/id")?,
            _ => self.api.done(Call::get("/auth/users/me/").by(&token))?.text("/id")?,
        };
        Ok(Signed { id, token })
    }

    fn introduce(&self, person: &Person, signed: &Signed) -> Result<()> {
        let form = Form::default().text("bio", &person.bio);
        // One in eight has no picture.
        let form = match person.picture % 8 {
            0 => form,
            _ => form.file("image", "avatar.png", "image/png", &pictures::avatar(person.picture)?),
        };
        let call = Call { method: "PUT", ..Call::post("/profile/update", Body::Form(form)) };
        self.api.done(call.by(&signed.token)).map(|_| ())
    }

    fn post(&self, at: usize, tweet: &Tweet, author: &Signed) -> Result<String> {
        let mut form = Form::default().text("message", &tweet.message);
        for Landscape { bytes, words } in
            tweet.landscapes.iter().filter_map(|landscape| self.landscapes.get(*landscape))
        {
            form = form.file("imagelinks", "view.jpg", "image/jpeg", bytes).text("alt", words);
        }
        let call = Call::post("/api/tweets/", Body::Form(form)).by(&author.token).once(self.key("tweet", at));
        self.api.done(call)?.text("/id")
    }

    fn answer(&self, at: usize, answer: &Answer, people: &[Signed], tweets: &[String]) -> Result<()> {
        let (author, tweet) =
            (signed(people, answer.author)?, tweets.get(answer.tweet).context("there is no such tweet")?);
        let written = self.write(self.key("answer", at), tweet, &answer.message, answer.is_reply, author)?;
        let asked = self.world.tweets.get(answer.tweet).map(|tweet| tweet.author).context("there is no such tweet")?;
        if let (Some(back), true) = (&answer.back, answer.is_reply) {
            self.write(self.key("back", at), &written, back, true, signed(people, asked)?)?;
            self.bar.inc(1);
        }
        Ok(())
    }

    fn write(&self, key: String, tweet: &str, message: &str, is_reply: bool, author: &Signed) -> Result<String> {
        let call = if is_reply {
            Call::post("/api/tweets/", Body::Json(json!({"message": message, "in_reply_to": tweet})))
        } else {
            Call::post(format!("/api/tweets/{tweet}/comments/"), Body::Json(json!({ "message": message })))
        };
        self.api.done(call.by(&author.token).once(key))?.text("/id")
    }

    fn press(&self, who: &Signed, tweet: &str, button: Button) -> Result<()> {
        let path = format!("/api/tweets/{tweet}/{}/", button.word());
        self.api.done(Call::post(path, Body::Empty).by(&who.token)).map(|_| ())
    }

    fn key(&self, what: &str, at: usize) -> String {
        format!("seed-{}-{}-{what}-{at}", self.seed, self.world.people.len())
    }
}

fn signed(people: &[Signed], at: usize) -> Result<&Signed> {
    people.get(at).context("there is no such person")
}

/// Commands that show the world.
fn farewell(args: &SeedArgs, world: &World) -> String {
    let api = args.url.trim_end_matches('/');
    let names: Vec<&str> = world.people.iter().take(5).map(|person| person.username.as_str()).collect();
    let first = names.first().copied().unwrap_or_default();
    let reader = world.people.last().map_or(first, |person| person.username.as_str());
    let everybody = names.join(", ");
    format!(
        r#"
Everybody has the password {PASSWORD}. The best known are {everybody}.

  curl -s '{api}/api/tweets/by/{first}/?limit=3'
  curl -s '{api}/api/tweets/tags/birds/?limit=3'
  TOKEN=$(curl -s {api}/auth/token/login/ -d username={reader} -d password={PASSWORD} | sed 's/.*"auth_token":"\([^"]*\)".*/\1/')
  curl -s '{api}/api/tweets/?limit=5' -H "Authorization: Token $TOKEN"
  curl -s '{api}/api/notifications/?limit=5' -H "Authorization: Token $TOKEN"
  curl -s '{api}/api/profiles/search/?q=ama' -H "Authorization: Token $TOKEN"
"#
    )
}
