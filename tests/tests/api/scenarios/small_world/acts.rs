//! Acts of people, on the service and on the model, and the comparison of all screens.

use std::time::{Duration, Instant};

use e2e::{Account, Answer, PASSWORD, Service, unique};
use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream;
use serde_json::{Value, json};

use super::model::{Model, Person, TweetNo};
use super::screens::Screen;

/// The time within which effects of the streams must be visible.
const SOON: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(50);
/// The number of concurrent requests for screens.
const AT_ONCE: usize = 4;

pub(super) struct World {
    service: Service,
    accounts: Vec<Account>,
    model: Model,
    /// The prefix of all usernames.
    word: String,
    tag: String,
}

impl World {
    pub(super) async fn begin(names: [&str; 5]) -> Self {
        let (service, word) = (Service::running(), unique("world"));
        let names: Vec<String> = names.iter().map(|name| format!("{word}{name}")).collect();
        let accounts = join_all(names.iter().map(|name| service.signup_as(name))).await;
        Self { service, accounts, model: Model::of(names), word, tag: unique("tag") }
    }

    pub(super) fn tag(&self) -> String {
        self.tag.clone()
    }

    /// The mention of a person.
    pub(super) fn at(&self, person: Person) -> String {
        format!("@{}", self.model.name(person))
    }

    async fn call(&self, actor: Person, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let call = self.service.call(method, path).bearer(&self.accounts[actor.0].access);
        match body {
            Some(body) => call.json(body).send().await,
            None => call.send().await,
        }
    }

    async fn act(&self, actor: Person, path: &str) -> Value {
        self.call(actor, "POST", path, None).await.with_status(200).json()
    }

    pub(super) async fn follow(&mut self, follower: Person, followed: Person) {
        let path = format!("/api/profiles/{}/follow/", self.accounts[followed.0].id);
        assert_eq!(self.act(follower, &path).await["following"], true);
        self.model.follow(follower, followed);
        // Notifications are in the order of arrival; waiting after each act makes this order certain.
        self.wait_for_notifications(followed).await;
    }

    pub(super) async fn mute(&mut self, muter: Person, muted: Person) {
        let path = format!("/api/profiles/{}/mute/", self.accounts[muted.0].id);
        assert_eq!(self.act(muter, &path).await, json!({"muted": true}));
        self.model.mute(muter, muted);
    }

    pub(super) async fn block(&mut self, blocker: Person, blocked: Person) {
        let path = format!("/api/profiles/{}/block/", self.accounts[blocked.0].id);
        assert_eq!(self.act(blocker, &path).await, json!({"blocked": true}));
        self.model.block(blocker, blocked);
    }

    pub(super) async fn tweet(&mut self, author: Person, message: &str) -> TweetNo {
        self.post(author, message, None).await
    }

    pub(super) async fn reply(&mut self, author: Person, to: TweetNo, message: &str) -> TweetNo {
        self.post(author, message, Some(to)).await
    }

    async fn post(&mut self, author: Person, message: &str, to: Option<TweetNo>) -> TweetNo {
        let to_id = to.map(|to| self.model.tweet(to).id.clone());
        let body = match &to_id {
            Some(id) => json!({"message": message, "in_reply_to": id}),
            None => json!({"message": message}),
        };
        let tweet = self.call(author, "POST", "/api/tweets/", Some(&body)).await.with_status(201);
        let no = self.model.tweeted(tweet.field("id"), author, message, to);
        for person in self.model.existing_people().collect::<Vec<_>>() {
            self.wait_for_notifications(person).await;
        }
        no
    }

    pub(super) async fn comment(&mut self, author: Person, tweet: TweetNo, message: &str) {
        let path = format!("/api/tweets/{}/comments/", self.model.tweet(tweet).id);
        self.call(author, "POST", &path, Some(&json!({"message": message}))).await.with_status(201);
        self.model.commented(author, tweet, message);
        self.wait_for_notifications(self.model.tweet(tweet).author).await;
    }

    pub(super) async fn like(&mut self, person: Person, tweet: TweetNo) {
        let path = format!("/api/tweets/{}/like/", self.model.tweet(tweet).id);
        assert_eq!(self.act(person, &path).await["liked"], true);
        self.model.liked(person, tweet);
        self.wait_for_notifications(self.model.tweet(tweet).author).await;
    }

