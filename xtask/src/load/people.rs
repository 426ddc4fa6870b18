//! The people: who they are, what they do, and what they have done, which is compared with the service afterwards.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use super::{
    environments::{Environments, Sent},
    figures::Measured,
    request::{Kind, Request},
};

const PASSWORD: &str = "plover-egret-41";
/// How often a request is sent that the service postpones.
const ATTEMPTS: u32 = 6;
/// Tweets that people read and like: the newest ones.
const RECENT: usize = 200;
/// The celebrity's place among the people.
pub(super) const CELEBRITY: usize = 0;

/// An account.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) id: String,
    pub(super) username: String,
    pub(super) access: String,
}

/// What was done and answered with success.
#[derive(Clone, Debug, Default)]
pub(super) struct Done {
    /// Tweets and the places of their authors, in the order in which they were posted.
    pub(super) tweets: Vec<(String, usize)>,
    /// Who likes which tweet.
    pub(super) likes: BTreeMap<String, BTreeSet<usize>>,
    /// Whom somebody follows.
    pub(super) follows: BTreeMap<usize, BTreeSet<usize>>,
}

/// Everybody.
pub(super) struct People {
    pub(super) all: Vec<Person>,
    /// How many of them act; the rest follow the celebrity.
    pub(super) active: usize,
    done: Mutex<Done>,
}

/// A request that must have one of these statuses; again if it is postponed. Returns the last answer.
pub(super) fn send(
    environments: &Environments,
    kind: Kind,
    request: &Request,
    mut measure: impl FnMut(Kind, &Sent),
) -> Result<Sent> {
    for _ in 0..ATTEMPTS {
        let sent = environments.send(kind.function(), request.event())?;
        measure(kind, &sent);
        match sent.status {
            200..300 => return Ok(sent),
            409 => thread::sleep(Duration::from_millis(200)),
            503 => thread::sleep(Duration::from_secs(sent.retry_after.context("a 503 without Retry-After")?)),
            status => bail!("{} was answered {status}: {}", kind.name(), sent.body),
        }
    }
    bail!("{} was postponed {ATTEMPTS} times", kind.name())
}

fn member(body: &Value, pointer: &str) -> Result<String> {
    let found = body.pointer(pointer).and_then(Value::as_str);
    Ok(found.with_context(|| format!("the answer has no {pointer}: {body}"))?.to_owned())
}

/// Signs somebody up as document 000 does, for access of twelve hours.
pub(super) fn sign_up(environments: &Environments, username: &str) -> Result<Person> {
    let profile = json!({"date_of_birth": "1990-01-02"});
    let body = json!({"username": username, "password": PASSWORD, "profile": profile});
    let sent = environments.send("auth", Request::post("/api/auth/user/register/", &body).event())?;
    ensure!(sent.status == 201, "the signup of {username} was answered {}: {}", sent.status, sent.body);
    let (id, access) = (member(&sent.body, "/id")?, member(&sent.body, "/tokens/access")?);
    Ok(Person { id, username: username.to_owned(), access })
}

impl People {
    pub(super) fn new(all: Vec<Person>, active: usize) -> Self {
        Self { all, active, done: Mutex::default() }
    }

    /// What was done so far.
    pub(super) fn done(&self) -> MutexGuard<'_, Done> {
        // A thread that panicked has added a whole act or none.
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn person(&self, at: usize) -> Result<&Person> {
        self.all.get(at).context("there is no such person")
    }

    /// Posts a tweet, once although it may be sent again.
    pub(super) fn post(
        &self,
        environments: &Environments,
        (who, key): (usize, &str),
        measure: impl FnMut(Kind, &Sent),
    ) -> Result<String> {
        let person = self.person(who)?;
        let request = Request::post("/api/tweets/", &json!({"message": format!("Seen today: {key}")}));
        let request = request.by(&person.access).header("idempotency-key", key);
        let sent = send(environments, Kind::Post, &request, measure)?;
        let tweet = member(&sent.body, "/id")?;
        self.done().tweets.push((tweet.clone(), who));
        Ok(tweet)
    }

    /// Follows somebody.
    pub(super) fn follow(
        &self,
        environments: &Environments,
        (who, whom): (usize, usize),
        measure: impl FnMut(Kind, &Sent),
    ) -> Result<()> {
        let (person, other) = (self.person(who)?, self.person(whom)?);
        let path = format!("/api/profiles/{}/follow/", other.id);
        send(environments, Kind::Follow, &Request::new("POST", &path, "").by(&person.access), measure)?;
        self.done().follows.entry(who).or_default().insert(whom);
        Ok(())
    }

    /// Likes a tweet.
    pub(super) fn like(
        &self,
        environments: &Environments,
        kind: Kind,
        (who, tweet): (usize, &str),
        measure: impl FnMut(Kind, &Sent),
    ) -> Result<()> {
        let person = self.person(who)?;
        let path = format!("/api/tweets/{tweet}/like/");
        send(environments, kind, &Request::new("POST", &path, "").by(&person.access), measure)?;
        self.done().likes.entry(tweet.to_owned()).or_default().insert(who);
        Ok(())
    }

    /// Lets a random person do something.
    pub(super) fn act(
        &self,
        environments: &Environments,
        random: &mut fastrand::Rng,
        viral: &str,
        measured: &mut Measured,
    ) -> Result<()> {
        let kind = Kind::at(random.u32(0..100));
        let (who, whom) = (random.usize(0..self.active), random.usize(0..self.active));
        let (person, other) = (self.person(who)?, self.person(whom)?);
        let (tweet, author) = {
            let done = self.done();
            let newest = done.tweets.len().saturating_sub(RECENT);
            let at = random.usize(newest..done.tweets.len());
            done.tweets.get(at).cloned().context("there is no tweet")?
        };
        let mut measure = |kind: Kind, sent: &Sent| measured.add(kind, sent);
        let read = |path: &str| Request::get(path).by(&person.access);
        let request = match kind {
            Kind::Home => read("/api/tweets/"),
            Kind::Tweet => read(&format!("/api/tweets/{tweet}/")),
            Kind::Likes => read(&format!("/api/tweets/{viral}/likes/")),
            Kind::ByAuthor => read(&format!("/api/tweets/by/{}/", other.username)),
            Kind::Profile => Request::new("GET", "/profile", &format!("username={}", other.username)),
            Kind::Notifications => read("/api/notifications/"),
            Kind::Unread => read("/api/notifications/unread/"),
            // What one does oneself is told to nobody, and the probes wait for the first like of their tweets.
            Kind::Like if author == who || author >= self.active => return Ok(()),
            Kind::Like => return self.like(environments, kind, (who, &tweet), measure),
            // Everybody likes it, also those who otherwise only follow.
            Kind::LikeOfViral => {
                return self.like(environments, kind, (random.usize(1..self.all.len()), viral), measure);
            }
            Kind::Post => {
                // The celebrity is among those who post.
                let who = if random.u8(0..10) == 0 { CELEBRITY } else { who };
                let key = format!("post-{:016x}", random.u64(..));
                return self.post(environments, (who, &key), measure).map(drop);
            }
            Kind::Follow if who == whom => return Ok(()),
            Kind::Follow => return self.follow(environments, (who, whom), measure),
        };
        send(environments, kind, &request, &mut measure).map(drop)
    }
}
