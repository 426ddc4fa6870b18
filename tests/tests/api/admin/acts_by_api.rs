//! What staff do to others by the API is in the audit trail, as what they do in the administration.

use e2e::acts::people::sign_up_staff;
use e2e::acts::tweets::comment;
use e2e::ids::id_of;
use e2e::{Service, eventually};
use serde_json::{Value, json};

/// The events about an account: their names, who acted, and on what.
async fn events(service: &Service, user: &str) -> Vec<(String, Value, Value)> {
    let found = service.audit_trail(user).await;
    let found = found.iter().map(|event| serde_json::from_str::<Value>(event).unwrap());
    let of_user = found.filter(|event| event["user.id"] == user && event["event"] != "signup");
    let parts = |event: Value| {
        (event["event"].as_str().unwrap().to_owned(), event["actor.id"].clone(), event["subject"].clone())
    };
    of_user.map(parts).collect()
}

#[tokio::test]
async fn what_staff_do_to_others_is_on_record() {
    let service = Service::running();
    let (staff, user) = (sign_up_staff(&service).await, service.signup().await);
    let tweets = [
        id_of(&service.tweet(&user, "one").await),
        id_of(&service.tweet(&user, "two").await),
        id_of(&service.tweet(&user, "three").await),
    ];
    let mut comments = Vec::new();
    for tweet in [&tweets[0], &tweets[0], &tweets[0], &tweets[0]] {
        comments.push(comment(&service, &user, tweet, "a comment").await.with_status(201).field("id"));
    }
    let acts = [
        ("PUT", "/api/profiles/edit/".to_owned(), json!({"profile_id": user.id, "bio": "staff"}), 200),
        ("PUT", format!("/profile/update?username={}", user.username), json!({"bio": "staff again"}), 200),
        ("DELETE", format!("/api/users/delete/{}/", user.username), json!({}), 204),
        ("POST", "/api/users/create/".to_owned(), json!({"username": user.username, "biography": "b"}), 201),
        ("PUT", format!("/api/tweets/comments/{}/", comments[0]), json!({"message": "corrected"}), 200),
        ("DELETE", format!("/api/tweets/comments/{}/", comments[0]), json!({}), 204),
        ("DELETE", format!("/api/tweets/replies/delete/{}/", comments[1]), json!({}), 202),
        ("DELETE", format!("/tweet/deletecomment?commentid={}", comments[2]), json!({}), 200),
        ("DELETE", format!("/api/tweets/{}/", tweets[1]), json!({}), 204),
        ("DELETE", format!("/api/tweets/manage_tweet/{}/", tweets[2]), json!({}), 202),
        ("DELETE", format!("/tweet?tweet_id={}", tweets[0]), json!({}), 204),
    ];
    for (method, path, body, status) in &acts {
        service.call(method, path).bearer(&staff.access).json(body).send().await.with_status(*status);
    }
    let subject = |kind: &str, id: &str| json!(format!("{kind}:{id}"));
    let expected = [
        ("profile_changed", Value::Null),
        ("profile_changed", Value::Null),
        ("profile_cleared", Value::Null),
        ("profile_changed", Value::Null),
        ("comment_edited", subject("comment", &comments[0])),
        ("comment_deleted", subject("comment", &comments[0])),
        ("comment_deleted", subject("comment", &comments[1])),
        ("comment_deleted", subject("comment", &comments[2])),
        ("tweet_deleted", subject("tweet", &tweets[1])),
        ("tweet_deleted", subject("tweet", &tweets[2])),
        ("tweet_deleted", subject("tweet", &tweets[0])),
    ];
    let mut expected = expected.map(|(event, subject)| (event.to_owned(), json!(staff.id), subject)).to_vec();
    let mut found = eventually("all events", async || {
        let found = events(&service, &user.id).await;
        (found.len() >= expected.len()).then_some(found)
    })
    .await;
    let by_text = |event: &(String, Value, Value)| format!("{event:?}");
    expected.sort_by_key(by_text);
    found.sort_by_key(by_text);
    assert_eq!(found, expected);
}

/// A user's own acts are no act of staff, nor are those of staff on what is their own, or below their own tweets.
#[tokio::test]
async fn what_people_do_to_their_own_is_not() {
    let service = Service::running();
    let (staff, user) = (sign_up_staff(&service).await, service.signup().await);
    for (author, other) in [(&staff, &user), (&user, &staff)] {
        let tweet = id_of(&service.tweet(author, "mine").await);
        let below = comment(&service, other, &tweet, "a comment").await.with_status(201).field("id");
        service.delete(&format!("/api/tweets/comments/{below}/")).bearer(&author.access).send().await.with_status(204);
        service.delete(&format!("/api/tweets/{tweet}/")).bearer(&author.access).send().await.with_status(204);
        service
            .put("/api/profiles/edit/")
            .bearer(&author.access)
            .json(&json!({"bio": "mine"}))
            .send()
            .await
            .with_status(200);
    }
    // The trail shows at once what was sent before an answer.
    let of_staff = |event: &&(String, Value, Value)| event.0 != "staff_granted" && event.0 != "login";
    for person in [&staff, &user] {
        let found = events(&service, &person.id).await;
        assert_eq!(found.iter().filter(of_staff).collect::<Vec<_>>(), Vec::<&_>::new());
    }
}
