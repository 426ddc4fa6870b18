//! `GET /api/notifications/`, `GET …/unread/` and `POST …/read/`.

use e2e::acts::people::{follow, relate};
use e2e::acts::tweets::react;
use e2e::ids::id_of;
use e2e::{Account, Service, eventually};
use serde_json::{Value, json};

const LIST: &str = "/api/notifications/";

async fn list(service: &Service, account: &Account, query: &str) -> Value {
    service.get(&format!("{LIST}{query}")).bearer(&account.access).send().await.with_status(200).json()
}

async fn unread(service: &Service, account: &Account) -> u64 {
    let answer = service.get("/api/notifications/unread/").bearer(&account.access).send().await.with_status(200).json();
    assert_eq!(answer.as_object().unwrap().len(), 1, "{answer}");
    answer["unread"].as_u64().unwrap()
}

async fn read(service: &Service, account: &Account, body: &Value) -> u64 {
    let call = service.post("/api/notifications/read/").bearer(&account.access).json(body);
    call.send().await.with_status(200).json()["unread"].as_u64().unwrap()
}

/// Kind, actor and read state of each notification.
fn kinds(list: &Value) -> Vec<(String, String, bool)> {
    let results = list["results"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    results.map(|one| (text(&one["kind"]), text(&one["actor"]["id"]), one["read"].as_bool().unwrap())).collect()
}

/// Waits until there are this many notifications.
async fn wait_for_count(service: &Service, account: &Account, count: usize) -> Value {
    eventually("the number of notifications", async || {
        let list = list(service, account, "?limit=100").await;
        (list["results"].as_array().unwrap().len() == count).then_some(list)
    })
    .await
}

async fn comment(service: &Service, author: &Account, tweet: &str, message: &str) -> String {
    let call = service.post(&format!("/api/tweets/{tweet}/comments/")).bearer(&author.access);
    call.json(&json!({"message": message})).send().await.with_status(201).field("id")
}

#[tokio::test]
async fn acts_of_others_are_notified_newest_first() {
    let service = Service::running();
    let (me, other) = (service.signup().await, service.signup().await);
    let nothing = json!({"next": null, "previous": null, "results": []});
    assert_eq!(list(&service, &me, "").await, nothing);
    assert_eq!(unread(&service, &me).await, 0);
    let tweet = id_of(&service.tweet(&me, "Hello").await);
    follow(&service, &other, &me).await;
    wait_for_count(&service, &me, 1).await;
    react(&service, "POST", &other, &tweet, "like").await.with_status(200);
    wait_for_count(&service, &me, 2).await;
    react(&service, "POST", &other, &tweet, "retweet").await.with_status(200);
    wait_for_count(&service, &me, 3).await;
    let commented = comment(&service, &other, &tweet, &format!("@{} nice", me.username)).await;
    wait_for_count(&service, &me, 4).await;
    let mention = id_of(&service.tweet(&other, &format!("As @{} says", me.username.to_uppercase())).await);
    wait_for_count(&service, &me, 5).await;
    let body = json!({"message": "So it is", "in_reply_to": tweet});
    let reply =
        service.post("/api/tweets/").bearer(&other.access).json(&body).send().await.with_status(201).field("id");
    wait_for_count(&service, &me, 6).await;
    let mine = comment(&service, &me, &mention, "Do I?").await;
    let like = service.post(&format!("/api/tweets/comments/{mine}/like/")).bearer(&other.access);
    like.send().await.with_status(200);
    let all = wait_for_count(&service, &me, 7).await;
    let expected = [
        ("like", Some(&mention), Some(&mine)),
        ("mention", Some(&reply), None),
        ("mention", Some(&mention), None),
        ("comment", Some(&tweet), Some(&commented)),
        ("retweet", Some(&tweet), None),
        ("like", Some(&tweet), None),
        ("follow", None, None),
    ];
    let actor = json!({"id": other.id, "username": other.username, "alias": "", "image_url": ""});
    for (found, (kind, tweet, comment)) in all["results"].as_array().unwrap().iter().zip(expected) {
        assert_eq!((&found["kind"], &found["actor"], &found["read"]), (&json!(kind), &actor, &json!(false)), "{found}");
        assert_eq!(found.get("tweet").and_then(Value::as_str), tweet.map(String::as_str), "{found}");
        assert_eq!(found.get("comment").and_then(Value::as_str), comment.map(String::as_str), "{found}");
        assert!(found["created_at"].as_str().unwrap().ends_with('Z') && found["id"].is_string(), "{found}");
    }
    assert_eq!(unread(&service, &me).await, 7);
    // The other was notified of the comment. Own acts notify nobody.
    assert_eq!(kinds(&wait_for_count(&service, &other, 1).await), [("comment".to_owned(), me.id.clone(), false)]);
}

#[tokio::test]
async fn toggling_and_repeating_notifies_once() {
    let service = Service::running();
    let (me, other) = (service.signup().await, service.signup().await);
    let tweet = id_of(&service.tweet(&me, "Hello").await);
    for _ in 0..4 {
        for method in ["POST", "POST", "DELETE"] {
            react(&service, method, &other, &tweet, "like").await.with_status(200);
            relate(&service, method, &other, "follow", &me.id).await.with_status(200);
        }
    }
    // When this has been notified, everything before it has been too.
    comment(&service, &other, &tweet, "The end").await;
    let all = eventually("the notification of the comment", async || {
        let all = kinds(&list(&service, &me, "").await);
        all.iter().any(|(kind, ..)| kind == "comment").then_some(all)
    })
    .await;
    let mut found: Vec<&str> = all.iter().map(|(kind, ..)| kind.as_str()).collect();
    found.sort_unstable();
    assert_eq!(found, ["comment", "follow", "like"]);
    assert_eq!(unread(&service, &me).await, 3);
}

#[tokio::test]
async fn notifications_are_marked_read_by_id_or_all_at_once() {
    let service = Service::running();
    let me = service.signup().await;
    for _ in 0..5 {
        follow(&service, &service.signup().await, &me).await;
    }
    let all = wait_for_count(&service, &me, 5).await;
    let ids: Vec<&Value> = all["results"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
    // Pages list each of them once.
    let first = list(&service, &me, "?limit=3").await;
    let next = first["next"].as_str().unwrap();
    let rest =
        service.get(next.strip_prefix(&service.url).unwrap()).bearer(&me.access).send().await.with_status(200).json();
    assert_eq!(rest["next"], Value::Null);
    let paged: Vec<&Value> =
        [&first, &rest].iter().flat_map(|page| page["results"].as_array().unwrap()).map(|one| &one["id"]).collect();
    assert_eq!(paged, ids);

    let unknown = "019a0000-0000-8000-8000-0000000000aa";
    assert_eq!(read(&service, &me, &json!({"ids": [ids[0], ids[2], unknown]})).await, 3);
    assert_eq!(read(&service, &me, &json!({"ids": [ids[0]]})).await, 3);
    assert_eq!(read(&service, &me, &json!({"ids": []})).await, 3);
    let shown: Vec<bool> = kinds(&list(&service, &me, "").await).into_iter().map(|(_, _, read)| read).collect();
    assert_eq!(shown, [true, false, true, false, false]);
    assert_eq!(unread(&service, &me).await, 3);
    // Another account cannot mark them as read.
    let stranger = service.signup().await;
    assert_eq!(read(&service, &stranger, &json!({"ids": [ids[1]]})).await, 0);
    assert_eq!(unread(&service, &me).await, 3);
    let form = [("ids", ids[1].as_str().unwrap()), ("ids", ids[3].as_str().unwrap())];
    let call = service.post("/api/notifications/read").bearer(&me.access).form(&form);
    call.send().await.is(200, &json!({"unread": 1}));
    assert_eq!(read(&service, &me, &json!({})).await, 0);
    assert_eq!(unread(&service, &me).await, 0);
    assert!(kinds(&list(&service, &me, "").await).into_iter().all(|(_, _, read)| read));
    // Later notifications are unread.
    follow(&service, &stranger, &me).await;
    wait_for_count(&service, &me, 6).await;
    assert_eq!(unread(&service, &me).await, 1);
}

#[tokio::test]
async fn wrong_ids_are_named() {
    let service = Service::running();
    let me = service.signup().await;
    let valid = "019a0000-0000-8000-8000-0000000000aa";
    let uuid = "Must be a valid UUID.";
    let many = vec![valid; 101];
    for (ids, message) in [
        (json!("x"), "Expected a list of items but got type \"str\"."),
        (json!(7), "Expected a list of items but got type \"int\"."),
        (json!({}), "Expected a list of items but got type \"dict\"."),
        (json!(null), "This field may not be null."),
        (json!([7]), uuid),
        (json!([valid, "x"]), uuid),
        (json!(many), "Ensure this field has no more than 100 elements."),
    ] {
        let call = service.post("/api/notifications/read/").bearer(&me.access).json(&json!({"ids": ids}));
        call.send().await.is(400, &json!({"ids": [message]}));
    }
    for cursor in ["x", "Zm9sbG93ZXJzCjE"] {
        let call = service.get(&format!("{LIST}?cursor={cursor}")).bearer(&me.access);
        call.send().await.is(404, &json!({"detail": "Invalid cursor"}));
    }
}

#[tokio::test]
async fn a_cursor_works_only_for_its_owner() {
    let service = Service::running();
    let (me, one, other) = (service.signup().await, service.signup().await, service.signup().await);
    for follower in [&one, &other] {
        follow(&service, follower, &me).await;
    }
    wait_for_count(&service, &me, 2).await;
    let page = service.get(&format!("{LIST}?limit=1")).bearer(&me.access).send().await.with_status(200).json();
    let (_, cursor) = page["next"].as_str().unwrap().split_once("cursor=").unwrap();
    let next = |account: &Account| service.get(&format!("{LIST}?cursor={cursor}")).bearer(&account.access).send();
    assert_eq!(next(&me).await.with_status(200).json()["results"].as_array().unwrap().len(), 1);
    next(&one).await.is(404, &json!({"detail": "Invalid cursor"}));
}

#[tokio::test]
async fn notifications_of_deleted_or_hidden_things_are_not_shown() {
    let service = Service::running();
    let (me, liker, muted) = (service.signup().await, service.signup().await, service.signup().await);
    let (tweet, other) = (id_of(&service.tweet(&me, "Hello").await), id_of(&service.tweet(&me, "Goodbye").await));
    for actor in [&liker, &muted] {
        react(&service, "POST", actor, &tweet, "like").await.with_status(200);
        react(&service, "POST", actor, &other, "like").await.with_status(200);
    }
    wait_for_count(&service, &me, 4).await;
    assert_eq!(unread(&service, &me).await, 4);
    // Notifications by a muted account and about a deleted tweet are hidden at once.
    relate(&service, "POST", &me, "mute", &muted.id).await.with_status(200);
    service.delete(&format!("/api/tweets/{other}/")).bearer(&me.access).send().await.with_status(204);
    assert_eq!(kinds(&list(&service, &me, "").await), [("like".to_owned(), liker.id.clone(), false)]);
    relate(&service, "DELETE", &me, "mute", &muted.id).await.with_status(200);
    assert_eq!(list(&service, &me, "").await["results"].as_array().unwrap().len(), 2);
    // After a while those about the deleted tweet no longer count as unread.
    eventually("the removal of the notifications of the tweet", async || {
        (unread(&service, &me).await == 2).then_some(())
    })
    .await;
}