    pub(super) async fn retweet(&mut self, person: Person, tweet: TweetNo) {
        let path = format!("/api/tweets/{}/retweet/", self.model.tweet(tweet).id);
        assert_eq!(self.act(person, &path).await["retweeted"], true);
        self.model.retweeted(person, tweet);
        self.wait_for_notifications(self.model.tweet(tweet).author).await;
    }

    pub(super) async fn read_all(&mut self, person: Person) {
        self.call(person, "POST", "/api/notifications/read/", None).await.with_status(200);
        self.model.notes.iter_mut().filter(|note| note.to == person).for_each(|note| note.read = true);
    }

    pub(super) async fn delete_tweet(&mut self, author: Person, tweet: TweetNo) {
        let path = format!("/api/tweets/{}/", self.model.tweet(tweet).id);
        self.call(author, "DELETE", &path, None).await.with_status(204);
        self.model.tweet_deleted(tweet);
        self.service.get(&path).send().await.with_status(404);
    }

    pub(super) async fn delete_account(&mut self, person: Person) {
        let body = json!({"current_password": PASSWORD});
        self.call(person, "DELETE", "/auth/users/me/", Some(&body)).await.with_status(204);
        self.model.account_deleted(person);
    }

    /// Demands the refusal of everything that a block forbids.
    pub(super) async fn refused_by_block(&self, blocked: Person, blocker: Person, tweet: TweetNo) {
        let forbidden = json!({"detail": "You are blocked by this user."});
        let id = &self.model.tweet(tweet).id;
        let follow = format!("/api/profiles/{}/follow/", self.accounts[blocker.0].id);
        self.call(blocked, "POST", &follow, None).await.is(403, &forbidden);
        let named = json!({"message": format!("hello {}", self.at(blocker))});
        self.call(blocked, "POST", "/api/tweets/", Some(&named)).await.is(403, &forbidden);
        let answer = json!({"message": "hello", "in_reply_to": id});
        self.call(blocked, "POST", "/api/tweets/", Some(&answer)).await.is(403, &forbidden);
        for (path, body) in [("like", None), ("retweet", None), ("comments", Some(json!({"message": "hello"})))] {
            let path = format!("/api/tweets/{id}/{path}/");
            let status = self.call(blocked, "POST", &path, body.as_ref()).await.status;
            assert!([403, 404].contains(&status), "{path}: {status}");
        }
        self.call(blocked, "GET", &format!("/api/tweets/{id}/"), None).await.with_status(404);
    }

    /// Waits until the notifications of a person agree with the model.
    async fn wait_for_notifications(&self, person: Person) {
        let screens = self.screens().into_iter();
        let notes = screens.filter(|one| one.viewer == Some(person) && one.path.ends_with("notifications/")).collect();
        self.look("before the next act", notes).await;
    }

    /// Reads every screen until it agrees with the model, for at most five seconds.
    pub(super) async fn check(&self, after: &str) {
        let screens = self.screens();
        assert!(screens.len() > 100, "only {} screens", screens.len());
        self.look(after, screens).await;
    }

    fn screens(&self) -> Vec<Screen> {
        let ids: Vec<String> = self.accounts.iter().map(|account| account.id.clone()).collect();
        self.model.screens(&ids, &self.tag, &self.word)
    }

    async fn look(&self, after: &str, mut screens: Vec<Screen>) {
        let began = Instant::now();
        loop {
            let seen = stream::iter(&screens).map(|screen| self.seen(screen)).buffered(AT_ONCE);
            let seen: Vec<Value> = seen.collect().await;
            let wrong: Vec<(Screen, Value)> =
                screens.into_iter().zip(seen).filter(|(screen, seen)| screen.expected != *seen).collect();
            let Some((screen, seen)) = wrong.first() else { return };
            let Screen { viewer, path, expected, .. } = screen;
            let viewer = viewer.map_or("an anonymous visitor", |viewer| self.model.name(viewer));
            assert!(
                began.elapsed() < SOON,
                "after {after}, for {viewer}, {path} shows\n{seen:#}\nand should show\n{expected:#}\n\
                 ({} screens are wrong)",
                wrong.len(),
            );
            screens = wrong.into_iter().map(|(screen, _)| screen).collect();
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn seen(&self, screen: &Screen) -> Value {
        let call = self.service.get(&screen.path);
        let call = match screen.viewer {
            Some(viewer) => call.bearer(&self.accounts[viewer.0].access),
            None => call,
        };
        screen.shape.of(&call.send().await)
    }
}
