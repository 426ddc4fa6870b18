//! `GET` and `POST /api/tweets/<id>/comments/`.

use e2e::acts::people::block;
use e2e::acts::tweets::{comment, request_on_comment};
use e2e::ids::{id_of, ids_of, ids_on_all_pages};
use e2e::messages::BLOCKED;
use e2e::{Account, Event, Function, Service, eventually, unique};
use serde_json::{Value, json};

#[tokio::test]
async fn the_answer_is_the_complete_comment_and_the_list_oldest_first() {
    let service = Service::running();
    let (author, other) = (service.signup().await, service.signup().await);
    let tweet = id_of(&service.tweet(&author, "hello").await);
    let answer = comment(&service, &other, &tweet, " nice ").await;
    let first = answer.json();
    let by =
        json!({"id": other.id, "username": other.username, "alias": "", "profilePic": first["author"]["profilePic"]});
    let expected = json!({
        "id": first["id"], "tweet": tweet, "in_reply_to": Value::Null, "author": by, "message": "nice", "likes": 0, "liked": false,
        "comments": 0, "created_at": first["created_at"], "edited_at": Value::Null,
    });
    answer.is(201, &expected);
    let form = service.post(&format!("/api/tweets/{tweet}/comments")).bearer(&author.access);
    let second = form.form(&[("message", "thanks")]).send().await.with_status(201).json();
    let path = format!("/api/tweets/{tweet}/comments/");
    eventually("both are listed", async || {
        let page = service.get(&path).send().await.with_status(200).json();
        (page == json!({"next": null, "previous": null, "results": [first, second]})).then_some(())
    })
    .await;
    eventually("the count follows", async || {
        (service.get(&format!("/api/tweets/{tweet}")).send().await.json()["comments"] == 2).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_comment_needs_a_caller_a_message_and_a_tweet() {
    let service = Service::running();
    let account = service.signup().await;
    let tweet = id_of(&service.tweet(&account, "hello").await);
    let path = format!("/api/tweets/{tweet}/comments/");
    let nobody = json!({"detail": "Authentication credentials were not provided."});
    service.post(&path).json(&json!({"message": "x"})).send().await.unauthorized(&nobody);
    let rows = [
        (json!({}), "This field is required."),
        (json!({"message": " "}), "This field may not be blank."),
        (json!({"message": "m".repeat(281)}), "Ensure this field has no more than 280 characters."),
    ];
    for (body, message) in rows {
        let answer = service.post(&path).bearer(&account.access).json(&body).send().await;
        answer.is(400, &json!({"message": [message]}));
    }
    let gone = json!({"detail": "Not found."});
    for unknown in ["019a9f3c-6b00-7c52-9d41-3e5f70a1b2c3", "x"] {
        comment(&service, &account, unknown, "x").await.is(404, &gone);
        service.get(&format!("/api/tweets/{unknown}/comments")).send().await.is(404, &gone);
        request_on_comment(&service, "DELETE", &account, unknown).await.is(404, &gone);
        for method in ["POST", "DELETE"] {
            request_on_comment(&service, method, &account, &format!("{unknown}/like")).await.is(404, &gone);
        }
        let put = service.put(&format!("/api/tweets/comments/{unknown}")).bearer(&account.access);
        put.json(&json!({"message": "x"})).send().await.is(404, &gone);
    }
}

#[tokio::test]
async fn a_repeat_gets_the_first_result_after_the_tweet_is_deleted() {
    let service = Service::running();
    let (author, other) = (service.signup().await, service.signup().await);
    let tweet = id_of(&service.tweet(&author, "hello").await);
    let (comments, keys) = (format!("/api/tweets/{tweet}/comments"), [unique("key"), unique("key")]);
    let reply = json!({"message": "me too", "in_reply_to": tweet});
    let bodies = [("/api/tweets", reply), (&comments, json!({"message": "nice"}))];
    let send = |(path, body): (&str, &Value), key: &str| {
        service.post(path).bearer(&other.access).header("idempotency-key", key).json(body).send()
    };
    let mut first = Vec::new();
    for ((path, body), key) in bodies.iter().zip(&keys) {
        first.push(send((path, body), key).await.with_status(201).json());
    }
    service.delete(&format!("/api/tweets/{tweet}")).bearer(&author.access).send().await.with_status(204);
    for (((path, body), key), first) in bodies.iter().zip(&keys).zip(&first) {
        send((path, body), key).await.is(201, first);
    }
    // Without a key or with a new one the request is refused, and the new key stays free.
    let fresh = unique("key");
    send((bodies[1].0, &bodies[1].1), &fresh).await.with_status(404);
    let missing = format!("Invalid pk \"{tweet}\" - object does not exist.");
    send((bodies[0].0, &bodies[0].1), &fresh).await.is(400, &json!({"in_reply_to": [missing]}));
    send(("/api/tweets", &json!({"message": "something else"})), &fresh).await.with_status(201);
}

#[tokio::test]
async fn a_block_forbids_comments_and_hides_them() {
    let service = Service::running();
    let (author, other, third) = (service.signup().await, service.signup().await, service.signup().await);
    let tweet = id_of(&service.tweet(&author, "hello").await);
    let theirs = id_of(&comment(&service, &other, &tweet, "nice").await.with_status(201).json());
    let thirds = id_of(&comment(&service, &third, &tweet, "so so").await.with_status(201).json());
    let path = format!("/api/tweets/{tweet}/comments/");
    eventually("both are listed", async || {
        let page = service.get(&path).send().await.json();
        (ids_of(&page) == [theirs.clone(), thirds.clone()]).then_some(())
    })
    .await;
    block(&service, &third, &other).await;
    let page = service.get(&path).bearer(&other.access).send().await.with_status(200).json();
    assert_eq!(ids_of(&page), [&*theirs]);
    let refusal = json!({"detail": BLOCKED});
    request_on_comment(&service, "POST", &other, &format!("{thirds}/like")).await.is(403, &refusal);
    comment(&service, &other, &tweet, &format!("@{}!", third.username)).await.is(403, &refusal);
    block(&service, &author, &other).await;
    comment(&service, &other, &tweet, "why?").await.is(403, &refusal);
    service.get(&path).bearer(&other.access).send().await.is(404, &json!({"detail": "Not found."}));
}

#[tokio::test]
async fn a_comment_repeated_with_its_key_is_created_once() {
    let service = Service::running();
    let account = service.signup().await;
    let (one, other) = (id_of(&service.tweet(&account, "1").await), id_of(&service.tweet(&account, "2").await));
    let key = unique("key");
    let send = |tweet: &str, message: &str| {
        let call = service.post(&format!("/api/tweets/{tweet}/comments")).bearer(&account.access);
        call.header("idempotency-key", &key).json(&json!({"message": message})).send()
    };
    let first = send(&one, "once").await.with_status(201).json();
    send(&one, "once").await.is(201, &first);
    let detail = "This Idempotency-Key was used for a request with another body.";
    send(&one, "twice").await.is(422, &json!({"detail": detail}));
    assert_ne!(id_of(&send(&other, "once").await.with_status(201).json()), id_of(&first));
    comment(&service, &account, &one, "once").await.with_status(201);
    eventually("two are listed", async || {
        let page = service.get(&format!("/api/tweets/{one}/comments")).send().await.json();
        (page["results"].as_array().unwrap().len() == 2).then_some(())
    })
    .await;
}

#[tokio::test]
async fn paging_skips_and_repeats_nothing_while_others_comment() {
    let service = Service::running();
    let (author, other) = (service.signup().await, service.signup().await);
    let tweet = id_of(&service.tweet(&author, "hello").await);
    let mut written = Vec::new();
    for n in 0..7 {
        written.push(id_of(&comment(&service, &other, &tweet, &format!("{n}")).await.with_status(201).json()));
    }
    let path = format!("/api/tweets/{tweet}/comments/?limit=2");
    eventually("all are listed", async || {
        let page = service.get(&format!("/api/tweets/{tweet}/comments/")).send().await.json();
        (page["results"].as_array().unwrap().len() == 7).then_some(())
    })
    .await;
    let mut read = ids_on_all_pages(&service, &author, &path, async |page| {
        // Later comments are at the end; the first three pages hold the comments from above.
        if page <= 3 {
            comment(&service, &other, &tweet, "later").await.with_status(201);
        }
    })
    .await;
    let mut distinct = read.clone();
    distinct.dedup();
    assert_eq!(distinct.len(), read.len(), "a comment was listed twice");
    read.truncate(7);
    assert_eq!(read, written);
}

#[tokio::test]
async fn tweets_and_comments_share_one_limit_per_account() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    let tweet = id_of(&service.tweet(&other, "hello").await);
    let tweets = Function::start_with(&service, "tweets", &[("AVIARY_LIMITS", "writes_account=4/3600")]);
    let post = |account: &Account, path: &str| {
        let event = Event::new("POST", path).bearer(&account.access).json(&json!({"message": "again"}));
        tweets.invoke(event).answer
    };
    let comments = format!("/api/tweets/{tweet}/comments");
    for (path, status) in [("/tweet", 200), ("/api/tweets", 201), (&comments, 201), (&comments, 201)] {
        post(&account, path).with_status(status);
    }
    for path in ["/tweet", "/api/tweets", &comments] {
        let answer = post(&account, path).with_status(429);
        assert!(answer.header("retry-after").is_some() && answer.text().contains("Request was throttled."));
    }
    // Reactions do not count, and other accounts are not limited.
    let like = Event::new("POST", &format!("/api/tweets/{tweet}/like")).bearer(&account.access);
    tweets.invoke(like).answer.with_status(200);
    post(&other, &comments).with_status(201);
}
