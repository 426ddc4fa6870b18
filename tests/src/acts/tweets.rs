//! Tweets, replies, comments and reactions.

use serde_json::{Value, json};

use crate::client::{Account, Answer, Service};

/// Posts a tweet by `POST /api/tweets/`. [`Service::tweet`] uses `POST /tweet`.
pub async fn create_tweet(service: &Service, account: &Account, body: &Value) -> Answer {
    service.post("/api/tweets/").bearer(&account.access).json(body).send().await
}

/// Replies to the tweet with the id `to`.
pub async fn reply(service: &Service, account: &Account, to: &str, message: &str) -> Value {
    let body = json!({"message": message, "in_reply_to": to});
    create_tweet(service, account, &body).await.with_status(201).json()
}

/// Requests a reaction, or its end by `DELETE`: `like`, `retweet` or `save`.
pub async fn react(service: &Service, method: &str, caller: &Account, tweet: &str, reaction: &str) -> Answer {
    service.call(method, &format!("/api/tweets/{tweet}/{reaction}/")).bearer(&caller.access).send().await
}

/// Comments on the tweet with this id.
pub async fn comment(service: &Service, account: &Account, tweet: &str, message: &str) -> Answer {
    let call = service.post(&format!("/api/tweets/{tweet}/comments/")).bearer(&account.access);
    call.json(&json!({"message": message})).send().await
}

/// Requests something of a comment: the path is its id, or its id and `/like/`.
pub async fn request_on_comment(service: &Service, method: &str, account: &Account, path: &str) -> Answer {
    service.call(method, &format!("/api/tweets/comments/{path}")).bearer(&account.access).send().await
}
