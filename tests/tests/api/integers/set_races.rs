//! Sets that concurrent requests replace, and readers that see them meanwhile.

use std::sync::atomic::{AtomicBool, Ordering};

use e2e::acts::integers::units;
use e2e::{Account, Answer, Service};
use futures_util::future::join_all;
use serde_json::{Value, json};

async fn put(service: &Service, account: &Account, body: &Value) -> Answer {
    service.post("/integers/set/").bearer(&account.access).json(body).send().await
}

/// The version that every unit of a set names, and the number of units.
fn version_of(units: &Value) -> (u64, u64) {
    let units = units.as_array().unwrap();
    let number = units[0]["X"].as_u64().unwrap();
    assert!(units.iter().all(|unit| unit["X"] == number && unit["q"] == number), "a mixture of versions");
    (number, u64::try_from(units.len()).unwrap())
}

#[tokio::test]
async fn a_reader_sees_the_old_or_the_new_set_and_never_a_mixture() {
    let service = Service::running();
    let account = service.signup().await;
    // Odd versions are stored in the item, even ones in an object.
    let size = |number: u64| if number.is_multiple_of(2) { 12_000 } else { 3 };
    let write = async |number: u64| {
        let body = json!({"set_id": "a", "integers": units(number, size(number))});
        put(&service, &account, &body).await.with_status(201);
    };
    write(1).await;
    let is_over = AtomicBool::new(false);
    let writer = async {
        for number in 2..=12 {
            write(number).await;
        }
        is_over.store(true, Ordering::Relaxed);
    };
    let reader = async || {
        let (mut last, mut reads) = (0, 0);
        while !is_over.load(Ordering::Relaxed) {
            let shown = service.get("/integers/set/?set_id=a").bearer(&account.access).send().await.with_status(200);
            let (number, units) = version_of(&shown.json()["integers"]);
            assert_eq!(units, size(number), "version {number} is not complete");
            assert!(number >= last, "version {number} after {last}");
            last = number;
            reads += 1;
        }
        reads
    };
    let (_, reads) = futures_util::join!(writer, join_all((0..3).map(|_| reader())));
    assert!(reads.iter().all(|reads| *reads > 0), "{reads:?}");
}

#[tokio::test]
async fn concurrent_writers_leave_whole_sets_and_a_right_count() {
    let service = Service::running();
    let account = service.signup().await;
    let write = async |number: u64| {
        let body = json!({"set_id": format!("s{}", number % 3), "integers": units(number, 5)});
        put(&service, &account, &body).await.with_status(201);
    };
    join_all((1..=12).map(write)).await;
    let shown = service.get("/integers/session/").bearer(&account.access).send().await.with_status(200).json();
    let sets = shown["integer_sets"].as_array().unwrap();
    assert_eq!(sets.len(), 3);
    sets.iter().for_each(|set| assert_eq!(version_of(&set["integers"]).1, 5));
    let sk = "SESSION#default";
    let manifest = service.dynamodb().get("IntegersTable", &format!("U#{}", account.id), sk).await;
    assert_eq!(manifest["sets"]["N"], "3");
    let bytes: usize = sets.iter().map(|set| set["integers"].to_string().len()).sum();
    assert_eq!(manifest["bytes"]["N"], bytes.to_string().as_str());
    // A session ends with its last set.
    for id in ["s0", "s1", "s2"] {
        let call = service.delete(&format!("/integers/set/?set_id={id}")).bearer(&account.access);
        call.send().await.with_status(200);
    }
    service.get("/integers/session/").bearer(&account.access).send().await.with_status(404);
}
