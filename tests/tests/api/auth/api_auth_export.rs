//! `POST` and `GET /api/auth/export/`: everything of the caller's as one file.

use e2e::acts::people::{block, follow, relate};
use e2e::acts::tweets::{comment, create_tweet, react, reply, request_on_comment};
use e2e::ids::id_of;
use e2e::{Account, Form, Service, eventually, jpeg};
use serde_json::{Value, json};

/// The content of the export, when it is ready.
async fn export(service: &Service, account: &Account) -> Value {
    let url = eventually("the export is ready", async || {
        let answer = service.get_as(account, "/api/auth/export/").await.with_status(200).json();
        assert_ne!(answer["state"], "failed", "{answer}");
        answer["download"]["url"].as_str().map(ToOwned::to_owned)
    })
    .await;
    service.fetch(&url).await.with_status(200).json()
}

#[tokio::test]
async fn everything_of_a_user_is_in_the_file_and_no_secret() {
    let service = Service::running();
    let (user, other) = (service.signup().await, service.signup().await);
    let (blocked, muted) = (service.signup().await, service.signup().await);
    let theirs = id_of(&service.tweet(&other, "theirs").await);
    let form =
        Form::default().text("message", "with a picture").file("imagelinks", "a.jpg", "image/jpeg", &jpeg(64, 48, 7));
    let posted = service.post("/api/tweets/").bearer(&user.access).multipart(&form).send().await.json();
    let picture = posted["imagelinks"][0].as_str().unwrap();
    let answered = id_of(&reply(&service, &user, &theirs, "an answer").await);
    create_tweet(&service, &user, &json!({"message": "plain words"})).await.with_status(201);
    let linked = json!({"content": "a picture elsewhere", "media_url": "https://example.com/a.png"});
    service.post_as(&user, "/api/tweets/tweets_list/", &linked).await.with_status(201);
    let own_comment = comment(&service, &user, &theirs, "a comment").await.with_status(201).field("id");
    let their_comment = comment(&service, &other, &theirs, "their comment").await.with_status(201).field("id");
    for what in ["like", "retweet", "save"] {
        react(&service, "POST", &user, &theirs, what).await.with_status(200);
    }
    request_on_comment(&service, "POST", &user, &format!("{their_comment}/like/")).await.with_status(200);
    follow(&service, &user, &other).await;
    follow(&service, &other, &user).await;
    block(&service, &user, &blocked).await;
    relate(&service, "POST", &user, "mute", &muted.id).await.with_status(200);
    let report = json!({"reason": "other", "note": "a note of a report"});
    service.post_as(&user, &format!("/api/tweets/{theirs}/report/"), &report).await.with_status(201);
    let edit = json!({"alias": "An Alias", "bio": "a biography"});
    service.put("/api/profiles/edit/").bearer(&user.access).json(&edit).send().await.with_status(200);
    let large: Vec<Value> = (0..400).map(|index| json!({"index": index, "X": 123_456_789, "q": index})).collect();
    let sets = json!({"session_id": "a session", "integer_sets": [
        {"set_id": "small", "integers": [{"index": 0, "X": 4_711, "q": 1}]},
        {"set_id": "large", "integers": large},
    ]});
    service.post_as(&user, "/integers/session/", &sets).await.with_status(201);
    eventually("the notification of the follow", async || {
        let list = service.get_as(&user, "/api/notifications/").await.with_status(200).text();
        list.contains("follow").then_some(())
    })
    .await;

    service.get_as(&user, "/api/auth/export/").await.with_status(404);
    let asked = service.post_as(&user, "/api/auth/export/", &json!({})).await;
    asked.is(202, &json!({"state": "preparing"}));
    let file = export(&service, &user).await;
    let ids = |list: &str, field: &str| -> Vec<String> {
        let all = file[list].as_array().unwrap_or_else(|| panic!("no {list} in {file}")).iter();
        all.map(|one| one[field].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(file["account"]["email"], user.email.as_str());
    assert_eq!((&file["profile"]["alias"], &file["profile"]["bio"]), (&json!("An Alias"), &json!("a biography")));
    assert_eq!(ids("tweets", "message"), ["with a picture", "an answer", "plain words", "a picture elsewhere"]);
    assert_eq!(file["tweets"][3]["media_url"], "https://example.com/a.png");
    assert_eq!(file["tweets"][0]["media"][0]["url"], picture);
    assert_eq!(file["tweets"][1]["in_reply_to"], theirs.as_str());
    assert_eq!(ids("comments", "id"), [own_comment]);
    for list in ["likes", "retweets", "saves"] {
        assert_eq!(ids(list, "tweet"), [theirs.as_str()], "{list}");
        assert!(file[list][0]["at"].as_str().unwrap().starts_with("20"), "{list}");
    }
    assert_eq!(ids("comment_likes", "comment"), [their_comment]);
    assert_eq!(ids("follows", "other"), [other.id.as_str()]);
    assert_eq!(ids("blocks", "other"), [blocked.id.as_str()]);
    assert_eq!(ids("mutes", "other"), [muted.id.as_str()]);
    assert_eq!(ids("reports", "note"), ["a note of a report"]);
    assert_eq!(ids("notifications", "actor"), [other.id.as_str()]);
    assert!(ids("security_events", "event").contains(&"signup".to_owned()));
    assert_eq!(ids("sessions", "kind").len(), 3);
    let sets = file["integer_sessions"][0]["integer_sets"].as_array().unwrap();
    assert_eq!(sets.iter().map(|set| set["units"].as_u64().unwrap()).collect::<Vec<_>>(), [400, 1]);
    assert_eq!(sets[1]["integers"][0]["X"], 4_711);
    assert_eq!(sets[0]["integers"].as_array().unwrap().len(), 400, "it lies in an object of its own");

    let text = file.to_string();
    let secrets = [&user.access, &user.refresh, &user.device_token, &user.cookies.session, &user.cookies.csrf];
    for secret in secrets.into_iter().map(String::as_str).chain(["argon2", "TOKEN#", "WEB#", "csrf"]) {
        assert!(!text.contains(secret), "{secret}");
    }
    assert!(text.contains(&answered));
}

/// Sets of units with such numbers, one that lies in its item and one that lies in an object.
#[tokio::test]
async fn the_numbers_of_integers_keep_their_digits() {
    let service = Service::running();
    let user = service.signup().await;
    let number = |index: usize| format!("123456789012345678901234567890{index}");
    let units = |count: usize| {
        let units = (0..count).map(|index| format!(r#"{{"index":{index},"X":{},"q":-1}}"#, number(index)));
        units.collect::<Vec<_>>().join(",")
    };
    for (id, count) in [("small", 1), ("large", 400)] {
        let body = format!(r#"{{"set_id":"{id}","session_id":"s","integers":[{}]}}"#, units(count));
        let call = service.post("/integers/set/").bearer(&user.access);
        call.body("application/json", body).send().await.with_status(201);
    }
    service.post_as(&user, "/api/auth/export/", &json!({})).await.with_status(202);
    export(&service, &user).await;
    let url = service.get_as(&user, "/api/auth/export/").await.json()["download"]["url"].as_str().unwrap().to_owned();
    let file = service.fetch(&url).await.with_status(200).text();
    let found = |index: usize| file.matches(&format!("\"X\":{},", number(index))).count();
    assert_eq!((found(0), found(1), found(399)), (2, 1, 1), "{file}");
}

#[tokio::test]
async fn an_export_is_made_once_a_day_and_is_nobody_elses() {
    let service = Service::running();
    let (user, other) = (service.signup().await, service.signup().await);
    service.post_as(&user, "/api/auth/export/", &json!({})).await.with_status(202);
    let first = export(&service, &user).await["exported_at"].clone();
    service.post_as(&user, "/api/auth/export/", &json!({})).await.is(202, &json!({"state": "ready"}));
    assert_eq!(export(&service, &user).await["exported_at"], first, "no second file");
    service.get_as(&other, "/api/auth/export/").await.with_status(404);

    let (pk, day_ago) = (format!("U#{}", user.id), (e2e::now() - 24 * 3_600) * 1_000);
    service.dynamodb().set("FeedTable", &pk, "EXPORT", "asked_at", &json!({"N": day_ago.to_string()})).await;
    service.post_as(&user, "/api/auth/export/", &json!({})).await.is(202, &json!({"state": "preparing"}));
    assert_ne!(export(&service, &user).await["exported_at"], first);
    let trail = service.audit_trail(&user.id).await;
    assert_eq!(trail.iter().filter(|event| event.contains("export_asked")).count(), 2, "{trail:?}");
}

#[tokio::test]
async fn a_deleted_account_leaves_no_export() {
    let service = Service::running();
    let user = service.signup().await;
    service.post_as(&user, "/api/auth/export/", &json!({})).await.with_status(202);
    export(&service, &user).await;
    let url = service.get_as(&user, "/api/auth/export/").await.json()["download"]["url"].as_str().unwrap().to_owned();
    let call = service.delete("/api/auth/user/delete/").bearer(&user.access);
    call.json(&json!({"refresh_token": user.refresh})).send().await.with_status(204);
    eventually("the file is removed", async || (service.fetch(&url).await.status != 200).then_some(())).await;
}
