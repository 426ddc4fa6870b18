//! `POST /api/tweets/`, and what `POST /tweet` has too: replies, mentions, videos.

use e2e::acts::people::block;
use e2e::acts::tweets::{create_tweet, reply};
use e2e::ids::id_of;
use e2e::messages::BLOCKED;
use e2e::{Form, Service, jpeg, mp4_with_position, says_where_it_was_filmed, unique};
use futures_util::future::join_all;
use serde_json::{Value, json};

#[tokio::test]
async fn both_paths_answer_the_same_complete_tweet() {
    let service = Service::running();
    let account = service.signup().await;
    let one = create_tweet(&service, &account, &json!({"message": "hello"})).await.with_status(201).json();
    let other = service.tweet(&account, "hello").await;
    let names = |tweet: &Value| tweet.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&one), names(&other));
    assert_eq!((&one["message"], &one["author"]), (&other["message"], &other["author"]));
    service.get(&format!("/api/tweets/{}", id_of(&one))).send().await.is(200, &one);
    let nobody = json!({"detail": "Authentication credentials were not provided."});
    service.post("/api/tweets").json(&json!({"message": "hi"})).send().await.unauthorized(&nobody);
    create_tweet(&service, &account, &json!({})).await.is(400, &json!({"message": ["This field is required."]}));
}

#[tokio::test]
async fn a_reply_names_its_tweet_in_every_kind_of_body_at_both_paths() {
    let service = Service::running();
    let (author, other) = (service.signup().await, service.signup().await);
    let parent = id_of(&service.tweet(&author, "what?").await);
    for (path, status) in [("/tweet", 200), ("/api/tweets/", 201)] {
        let post = || service.post(path).bearer(&other.access);
        let answers = [
            post().json(&json!({"message": "that", "in_reply_to": parent})).send().await,
            post().form(&[("message", "that"), ("in_reply_to", &parent)]).send().await,
            post().multipart(&Form::default().text("message", "that").text("in_reply_to", &parent)).send().await,
        ];
        for answer in answers {
            let answer = answer.with_status(status).json();
            let reply = answer.get("tweet").unwrap_or(&answer);
            assert_eq!(reply["in_reply_to"], parent.as_str());
            service.get(&format!("/api/tweets/{}", id_of(reply))).send().await.is(200, reply);
        }
    }
    for nothing in [json!(""), Value::Null] {
        let body = json!({"message": "alone", "in_reply_to": nothing});
        let alone = create_tweet(&service, &other, &body).await.with_status(201).json();
        assert_eq!(alone["in_reply_to"], Value::Null);
    }
}

#[tokio::test]
async fn unknown_tweets_and_media_are_named() {
    let service = Service::running();
    let account = service.signup().await;
    let gone = "019a9f3c-6b00-7c52-9d41-3e5f70a1b2c3";
    let no = |what: &str| format!("Invalid pk \"{what}\" - object does not exist.");
    for parent in [gone, "x", &account.id] {
        let body = json!({"message": "m", "in_reply_to": parent});
        create_tweet(&service, &account, &body).await.is(400, &json!({"in_reply_to": [no(parent)]}));
    }
    let body = json!({"message": "", "in_reply_to": ["x"], "media": [gone, 5]});
    let errors = json!({
        "message": ["This field may not be blank."],
        "media": [no(gone), "Incorrect type. Expected a media id."],
        "in_reply_to": ["Incorrect type. Expected a tweet's id."],
    });
    create_tweet(&service, &account, &body).await.is(400, &errors);
    let body = json!({"message": "m", "media": "x"});
    create_tweet(&service, &account, &body).await.is(400, &json!({"media": ["Expected a list of items."]}));
    create_tweet(&service, &account, &json!({"message": "m", "media": []})).await.with_status(201);
}

#[tokio::test]
async fn a_blocked_account_can_neither_reply_nor_mention() {
    let service = Service::running();
    let (blocker, blocked, third) = (service.signup().await, service.signup().await, service.signup().await);
    let tweet = id_of(&service.tweet(&blocker, "mine").await);
    block(&service, &blocker, &blocked).await;
    let refusal = json!({"detail": BLOCKED});
    let name = blocker.username.to_uppercase();
    let key = unique("key");
    for body in [
        json!({"message": "hey", "in_reply_to": tweet}),
        json!({"message": format!("hey @{name}")}),
        json!({"message": format!("hey @{} and @{name}.", third.username)}),
    ] {
        let call = service.post("/tweet").bearer(&blocked.access).header("idempotency-key", &key);
        call.json(&body).send().await.tells(403, &refusal);
    }
    let photo = Form::default().text("message", &format!("@{name}")).file("imagelinks", "a", "", &jpeg(8, 8, 1));
    service.post("/tweet").bearer(&blocked.access).multipart(&photo).send().await.tells(403, &refusal);
    let list = service.get(&format!("/api/tweets/by/{}/", blocked.username)).send().await.with_status(200);
    assert_eq!(list.json()["results"], json!([]));
    // Refusals are not stored with the key, and an e-mail address is no mention.
    let fine = json!({"message": format!("mail@{name} and @nobody-{}", unique("x"))});
    let call = service.post("/tweet").bearer(&blocked.access).header("idempotency-key", &key);
    call.json(&fine).send().await.with_status(200);
    // The blocker may still reply to the blocked account.
    let theirs = id_of(&service.tweet(&blocked, "theirs").await);
    reply(&service, &blocker, &theirs, &format!("@{} well", blocked.username)).await;
}

