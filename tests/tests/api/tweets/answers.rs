//! Comments that answer a comment.

use e2e::acts::people::block;
use e2e::acts::tweets::{comment, request_on_comment};
use e2e::ids::{id_of, ids_of};
use e2e::messages::BLOCKED;
use e2e::{Account, Answer, Service, eventually};
use serde_json::{Value, json};

async fn answer(service: &Service, by: &Account, tweet: &str, to: &str, message: &str) -> Answer {
    let call = service.post(&format!("/api/tweets/{tweet}/comments/")).bearer(&by.access);
    call.json(&json!({"message": message, "in_reply_to": to})).send().await
}

/// The comments of the tweet, as soon as there are this many.
async fn listed(service: &Service, tweet: &str, count: usize) -> Vec<Value> {
    eventually("the number of comments", async || {
        let page = service.get(&format!("/api/tweets/{tweet}/comments/?limit=100")).send().await.json();
        let comments = page["results"].as_array().unwrap().clone();
        (comments.len() == count).then_some(comments)
    })
    .await
}

/// Who was told of a comment, and by whose hand.
async fn told(service: &Service, account: &Account, comment: &str) -> Vec<(String, String)> {
    let list = service.get_as(account, "/api/notifications/?limit=100").await.with_status(200).json();
    let about = list["results"].as_array().unwrap().iter().filter(|one| one["comment"] == comment);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    about.map(|one| (text(&one["kind"]), text(&one["actor"]["id"]))).collect()
}

#[tokio::test]
async fn an_answer_is_listed_counted_and_told_to_the_comments_author() {
    let service = Service::running();
    let (author, one, other) = (service.signup().await, service.signup().await, service.signup().await);
    let tweet = id_of(&service.tweet(&author, "hello").await);
    let parent = id_of(&comment(&service, &one, &tweet, "nice").await.with_status(201).json());
    let said = answer(&service, &other, &tweet, &parent, "so it is").await.with_status(201).json();
    assert_eq!((&said["in_reply_to"], &said["tweet"]), (&json!(parent), &json!(tweet)));
    let comments = listed(&service, &tweet, 2).await;
    assert_eq!((&comments[0]["id"], &comments[0]["in_reply_to"]), (&json!(parent), &Value::Null));
    assert_eq!((&comments[1]["id"], &comments[1]["in_reply_to"]), (&said["id"], &json!(parent)));
    eventually("the counts follow", async || {
        let tweet = service.get(&format!("/api/tweets/{tweet}")).send().await.json();
        let comments = listed(&service, tweet["id"].as_str().unwrap(), 2).await;
        (tweet["comments"] == 2 && comments[0]["comments"] == 1 && comments[1]["comments"] == 0).then_some(())
    })
    .await;
    let once = [("comment".to_owned(), other.id.clone())];
    for reached in [&author, &one] {
        eventually("each is told", async || (!told(&service, reached, &id_of(&said)).await.is_empty()).then_some(()))
            .await;
        assert_eq!(told(&service, reached, &id_of(&said)).await, once);
    }
    // An author who answers a comment on the own tweet tells nobody but the comment's author, and oneself never.
    let back = id_of(&answer(&service, &author, &tweet, &parent, "thanks").await.with_status(201).json());
    eventually("the comment's author is told", async || (told(&service, &one, &back).await.len() == 1).then_some(()))
        .await;
    assert_eq!(told(&service, &author, &back).await, []);
}

#[tokio::test]
async fn only_a_comment_of_the_same_tweet_that_answers_none_can_be_answered() {
    let service = Service::running();
    let account = service.signup().await;
    let (tweet, other) = (service.tweet(&account, "1").await, service.tweet(&account, "2").await);
    let (tweet, other) = (id_of(&tweet), id_of(&other));
    let parent = id_of(&comment(&service, &account, &tweet, "nice").await.json());
    let elsewhere = id_of(&comment(&service, &account, &other, "elsewhere").await.json());
    let said = id_of(&answer(&service, &account, &tweet, &parent, "so it is").await.with_status(201).json());
    let no = |id: &str| json!({"in_reply_to": [format!("Invalid pk \"{id}\" - object does not exist.")]});
    for unknown in [&*elsewhere, "019a9f3c-6b00-7c52-9d41-3e5f70a1b2c3", "x", &tweet] {
        answer(&service, &account, &tweet, unknown, "to what?").await.is(400, &no(unknown));
    }
    let one_level = json!({"in_reply_to": ["A comment that answers another one cannot be answered."]});
    answer(&service, &account, &tweet, &said, "deeper").await.is(400, &one_level);
    let path = format!("/api/tweets/{tweet}/comments/");
    let both = json!({"message": " ", "in_reply_to": [parent]});
    let errors = json!({
        "message": ["This field may not be blank."], "in_reply_to": ["Incorrect type. Expected a comment's id."],
    });
    service.post_as(&account, &path, &both).await.is(400, &errors);
    for none in [json!(""), Value::Null] {
        let body = json!({"message": "plain", "in_reply_to": none});
        let plain = service.post_as(&account, &path, &body).await.with_status(201).json();
        assert_eq!(plain["in_reply_to"], Value::Null);
    }
}

#[tokio::test]
async fn a_block_by_the_comments_author_forbids_answers_and_their_edits() {
    let service = Service::running();
    let (author, one, other) = (service.signup().await, service.signup().await, service.signup().await);
    let tweet = id_of(&service.tweet(&author, "hello").await);
    let parent = id_of(&comment(&service, &one, &tweet, "nice").await.with_status(201).json());
    let said = id_of(&answer(&service, &other, &tweet, &parent, "so it is").await.with_status(201).json());
    block(&service, &one, &other).await;
    let refusal = json!({"detail": BLOCKED});
    answer(&service, &other, &tweet, &parent, "why?").await.is(403, &refusal);
    let put = service.put(&format!("/api/tweets/comments/{said}/")).bearer(&other.access);
    put.json(&json!({"message": "why?"})).send().await.is(403, &refusal);
    // The tweet itself is not the blocker's.
    comment(&service, &other, &tweet, "still here").await.with_status(201);
}

#[tokio::test]
async fn a_deleted_comment_takes_its_answers_with_it() {
    let service = Service::running();
    let (author, one, other) = (service.signup().await, service.signup().await, service.signup().await);
    let tweet = id_of(&service.tweet(&author, "hello").await);
    let parent = id_of(&comment(&service, &one, &tweet, "nice").await.with_status(201).json());
    let stays = id_of(&comment(&service, &other, &tweet, "fine").await.with_status(201).json());
    for message in ["so it is", "indeed"] {
        answer(&service, &other, &tweet, &parent, message).await.with_status(201);
    }
    listed(&service, &tweet, 4).await;
    request_on_comment(&service, "DELETE", &one, &parent).await.with_status(204);
    let left = listed(&service, &tweet, 1).await;
    assert_eq!(ids_of(&json!({ "results": left })), [&*stays]);
    eventually("the counts follow", async || {
        (service.get(&format!("/api/tweets/{tweet}")).send().await.json()["comments"] == 1).then_some(())
    })
    .await;
    answer(&service, &other, &tweet, &parent, "too late").await.with_status(400);
}
