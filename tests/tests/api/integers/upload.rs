//! `POST /integers/upload/`: sets too large for a request or response go through the bucket.

use e2e::acts::integers::{MORE_UNITS_THAN_AN_ITEM_HOLDS, download, send_upload, start_upload, units, upload};
use e2e::limits::assert_throttled;
use e2e::{Account, Cipher, Event, Function, Service, unique};
use serde_json::{Value, json};

#[tokio::test]
async fn a_set_of_twenty_megabytes_is_uploaded_used_and_downloaded() {
    let service = Service::running();
    let account = service.signup().await;
    // 10,000 integers of more than 1,000 digits, under secrets of that size.
    let digits = |digit: &str, count: usize| digit.repeat(count).parse::<dashu_int::IBig>().unwrap();
    let cipher = Cipher { m: digits("7", 1_000), p: digits("3", 900), encoding: "decimal" };
    let values: Vec<dashu_int::IBig> = (1..=10_000_u64).map(|n| digits("9", 1_980) * n - 1).collect();
    let content = format!(r#"{{"set_id":"a","encoding":"decimal","integers":{}}}"#, cipher.set(&values));
    assert!(content.len() > 20_000_000, "{}", content.len());
    let id = upload(&service, &account, &content).await;

    let stored = service.post_as(&account, "/integers/set/", &json!({"upload_id": id})).await.with_status(201);
    assert_eq!(stored.field("set_id"), "a");
    let file_of_a = download(&service, stored).await;
    assert_eq!(cipher.values(&file_of_a).len(), 10_000);

    let body = json!({"equation": "a + a - 1", "set_id": "b"});
    let computed = service.post_as(&account, "/integers/operation/", &body).await.with_status(201);
    assert_eq!(computed.field("setCreated"), "b");
    let shown = service.get_as(&account, "/integers/set/?set_id=b").await.with_status(200);
    assert_eq!(shown.field("user_id"), account.id);
    for answer in [computed, shown] {
        let found = cipher.values(&download(&service, answer).await);
        assert_eq!(found.len(), values.len());
        for ((index, found), (expected_index, value)) in found.into_iter().zip((0..).zip(&values)) {
            assert!(index == expected_index && found == value * 2 - 1, "{index}");
        }
    }
}

#[tokio::test]
async fn a_download_can_be_uploaded_again_unchanged() {
    let service = Service::running();
    let account = service.signup().await;
    let session = json!({"session_id": "s", "integer_sets": [
        {"set_id": "a", "integers": units(1, 3)},
        {"set_id": "b", "integers": units(2, MORE_UNITS_THAN_AN_ITEM_HOLDS)},
    ]});
    let id = upload(&service, &account, &session.to_string()).await;
    let stored = service.post_as(&account, "/integers/session/", &json!({"upload_id": id})).await;
    stored.is(201, &session);
    service.get_as(&account, "/integers/session/?session_id=s").await.is(200, &session);

    let answer = service.get_as(&account, "/integers/session/?session_id=s&download=true").await.with_status(200);
    assert_eq!(answer.field("session_id"), "s");
    let file = download(&service, answer).await.text();
    assert_eq!(serde_json::from_str::<Value>(&file).unwrap(), session);
    let id = upload(&service, &account, &file).await;
    // Fields of the request take precedence over fields of the upload.
    let body = json!({"upload_id": id, "session_id": "t"});
    let stored = service.post_as(&account, "/integers/session/", &body).await.with_status(201);
    assert_eq!(stored.json()["integer_sets"], session["integer_sets"]);
    assert_eq!(stored.field("session_id"), "t");
}

#[tokio::test]
async fn a_small_answer_is_a_file_only_on_request() {
    let service = Service::running();
    let account = service.signup().await;
    let body = |download: &str| json!({"set_id": "a", "integers": units(1, 2), "download": download});
    let plain = json!({"set_id": "a", "session_id": "default", "integers": units(1, 2)});
    service.post_as(&account, "/integers/set/", &body("false")).await.is(201, &plain);
    let wanted = service.post_as(&account, "/integers/set/", &body("true")).await.with_status(201);
    assert_eq!(download(&service, wanted).await.json(), plain);
    let wrong = service.post_as(&account, "/integers/set/", &body("perhaps")).await;
    wrong.is(400, &json!({"download": ["Must be a valid boolean."]}));
    let operation = json!({"equation": "a+a", "set_id": "b", "download": true});
    let wanted = service.post_as(&account, "/integers/operation/", &operation).await.with_status(201);
    let mut sum = units(2, 2);
    sum.as_array_mut().unwrap().iter_mut().for_each(|unit| {
        // The sum contains the offset twice, which only `terms` can express.
        unit["terms"] = json!([{"m": 0, "p": 0, "c": 2}, {"m": 0, "p": 1, "c": -2}, {"m": 1, "p": 0, "c": 2}]);
    });
    assert_eq!(download(&service, wanted).await.json()["integers"], sum);
}

#[tokio::test]
async fn only_the_owner_finds_an_upload() {
    let service = Service::running();
    let (owner, stranger) = (service.signup().await, service.signup().await);
    let content = json!({"set_id": "a", "integers": units(1, 1)}).to_string();
    let id = upload(&service, &owner, &content).await;
    let not_found = json!({"detail": "Not found."});
    for path in ["/integers/set/", "/integers/session/"] {
        service.post_as(&stranger, path, &json!({"upload_id": id})).await.is(404, &not_found);
        service.post(path).json(&json!({"upload_id": id})).send().await.with_status(401);
    }
    service.get_as(&stranger, "/integers/session/").await.with_status(404);
    service.post_as(&owner, "/integers/set/", &json!({"upload_id": id})).await.with_status(201);
    // Unknown ids, and one whose form was never sent.
    let waiting = start_upload(&service, &owner, 10).await["upload_id"].as_str().unwrap().to_owned();
    for id in [&*waiting, &owner.id, "x", "../integers", &id.to_uppercase()] {
        service.post_as(&owner, "/integers/set/", &json!({"upload_id": id})).await.is(404, &not_found);
    }
}

#[tokio::test]
async fn an_invalid_upload_is_refused_on_use_and_changes_nothing() {
    let service = Service::running();
    let account = service.signup().await;
    let body = json!({"set_id": "a", "integers": units(7, 1)});
    service.post_as(&account, "/integers/set/", &body).await.with_status(201);
    for (content, expected) in [
        ("[1]", "Expected a dictionary"),
        ("{\"integers\": [", "JSON parse error - "),
        ("{\"set_id\": \"a\"}", "This field is required."),
        ("{\"set_id\": \"a\", \"integers\": [{\"index\": 0, \"X\": 0.5, \"q\": 1}]}", "Unit 0"),
    ] {
        let id = upload(&service, &account, content).await;
        let answer = service.post_as(&account, "/integers/set/", &json!({"upload_id": id})).await.with_status(400);
        assert!(answer.text().contains(expected), "{content}: {}", answer.text());
    }
    let shown = service.get_as(&account, "/integers/set/?set_id=a").await.with_status(200);
    assert_eq!(shown.json()["integers"], units(7, 1));
    // The form takes at most the number of bytes that was asked for.
    let started = start_upload(&service, &account, 10).await;
    assert_eq!(send_upload(&started, "{\"a\":\"123\"}").await, 400);
    assert_eq!(send_upload(&started, "{\"a\":\"12\"}").await, 204);
}

#[tokio::test]
async fn an_upload_needs_a_size_within_bounds() {
    let service = Service::running();
    let account = service.signup().await;
    for (body, message) in [
        (json!({}), "This field is required."),
        (json!({"size": "many"}), "A valid integer is required."),
        (json!({"size": 1.5}), "A valid integer is required."),
        (json!({"size": 0}), "Ensure this value is greater than or equal to 1."),
        (json!({"size": -3}), "Ensure this value is greater than or equal to 1."),
        (json!({"size": 67_108_865}), "Ensure this value is less than or equal to 67108864."),
    ] {
        service.post_as(&account, "/integers/upload/", &body).await.is(400, &json!({"size": [message]}));
    }
    start_upload(&service, &account, 67_108_864).await;
    service.post("/integers/upload/").json(&json!({"size": 1})).send().await.with_status(401);
}

#[tokio::test]
async fn uploads_are_limited_by_number_and_by_bytes() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    let limits = "uploads_account=2/3600,upload_bytes_account=100/86400";
    let integers = Function::start_with(&service, "integers", &[("AVIARY_LIMITS", limits)]);
    let start = |account: &Account, size: u64| {
        let event = Event::new("POST", "/integers/upload/").bearer(&account.access).json(&json!({"size": size}));
        integers.invoke(event)
    };
    assert_eq!(start(&account, 60).round_trips(), 3);
    // A refused upload uses neither bytes nor one of the two uploads.
    assert_throttled(&start(&account, 41).answer, 86_400);
    start(&account, 40).answer.with_status(201);
    assert_throttled(&start(&account, 1).answer, 86_400);
    for _ in 0..2 {
        start(&other, 25).answer.with_status(201);
    }
    assert_throttled(&start(&other, 1).answer, 3_600);
}

