//! A client that talks as Raven does: the header `JWT`, JSON bodies, bare arrays, and 202 for what was changed.

use e2e::{Answer, PASSWORD, Service, unique};
use serde_json::{Value, json};

/// A signed-in user of the front-end, with what it keeps in the browser.
pub(super) struct Raven {
    pub(super) service: Service,
    pub(super) access: String,
    pub(super) refresh: String,
    /// What `current_user` said at the last page load.
    pub(super) user: Value,
}

impl Raven {
    /// Fills in the form of the sign-up page.
    pub(super) async fn sign_up(alias: &str) -> Self {
        let service = Service::running();
        let username = unique("raven");
        let body = json!({
            "username": username,
            "email": format!("{username}@example.com"),
            "password": PASSWORD,
            "password2": PASSWORD,
            "profile": {"date_of_birth": "1999-02-28", "alias": alias},
        });
        let answer = service.post("/api/auth/user/register/").json(&body).send().await.with_status(201).json();
        let token = |name: &str| answer["tokens"][name].as_str().unwrap().to_owned();
        let (access, refresh) = (token("access"), token("refresh"));
        Self { service, access, refresh, user: Value::Null }.reloaded().await
    }

    /// Loads a page anew, which reads the current user.
    pub(super) async fn reloaded(mut self) -> Self {
        self.user = self.get("/api/auth/user/current_user/").await;
        self
    }

    /// The id of the user, as routes of tweets want it.
    pub(super) fn id(&self) -> String {
        text(&self.user, "user_id")
    }

    pub(super) fn username(&self) -> String {
        text(&self.user, "username")
    }

    /// Reads something.
    pub(super) async fn get(&self, path: &str) -> Value {
        self.send("GET", path, None).await.with_status(200).json()
    }

    /// Reads a list.
    pub(super) async fn list(&self, path: &str) -> Vec<Value> {
        let list = self.get(path).await;
        list.as_array().unwrap_or_else(|| panic!("{path} is no bare array: {list}")).clone()
    }

    /// Presses a button that changes something, without a body.
    pub(super) async fn press(&self, path: &str) -> String {
        text(&self.send("PUT", path, None).await.with_status(202).json(), "message")
    }

    pub(super) async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let call = self.service.call(method, path).authorization(&format!("JWT {}", self.access));
        let call = call.header("accept", "application/json");
        match body {
            Some(body) => call.json(&body).send().await,
            None => call.header("content-type", "application/json").send().await,
        }
    }

    /// Posts a tweet from the home page.
    pub(super) async fn tweet(&self, content: &str) -> Value {
        let body = json!({"content": content, "public": true});
        self.send("POST", "/api/tweets/tweets_list/", Some(body)).await.with_status(201).json()
    }

    /// Posts a tweet with a picture that the browser has sent to another site.
    pub(super) async fn tweet_with_picture(&self, content: &str, url: &str) -> Value {
        let body = json!({"content": content, "media": true, "media_url": url, "public": true});
        self.send("POST", "/api/tweets/tweets_list/", Some(body)).await.with_status(201).json()
    }

    pub(super) async fn reply(&self, tweet: &str, content: &str) -> Value {
        let path = format!("/api/tweets/replies/replies_list/{tweet}/");
        self.send("POST", &path, Some(json!({"content": content}))).await.with_status(202).json()
    }

    pub(super) async fn block(&self, other: &Self) {
        let path = format!("/api/profiles/{}/block/", other.id());
        self.send("POST", &path, Some(json!({}))).await.with_status(200);
    }
}

/// A text of an answer.
#[track_caller]
pub(super) fn text(thing: &Value, name: &str) -> String {
    thing[name].as_str().unwrap_or_else(|| panic!("no text {name} in {thing}")).to_owned()
}

/// The ids of tweets in a list.
pub(super) fn tweet_ids(list: &[Value]) -> Vec<String> {
    list.iter().map(|tweet| text(tweet, "tweet_id")).collect()
}

/// The names of an object's members, in their order.
pub(super) fn members(thing: &Value) -> Vec<&str> {
    thing.as_object().unwrap().keys().map(String::as_str).collect()
}
