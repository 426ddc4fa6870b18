//! `/integers/session/`: sessions are uploaded as a whole and removed with all their sets.

use std::sync::atomic::{AtomicBool, Ordering};

use e2e::{Account, Answer, PASSWORD, Service, eventually};
use futures_util::future::join_all;
use serde_json::{Value, json};

async fn upload(service: &Service, account: &Account, session: &str, sets: &Value) -> Answer {
    let body = json!({"session_id": session, "integer_sets": sets});
    service.post("/integers/session/").bearer(&account.access).json(&body).send().await
}

async fn show(service: &Service, account: &Account, session: &str) -> Answer {
    service.get(&format!("/integers/session/?session_id={session}")).bearer(&account.access).send().await
}

/// This many sets; every unit of theirs holds the number of the upload.
fn sets(number: u64, count: u64, units: u64) -> Value {
    let units: Value = (0..units).map(|index| json!({"index": index, "X": number, "q": index})).collect();
    (0..count).map(|set| json!({"set_id": format!("s{set:02}"), "integers": units})).collect()
}

#[tokio::test]
async fn an_uploaded_session_replaces_the_old_one() {
    let service = Service::running();
    let account = service.signup().await;
    upload(&service, &account, "s", &sets(1, 3, 2)).await.with_status(201);
    let second = sets(2, 2, 1);
    upload(&service, &account, "s", &second).await.is(201, &json!({"session_id": "s", "integer_sets": second}));
    show(&service, &account, "s").await.is(200, &json!({"session_id": "s", "integer_sets": second}));
    // An uploaded session is a session like any other.
    let body = json!({"session_id": "s", "equation": "s00-s01"});
    service.post("/integers/operation/").bearer(&account.access).json(&body).send().await.with_status(201);
    assert_eq!(show(&service, &account, "s").await.json()["integer_sets"].as_array().unwrap().len(), 3);
    // Sets without an id get one.
    let unnamed = json!([{"integers": [{"index": 0, "X": 1, "q": 1}]}, {"integers": [{"index": 0, "X": 2, "q": 1}]}]);
    let made = upload(&service, &account, "t", &unnamed).await.with_status(201).json();
    assert_ne!(made["integer_sets"][0]["set_id"], made["integer_sets"][1]["set_id"]);
}

#[tokio::test]
async fn one_bad_set_refuses_the_whole_session() {
    let service = Service::running();
    let account = service.signup().await;
    upload(&service, &account, "s", &sets(1, 2, 2)).await.with_status(201);
    let before = show(&service, &account, "s").await.text();
    let good = json!({"set_id": "a", "integers": [{"index": 0, "X": 1, "q": 1}]});
    for (bad, messages) in [
        (json!([]), json!(["This list may not be empty."])),
        (json!([1]), json!(["Set 0: Invalid data. Expected a dictionary, but got int."])),
        (json!([good, {"set_id": "b"}]), json!(["Set 1: integers: This field is required."])),
        (json!([good, {"set_id": "b", "integers": []}]), json!(["Set 1: integers: This list may not be empty."])),
        (json!([good, good]), json!(["Set 1: set_id \"a\" comes more than once."])),
        (
            json!([{"set_id": 1, "integers": [{"index": 0, "X": 1.5, "q": 1}]}]),
            json!(["Set 0: set_id: Not a valid string.", "Set 0: integers: Unit 0: X: A valid integer is required."]),
        ),
    ] {
        upload(&service, &account, "s", &bad).await.is(400, &json!({"integer_sets": messages}));
        assert_eq!(show(&service, &account, "s").await.text(), before, "{bad}");
    }
    let many: Value = (0..=1_000).map(|n| json!({"set_id": format!("s{n}"), "integers": good["integers"]})).collect();
    upload(&service, &account, "s", &many).await.is(400, &json!({"integer_sets": ["There may be 1000 sets."]}));
    assert_eq!(show(&service, &account, "s").await.text(), before);
}

#[tokio::test]
async fn a_reader_sees_the_old_or_the_new_session_and_never_a_mixture() {
    let service = Service::running();
    let account = service.signup().await;
    // Odd uploads are six items, which take two reads; even ones are three objects.
    let body = |number: u64| if number.is_multiple_of(2) { sets(number, 3, 12_000) } else { sets(number, 6, 8_000) };
    upload(&service, &account, "s", &body(1)).await.with_status(201);
    let is_over = AtomicBool::new(false);
    let writer = async {
        for number in 2..=5 {
            upload(&service, &account, "s", &body(number)).await.with_status(201);
        }
        is_over.store(true, Ordering::Relaxed);
    };
    let reader = async || {
        let mut reads = 0;
        while !is_over.load(Ordering::Relaxed) {
            let shown = show(&service, &account, "s").await.with_status(200).json();
            let number = shown["integer_sets"][0]["integers"][0]["X"].as_u64().unwrap();
            assert!(shown["integer_sets"] == body(number), "a mixture of uploads");
            reads += 1;
        }
        reads
    };
    let (_, reads) = futures_util::join!(writer, join_all((0..2).map(|_| reader())));
    assert!(reads.iter().all(|reads| *reads > 0), "{reads:?}");
}

#[tokio::test]
async fn a_deleted_session_leaves_nothing() {
    let service = Service::running();
    let account = service.signup().await;
    upload(&service, &account, "s", &sets(1, 5, 8_000)).await.with_status(201);
    upload(&service, &account, "kept", &sets(1, 1, 1)).await.with_status(201);
    let call = service.delete("/integers/session/").bearer(&account.access).json(&json!({"session_id": "s"}));
    call.send().await.is(200, &json!({"session_id": "s"}));
    show(&service, &account, "s").await.with_status(404);
    let body = json!({"session_id": "s", "equation": "s00+s01"});
    service.post("/integers/operation/").bearer(&account.access).json(&body).send().await.with_status(404);
    // Only one manifest, one set and the count of sessions are left.
    eventually("the removal of the session", async || {
        (service.dynamodb().mentions("IntegersTable", &account.id).await.len() == 3).then_some(())
    })
    .await;
    show(&service, &account, "kept").await.with_status(200);
}

#[tokio::test]
async fn a_deleted_account_leaves_no_integers() {
    let service = Service::running();
    let account = service.signup().await;
    for session in ["default", "s", "ü"] {
        upload(&service, &account, session, &sets(1, 30, 2)).await.with_status(201);
    }
    assert_eq!(service.dynamodb().mentions("IntegersTable", &account.id).await.len(), 94);
    let body = json!({"current_password": PASSWORD});
    service.delete("/auth/users/me/").bearer(&account.access).json(&body).send().await.with_status(204);
    show(&service, &account, "s").await.with_status(401);
    eventually("the purge of the integers", async || {
        service.dynamodb().mentions("IntegersTable", &account.id).await.is_empty().then_some(())
    })
    .await;
}