#[tokio::test]
async fn a_repeated_upload_with_its_key_is_the_same_and_counts_once() {
    let service = Service::running();
    let account = service.signup().await;
    let integers = Function::start_with(&service, "integers", &[("AVIARY_LIMITS", "uploads_account=3/3600")]);
    let start = |key: &str, size: u64| {
        let event = Event::new("POST", "/integers/upload/").bearer(&account.access).header("idempotency-key", key);
        integers.invoke(event.json(&json!({"size": size})))
    };
    let (key, other) = (unique("key"), unique("key"));
    let first = start(&key, 100).answer.with_status(201);
    for _ in 0..4 {
        let again = start(&key, 100).answer.with_status(201);
        assert_eq!(again.field("upload_id"), first.field("upload_id"));
        assert_eq!(again.field("expires_at"), first.field("expires_at"));
        assert_eq!(send_upload(&again.json(), "{}").await, 204, "its form works");
    }
    let other_body = json!({"detail": "This Idempotency-Key was used for a request with another body."});
    // Another body is no repetition, and counts.
    start(&key, 101).answer.is(422, &other_body);
    let second = start(&other, 100).answer.with_status(201);
    assert_ne!(second.field("upload_id"), first.field("upload_id"));
    // What was refused is not kept.
    let third = unique("key");
    for _ in 0..2 {
        assert_throttled(&start(&third, 100).answer, 3_600);
    }
}
