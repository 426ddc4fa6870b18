//! Requests repeated with their idempotency key: they get the first result, or are told that it is gone.

use aviary_media::PrivateKey;
use e2e::acts::integers::{MORE_UNITS_THAN_AN_ITEM_HOLDS, media_bucket, units, upload};
use e2e::limits::assert_throttled;
use e2e::{Account, Answer, Call, Event, Function, Service, unique};
use serde_json::{Value, json};

fn keyed(service: &Service, account: &Account, path: &str, key: &str) -> Call {
    service.post(path).bearer(&account.access).header("idempotency-key", key)
}

#[track_caller]
fn assert_gone(answer: Answer) {
    let detail = "What the first request with this Idempotency-Key made was replaced or deleted since.";
    answer.is(409, &json!({"detail": detail}));
}

/// The answer of this operation is too large to be stored with the key.
#[tokio::test]
async fn a_repeat_gets_a_large_result_while_it_exists() {
    let service = Service::running();
    let account = service.signup().await;
    let set = json!({"set_id": "a", "session_id": "s", "integers": units(1, MORE_UNITS_THAN_AN_ITEM_HOLDS)});
    service.post_as(&account, "/integers/set/", &set).await.with_status(201);
    let (key, body) = (unique("key"), json!({"equation": "a+1", "set_id": "b", "session_id": "s"}));
    let send = async || keyed(&service, &account, "/integers/operation/", &key).json(&body).send().await;
    let first = send().await.with_status(201).text();
    assert!(first.len() > 6 << 10);
    assert!(send().await.with_status(201).text() == first);
    // Another set changes nothing. Writing the same set again makes it another result.
    let other = json!({"set_id": "c", "session_id": "s", "integers": units(1, 1)});
    service.post_as(&account, "/integers/set/", &other).await.with_status(201);
    assert!(send().await.with_status(201).text() == first);
    let again = json!({"equation": "a+1", "set_id": "b", "session_id": "s"});
    service.post_as(&account, "/integers/operation/", &again).await.with_status(201);
    assert_gone(send().await);
    assert_gone(send().await);
}

#[tokio::test]
async fn a_repeat_is_told_that_a_large_result_is_gone() {
    let service = Service::running();
    let account = service.signup().await;
    let large = |x: u64| units(x, MORE_UNITS_THAN_AN_ITEM_HOLDS);
    let sets = json!([{"set_id": "a", "integers": large(1)}, {"set_id": "b", "integers": large(2)}]);
    for end in ["set", "session", "replaced", "made anew"] {
        let all = json!({"session_id": "s", "integer_sets": sets});
        service.post_as(&account, "/integers/session/", &all).await.with_status(201);
        let (key, body) = (unique("key"), json!({"equation": "a+1", "set_id": "b", "session_id": "s"}));
        let send = async || keyed(&service, &account, "/integers/operation/", &key).json(&body).send().await;
        send().await.with_status(201);
        let path = match end {
            "set" => "/integers/set/?session_id=s&set_id=b",
            _ => "/integers/session/?session_id=s",
        };
        if end != "replaced" {
            service.delete(path).bearer(&account.access).send().await.with_status(200);
        }
        if end != "set" && end != "session" {
            service.post_as(&account, "/integers/session/", &all).await.with_status(201);
        }
        assert_gone(send().await);
        let left = service.get_as(&account, "/integers/set/?session_id=s&set_id=b").await.status;
        assert_eq!(left, if end == "replaced" || end == "made anew" { 200 } else { 404 }, "{end}");
    }
}

/// The first request creates the set in the session of its cookie; the second has the cookie of another web session.
#[tokio::test]
async fn a_repeat_uses_the_session_of_the_first_request() {
    let service = Service::running();
    let account = service.signup().await;
    let other = e2e::Cookies { session: "ab".repeat(32), csrf: "cd".repeat(32) };
    let set = json!({"set_id": "a", "integers": units(1, MORE_UNITS_THAN_AN_ITEM_HOLDS)});
    let call = service.post("/integers/set/").bearer(&account.access).cookies(&account.cookies).json(&set);
    let session = call.send().await.with_status(201).field("session_id");
    let (key, body) = (unique("key"), json!({"equation": "a+1", "set_id": "b"}));
    let send = async |cookies: &e2e::Cookies| {
        keyed(&service, &account, "/integers/operation/", &key).cookies(cookies).json(&body).send().await
    };
    let first = send(&account.cookies).await.with_status(201);
    assert_eq!(first.field("session_id"), session);
    assert!(send(&other).await.with_status(201).text() == first.text());
    // Without the first session there is no result, although the other session has a set of this id.
    let call = service.post("/integers/set/").bearer(&account.access).cookies(&other);
    call.json(&json!({"set_id": "b", "integers": units(5, 1)})).send().await.with_status(201);
    let path = format!("/integers/session/?session_id={session}");
    service.delete(&path).bearer(&account.access).send().await.with_status(200);
    assert_gone(send(&other).await);
}