#[tokio::test]
async fn too_many_media_ids_are_one_error() {
    let service = Service::running();
    let account = service.signup().await;
    let message = json!({"media": ["Ensure this field has no more than 3 elements."]});
    for count in [4, 10_000] {
        let body = json!({"message": "hi", "media": vec![""; count]});
        create_tweet(&service, &account, &body).await.is(400, &message);
    }
}

#[tokio::test]
async fn a_reply_repeated_with_its_key_is_created_once() {
    let service = Service::running();
    let account = service.signup().await;
    let parent = id_of(&service.tweet(&account, "what?").await);
    let body = json!({"message": "that", "in_reply_to": parent});
    let key = unique("key");
    let with_key = || service.post("/api/tweets").bearer(&account.access).header("idempotency-key", &key).json(&body);
    let first = with_key().send().await.with_status(201).json();
    with_key().send().await.is(201, &first);
    let other = create_tweet(&service, &account, &body).await.with_status(201).json();
    assert_ne!(id_of(&other), id_of(&first));
    let mine = service.get(&format!("/api/tweets/by/{}", account.username)).send().await.json();
    assert_eq!(mine["results"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_video_is_stored_without_its_position() {
    let service = Service::running();
    let account = service.signup().await;
    let film = mp4_with_position(10, 640, 360);
    assert!(says_where_it_was_filmed(&film));
    let form = Form::default().file("videolinks", "a film.mp4", "video/mp4", &film).text("alt", "A wren sings");
    let answer = service.post("/tweet").bearer(&account.access).multipart(&form).send().await;
    let tweet = answer.with_status(200).json()["tweet"].clone();
    let url = tweet["videolinks"][0].as_str().unwrap();
    let media = json!([{
        "id": tweet["media"][0]["id"], "kind": "video", "url": url, "thumbnail_url": Value::Null, "blurhash": Value::Null,
        "width": 640, "height": 360, "alt": "A wren sings", "state": "ready",
    }]);
    assert_eq!((&tweet["media"], &tweet["imagelinks"], &tweet["message"]), (&media, &json!([]), &json!("")));
    let stored = service.fetch(url).await.with_status(200);
    // It is written anew, without what is not needed to play it.
    assert_eq!(stored.header("content-type"), Some("video/mp4"));
    assert!(stored.body.len() <= film.len(), "{} bytes of {}", stored.body.len(), film.len());
    assert!(!says_where_it_was_filmed(&stored.body));
    assert!(stored.body.windows(4_000).any(|window| window == [42; 4_000]), "the film itself is missing");
    let list = service.get(&format!("/api/tweets/by/{}/media", account.username)).send().await.json();
    assert_eq!(list["results"], json!([tweet]));
}

#[tokio::test]
async fn a_video_that_cannot_be_played_is_refused_by_its_field() {
    let service = Service::running();
    let account = service.signup().await;
    let film = mp4_with_position(10, 64, 48);
    let no_video = "Upload a valid video. The file you uploaded was either not an MP4 or a corrupted video.";
    let claim = "The file's content does not match its type: it claims to be image/png but is video/mp4.";
    let rows: [(&str, &[u8], &str); 5] = [
        ("video/mp4", b"", "The submitted file is empty."),
        ("video/mp4", b"no film", no_video),
        ("video/mp4", &film[..film.len() - 1], no_video),
        ("image/png", &film, claim),
        ("video/mp4", &mp4_with_position(141, 64, 48), "Ensure this video has no more than 140 seconds."),
    ];
    let post = |form: Form| service.post("/tweet").bearer(&account.access).multipart(&form).send();
    for (content_type, bytes, message) in rows {
        let form = Form::default().text("message", "hi").file("videolinks", "a.mp4", content_type, bytes);
        post(form).await.tells(400, &json!({"videolinks": [message]}));
    }
    let two = Form::default().file("videolinks", "a", "", &film).file("videolinks", "b", "", &film);
    post(two).await.tells(400, &json!({"videolinks": ["Ensure this field has no more than 1 element."]}));
    let both = Form::default().file("videolinks", "a", "", &film).file("imagelinks", "b", "", &jpeg(8, 8, 1));
    post(both).await.tells(400, &json!({"videolinks": ["A tweet shows images or a video, not both."]}));
}

#[tokio::test]
async fn concurrent_tweets_are_all_listed() {
    let service = Service::running();
    let account = service.signup().await;
    let posted = join_all((0..12).map(|n| service.tweet(&account, Box::leak(format!("tweet {n}").into_boxed_str()))));
    let mut posted: Vec<String> = posted.await.iter().map(id_of).collect();
    posted.sort_by(|a, b| b.cmp(a));
    let list = service.get(&format!("/api/tweets/by/{}/?limit=100", account.username)).send().await.json();
    let listed: Vec<String> = list["results"].as_array().unwrap().iter().map(id_of).collect();
    assert_eq!(listed, posted);
}
