//! Rotation of signing keys under load: no valid token is refused, and the key of a token is published as long as the
//! token is valid.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use e2e::{Answer, Event, Function, OwnAws, PASSWORD, Service, now, unique};
use serde_json::{Value, json};

/// The times of a deployment in seconds instead of weeks: a key signs for four seconds, and is published two before.
const TIMES: &[(&str, &str)] =
    &[("AVIARY_KEY_SIGNING_SECONDS", "4"), ("AVIARY_KEY_PUBLISHED_SECONDS", "2"), ("AVIARY_KEY_FRESH_SECONDS", "1")];
const ROTATIONS: usize = 4;
const PATIENCE: Duration = Duration::from_secs(90);
const PAUSE: Duration = Duration::from_millis(100);

/// The processes, and the tokens that they have issued.
struct World {
    service: Service,
    auth: [Function; 2],
    users: Function,
    keys: Function,
    /// Access tokens with their usernames.
    tokens: Mutex<Vec<(String, String)>>,
    over: AtomicBool,
    asked: AtomicUsize,
}

impl World {
    fn start(service: Service) -> Self {
        let function = |name| Function::start_with(&service, name, TIMES);
        let keys = function("keys");
        // One of the two processes creates the first key.
        let auth = [function("auth"), function("auth")];
        let users = function("users");
        let (tokens, over, asked) = (Mutex::default(), AtomicBool::new(false), AtomicUsize::new(0));
        Self { service, auth, users, keys, tokens, over, asked }
    }

    fn run_rotation(&self) -> String {
        let event = json!({"source": "aws.events", "detail-type": "Scheduled Event"});
        let output: Value = serde_json::from_slice(&self.keys.output(&event)).unwrap();
        output["turned"].as_str().unwrap().to_owned()
    }

    fn post(&self, process: usize, path: &str, body: &Value) -> Answer {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let event = Event::new("POST", path).json(body).source(&format!("192.0.2.{process}"));
        self.auth[process % self.auth.len()].answer(&event.into_json())
    }

    /// Notes the tokens of an answer, before the published keys are read again.
    fn note(&self, answer: &Answer, username: &str) -> (String, String) {
        let (access, refresh) = (answer.field("access"), answer.field("refresh"));
        self.tokens.lock().unwrap().push((access.clone(), username.to_owned()));
        (access, refresh)
    }

    /// Demands that every process accepts the access token.
    fn assert_accepted(&self, access: &str, username: &str) {
        for process in 0..self.auth.len() {
            let verified = self.post(process, "/auth/jwt/verify/", &json!({"token": access}));
            verified.is(200, &json!({}));
        }
        let me = Event::new("GET", "/auth/users/me/").bearer(access);
        self.auth[0].answer(&me.into_json()).with_status(200);
        let user = Event::new("GET", &format!("/api/users/{username}/")).bearer(access);
        self.users.answer(&user.into_json()).with_status(200);
        self.asked.fetch_add(2, Ordering::Relaxed);
    }

    /// A client that repeatedly signs in at one process, refreshes at the other, and uses its tokens and older ones of
    /// any client at all of them.
    fn sign_in_and_use(&self, client: usize) {
        let username = unique("wren");
        let signup = json!({"username": username, "password": PASSWORD});
        self.post(client, "/api/auth/signup/", &signup).with_status(201);
        let mut round = client;
        while !self.over.load(Ordering::Relaxed) {
            round += 1;
            let login = json!({"username": username, "password": PASSWORD});
            let pair = self.post(round, "/auth/jwt/create/", &login).with_status(200);
            let (access, refresh) = self.note(&pair, &username);
            self.assert_accepted(&access, &username);
            let again = self.post(round + 1, "/auth/jwt/refresh/", &json!({"refresh": refresh})).with_status(200);
            let (access, refresh) = self.note(&again, &username);
            self.assert_accepted(&access, &username);
            self.post(round, "/auth/jwt/verify/", &json!({"token": refresh})).is(200, &json!({}));
            let older = {
                let tokens = self.tokens.lock().unwrap();
                tokens[round * 7919 % tokens.len()].clone()
            };
            self.assert_accepted(&older.0, &older.1);
        }
    }

    /// Demands that the published keys contain the key of every token that was issued before they were read.
    fn watch_published(&self) {
        while !self.over.load(Ordering::Relaxed) {
            let used = self.kids();
            for process in &self.auth {
                let published = published(process);
                assert!(used.is_subset(&published), "{used:?} are not all in {published:?}");
            }
            thread::sleep(PAUSE);
        }
    }

    fn kids(&self) -> BTreeSet<String> {
        self.tokens.lock().unwrap().iter().map(|(access, _)| kid(access)).collect()
    }

    fn rotate(&self) {
        let deadline = Instant::now() + PATIENCE;
        let mut promoted = 0;
        while promoted < ROTATIONS || self.kids().len() <= ROTATIONS {
            assert!(!self.over.load(Ordering::Relaxed), "another thread has failed");
            assert!(Instant::now() < deadline, "{promoted} rotations, {} keys used in time", self.kids().len());
            promoted += usize::from(self.run_rotation() == "promoted");
            thread::sleep(PAUSE);
        }
    }
}

/// Ends the other threads when one fails, so that the failure is reported.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn published(auth: &Function) -> BTreeSet<String> {
    let event = Event::new("GET", "/.well-known/jwks.json").into_json();
    let keys = auth.answer(&event).with_status(200).json();
    keys["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

fn kid(token: &str) -> String {
    let header = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

#[test]
fn no_valid_token_is_refused_while_keys_rotate_under_load() {
    let own = OwnAws::start();
    let world = World::start(own.service.clone());
    thread::scope(|scope| {
        let world = &world;
        for client in 0..3 {
            scope.spawn(move || {
                let _over = Over(&world.over);
                world.sign_in_and_use(client);
            });
        }
        scope.spawn(move || {
            let _over = Over(&world.over);
            world.watch_published();
        });
        let _over = Over(&world.over);
        world.rotate();
    });
    let asked = world.asked.load(Ordering::Relaxed);
    assert!(asked > 100, "only {asked} requests: too little load");
    an_old_key_leaves_when_its_time_is_over(&world);
}

/// Moves the end of the oldest key to now, instead of waiting a day until the last token of the key expires.
fn an_old_key_leaves_when_its_time_is_over(world: &World) {
    let (token, username) = world.tokens.lock().unwrap()[0].clone();
    let old = kid(&token);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let dynamodb = world.service.dynamodb();
    let pk = "KEY#PUBLIC";
    let item = runtime.block_on(dynamodb.get("CredentialsTable", pk, &old));
    let end: i64 = item["expires_at"]["N"].as_str().expect("an end").parse().unwrap();
    let longest = 24 * 3_600;
    assert!(end >= now() + longest, "it ends at {end}, before the last token that it signed");
    world.assert_accepted(&token, &username);

    let over = json!({"N": (now() - 1).to_string()});
    runtime.block_on(dynamodb.set("CredentialsTable", pk, &old, "expires_at", &over));
    let deadline = Instant::now() + PATIENCE;
    let user = Event::new("GET", &format!("/api/users/{username}/")).bearer(&token).into_json();
    while world.users.answer(&user).status != 401
        || world.post(0, "/auth/jwt/verify/", &json!({"token": token})).status != 401
        || published(&world.auth[1]).contains(&old)
    {
        assert!(Instant::now() < deadline, "the old key is still accepted");
        thread::sleep(PAUSE);
    }
    let (newest, username) = world.tokens.lock().unwrap().last().unwrap().clone();
    world.assert_accepted(&newest, &username);
}