#[tokio::test]
async fn a_repeat_works_after_its_upload_is_gone() {
    let service = Service::running();
    let account = service.signup().await;
    let sets = |count: u64| json!([{"integers": units(3, count)}, {"integers": units(4, 1)}]);
    for (path, content) in [
        ("/integers/set/", json!({"integers": units(1, 2), "session_id": "small"})),
        ("/integers/set/", json!({"integers": units(1, MORE_UNITS_THAN_AN_ITEM_HOLDS), "session_id": "large"})),
        ("/integers/session/", json!({"integer_sets": sets(2), "session_id": "t"})),
        ("/integers/session/", json!({"integer_sets": sets(MORE_UNITS_THAN_AN_ITEM_HOLDS), "session_id": "u"})),
    ] {
        let id = upload(&service, &account, &content.to_string()).await;
        let (key, body) = (unique("key"), json!({"upload_id": id}));
        let send = async || keyed(&service, &account, path, &key).json(&body).send().await;
        let first = send().await.with_status(201).text();
        let object = PrivateKey::integers_upload(account.id.parse().unwrap(), id.parse().unwrap());
        media_bucket(&service).delete_private(&object).await.unwrap();
        assert!(send().await.with_status(201).text() == first, "{path}: the chosen ids are the same too");
        // Without the key or with another one, the upload is not found; the other key is not used up.
        service.post_as(&account, path, &body).await.with_status(404);
        let other = unique("key");
        keyed(&service, &account, path, &other).json(&body).send().await.with_status(404);
        keyed(&service, &account, path, &other).json(&content).send().await.with_status(201);
        let another = json!({"upload_id": id, "session_id": "other"});
        keyed(&service, &account, path, &key).json(&another).send().await.with_status(422);
    }
    // A result of an upload that was replaced is reported as gone.
    let id = upload(&service, &account, &json!({"integer_sets": sets(2)}).to_string()).await;
    let (key, body) = (unique("key"), json!({"upload_id": id}));
    let first = keyed(&service, &account, "/integers/session/", &key).json(&body).send().await.with_status(201).json();
    let set = first["integer_sets"][1]["set_id"].as_str().unwrap();
    let replaced = json!({"set_id": set, "integers": units(9, 1)});
    service.post_as(&account, "/integers/set/", &replaced).await.with_status(201);
    assert_gone(keyed(&service, &account, "/integers/session/", &key).json(&body).send().await);
}

#[tokio::test]
async fn a_request_by_an_upload_counts_as_one_write() {
    let service = Service::running();
    let account = service.signup().await;
    let integers = Function::start_with(&service, "integers", &[("AVIARY_LIMITS", "writes_account=3/3600")]);
    let id = upload(&service, &account, &json!({"set_id": "a", "integers": units(1, 1)}).to_string()).await;
    let send =
        |body: &Value| integers.invoke(Event::new("POST", "/integers/set/").bearer(&account.access).json(body)).answer;
    for _ in 0..3 {
        send(&json!({"upload_id": id})).with_status(201);
    }
    assert_throttled(&send(&json!({"upload_id": id})), 3_600);
    // A refused request does not read the upload.
    assert_throttled(&send(&json!({"upload_id": "nonsense"})), 3_600);
}

#[tokio::test]
async fn a_repeated_request_gives_the_first_result_again() {
    let service = Service::running();
    let account = service.signup().await;
    let keyed = |path: &str, key: &str, body: &Value| {
        service.post(path).bearer(&account.access).header("idempotency-key", key).json(body)
    };
    let (key, body) = (unique("key"), json!({"integers": units(1, 1)}));
    let first = keyed("/integers/set/", &key, &body).send().await.with_status(201);
    let again = keyed("/integers/set/", &key, &body).send().await.with_status(201);
    assert_eq!(first.text(), again.text(), "the chosen id is the same too");
    let (key, id) = (unique("key"), first.field("set_id"));
    let body = json!({"equation": format!("{id}*2"), "set_id": id});
    let first = keyed("/integers/operation/", &key, &body).send().await.with_status(201);
    let again = keyed("/integers/operation/", &key, &body).send().await.with_status(201);
    assert_eq!(first.text(), again.text(), "the equation is applied once");
    // Refusals are not stored with the key.
    let (key, body) = (unique("key"), json!({"equation": "later+later"}));
    keyed("/integers/operation/", &key, &body).send().await.with_status(400);
    service
        .post_as(&account, "/integers/set/", &json!({"set_id": "later", "integers": units(1, 1)}))
        .await
        .with_status(201);
    keyed("/integers/operation/", &key, &body).send().await.with_status(201);
}
