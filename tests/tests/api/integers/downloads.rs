//! Answers as files to download: the size from which they are used, and their limits.

use e2e::acts::integers::{download, units};
use e2e::limits::assert_throttled;
use e2e::{Account, Event, Function, Invoked, Service};
use serde_json::{Value, json};

/// A set whose JSON has exactly this many bytes, in hexadecimal digits, which are fast to convert.
fn sized(bytes: usize) -> String {
    let unit =
        |index: usize, digits: usize| format!(r#"{{"index":{index},"X":"1{}","q":"0"}}"#, "0".repeat(digits - 1));
    let each = 200_000;
    let mut json = (100..119).map(|index| unit(index, each)).collect::<Vec<_>>().join(",");
    json = format!("[{json},");
    let left = bytes - json.len() - 1 - (unit(119, 1).len() - 1);
    json.push_str(&unit(119, left));
    json.push(']');
    assert_eq!(json.len(), bytes);
    json
}

#[tokio::test]
async fn an_answer_beyond_four_megabytes_is_a_file() {
    let service = Service::running();
    let account = service.signup().await;
    for (bytes, is_file) in [(4_000_000, false), (4_000_001, true)] {
        let integers = sized(bytes);
        let body = format!(r#"{{"set_id":"a","encoding":"hex","integers":{integers}}}"#);
        let call = service.post("/integers/set/").bearer(&account.access).body("application/json", body);
        let stored = call.send().await.with_status(201);
        let shown = service.get_as(&account, "/integers/set/?set_id=a").await.with_status(200);
        for answer in [stored, shown] {
            let text = if is_file { download(&service, answer).await.text() } else { answer.text() };
            assert!(text.contains(&format!(r#""integers":{integers}"#)), "{bytes}: {} bytes", text.len());
        }
    }
}

/// A request for a file to every endpoint that may answer one.
fn asking(account: &Account) -> [Event; 5] {
    let sets = json!({"integer_sets": [{"set_id": "a", "integers": units(1, 2)}], "download": true});
    [
        Event::new("POST", "/integers/session/").json(&sets),
        Event::new("POST", "/integers/set/").json(&json!({"set_id": "b", "integers": units(1, 2), "download": true})),
        Event::new("POST", "/integers/operation/").json(&json!({"equation": "a+1", "set_id": "c", "download": true})),
        Event::new("GET", "/integers/set/").json(&json!({"set_id": "a", "download": true})),
        Event::new("GET", "/integers/session/").query("download=true"),
    ]
    .map(|event| event.bearer(&account.access))
}

#[tokio::test]
async fn downloads_are_limited_by_number_before_anything_is_done() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    let limits = [("AVIARY_LIMITS", "downloads_account=5/3600")];
    let integers = Function::start_with(&service, "integers", &limits);
    let answers = |account: &Account| asking(account).map(|event| integers.invoke(event).answer);
    for answer in answers(&account) {
        assert!(answer.json()["download"]["url"].is_string(), "{}", answer.text());
    }
    let before = service.get_as(&account, "/integers/session/").await.with_status(200).text();
    let replacing = json!({"set_id": "a", "integers": units(9, 2), "download": true});
    let event = Event::new("POST", "/integers/set/").bearer(&account.access).json(&replacing);
    assert_throttled(&integers.invoke(event).answer, 3_600);
    for answer in answers(&account) {
        assert_throttled(&answer, 3_600);
    }
    assert_eq!(service.get_as(&account, "/integers/session/").await.with_status(200).text(), before);
    // Answers that are no files are not limited, and neither are other accounts.
    let event = Event::new("GET", "/integers/session/").bearer(&account.access);
    integers.invoke(event).answer.with_status(200);
    integers.invoke(asking(&other)[0].clone()).answer.with_status(201);
}

#[tokio::test]
async fn downloads_are_limited_by_bytes_and_refused_ones_use_none() {
    let service = Service::running();
    let account = service.signup().await;
    let limits = [("AVIARY_LIMITS", "download_bytes_account=200/86400")];
    let integers = Function::start_with(&service, "integers", &limits);
    let put = |count: u64| -> Invoked {
        let body: Value = json!({"set_id": "a", "integers": units(1, count), "download": true});
        integers.invoke(Event::new("POST", "/integers/set/").bearer(&account.access).json(&body))
    };
    // A unit has 25 bytes with its comma.
    put(4).answer.with_status(201);
    assert_throttled(&put(8).answer, 86_400);
    put(3).answer.with_status(201);
    assert_throttled(&put(3).answer, 86_400);
    service.post_as(&account, "/integers/set/", &json!({"integers": units(1, 8)})).await.with_status(201);
}
