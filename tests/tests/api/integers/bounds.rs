//! Bounds, each reached and exceeded: the numbers of units, sets and sessions, the size of a result, the work.

use e2e::Service;
use e2e::acts::integers::upload;
use serde_json::{Value, json};

/// The error message of a refused equation.
async fn refused(service: &Service, account: &e2e::Account, equation: &str) -> String {
    let body = json!({"equation": equation, "set_id": "result"});
    let answer = service.post_as(account, "/integers/operation/", &body).await.with_status(400);
    answer.json()["equation"][0].as_str().unwrap().to_owned()
}

/// A list of this many units, each with these numbers.
fn list(count: usize, x: &str, q: &str) -> String {
    let unit = |index: usize| format!(r#"{{"index":{index},"X":{x},"q":{q}}}"#);
    format!("[{}]", (0..count).map(unit).collect::<Vec<_>>().join(","))
}

async fn put(service: &Service, account: &e2e::Account, set: &str, encoding: &str, integers: &str) -> e2e::Answer {
    let body = format!(r#"{{"set_id":"{set}","encoding":"{encoding}","integers":{integers}}}"#);
    service.post("/integers/set/").bearer(&account.access).body("application/json", body).send().await
}

#[tokio::test]
async fn a_set_has_at_most_a_hundred_thousand_units() {
    let service = Service::running();
    let account = service.signup().await;
    put(&service, &account, "most", "number", &list(100_000, "1", "1")).await.with_status(201);
    let answer = put(&service, &account, "more", "number", &list(100_001, "1", "1")).await;
    answer.is(400, &json!({"integers": ["There may be 100000 units."]}));
    let body = json!({"equation": "most+most", "set_id": "sum"});
    let sum = service.post_as(&account, "/integers/operation/", &body).await.with_status(201).json();
    assert!(sum["download"]["url"].is_string(), "the sum is too large for an answer");
    service.get_as(&account, "/integers/set/?set_id=more").await.with_status(404);
}

#[tokio::test]
async fn an_account_has_at_most_a_hundred_sessions() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    let units = json!([{"index": 0, "X": 1, "q": 1}]);
    let set = |session: &str| json!({"set_id": "a", "session_id": session, "integers": units});
    let all = |session: &str| json!({"session_id": session, "integer_sets": [{"set_id": "a", "integers": units}]});
    let full = json!({"non_field_errors": ["An account may have 100 integer sessions."]});
    // Creating 99 sessions would only take long: the stored count decides.
    service.post_as(&account, "/integers/set/", &set("first")).await.with_status(201);
    let (dynamodb, pk) = (service.dynamodb(), format!("U#{}", account.id));
    assert_eq!(dynamodb.get("IntegersTable", &pk, "SESSIONS").await["sessions"]["N"], "1");
    dynamodb.set("IntegersTable", &pk, "SESSIONS", "sessions", &json!({"N": "99"})).await;
    service.post_as(&account, "/integers/session/", &all("hundredth")).await.with_status(201);
    service.post_as(&account, "/integers/set/", &set("more")).await.is(400, &full);
    service.post_as(&account, "/integers/session/", &all("more")).await.is(400, &full);
    // Existing sessions stay writable, a removed one makes room for another, and other accounts are not affected.
    service.post_as(&account, "/integers/set/", &set("first")).await.with_status(201);
    service.post_as(&account, "/integers/session/", &all("first")).await.with_status(201);
    service.post_as(&other, "/integers/set/", &set("more")).await.with_status(201);
    service.delete("/integers/set/?session_id=first&set_id=a").bearer(&account.access).send().await.with_status(200);
    service.post_as(&account, "/integers/session/", &all("more")).await.with_status(201);
    service.post_as(&account, "/integers/set/", &set("first")).await.is(400, &full);
    service.delete("/integers/session/?session_id=more").bearer(&account.access).send().await.with_status(200);
    service.post_as(&account, "/integers/set/", &set("first")).await.with_status(201);
    assert_eq!(dynamodb.get("IntegersTable", &pk, "SESSIONS").await["sessions"]["N"], "100");
}

#[tokio::test]
async fn a_result_is_bounded_while_it_is_computed() {
    let service = Service::running();
    let account = service.signup().await;
    let number = format!("\"{}\"", "f".repeat(800));
    put(&service, &account, "a", "hex", &list(900, &number, &number)).await.with_status(201);
    let message = refused(&service, &account, &["a"; 8].join("*")).await;
    assert_eq!(message, "The result would be too large; it may have 67108864 bytes.");
    service.get_as(&account, "/integers/set/?set_id=result").await.with_status(404);
}

/// Converting the longest numbers to decimal digits takes fifty times as long as to other encodings.
#[tokio::test]
async fn writing_the_digits_of_a_result_counts_as_work() {
    let service = Service::running();
    let account = service.signup().await;
    let long = format!("\"{}\"", "f".repeat(249_990));
    put(&service, &account, "long", "hex", &list(5, &long, "\"0\"")).await.with_status(201);
    put(&service, &account, "hex", "hex", &list(5, "\"1\"", "\"1\"")).await.with_status(201);
    put(&service, &account, "decimal", "decimal", &list(5, "\"1\"", "\"1\"")).await.with_status(201);
    let equation = |first: &str| format!("{}*long", [first; 7].join("*"));
    let message = refused(&service, &account, &equation("decimal")).await;
    assert!(message.starts_with("The equation would take too much work on sets of this size: "), "{message}");
    assert!(message.ends_with("it may take 8000000000."), "{message}");
    let body = json!({"equation": equation("hex"), "set_id": "result"});
    let answer = service.post_as(&account, "/integers/operation/", &body).await.with_status(201);
    assert!(answer.json()["download"]["url"].is_string());
}

#[tokio::test]
async fn reading_digits_counts_as_work_for_uploads_too() {
    let service = Service::running();
    let account = service.signup().await;
    let long = format!("\"{}\"", "9".repeat(300_000));
    let message = |value: &Value, field: &str| value[field][0].as_str().unwrap().to_owned();
    let bound = |text: &str| text.contains("too much work") && text.ends_with("a request may take 8000000000.");
    let content = format!(r#"{{"encoding":"decimal","integers":{}}}"#, list(50, &long, &long));
    let id = upload(&service, &account, &content).await;
    let answer = service.post_as(&account, "/integers/set/", &json!({"upload_id": id})).await.with_status(400).json();
    assert!(bound(&message(&answer, "integers")), "{answer}");
    // The work of all sets of a session is added.
    let set = |id: &str| format!(r#"{{"set_id":"{id}","encoding":"decimal","integers":{}}}"#, list(25, &long, &long));
    let content = format!(r#"{{"integer_sets":[{},{}]}}"#, set("a"), set("b"));
    let id = upload(&service, &account, &content).await;
    let answer =
        service.post_as(&account, "/integers/session/", &json!({"upload_id": id})).await.with_status(400).json();
    assert!(bound(&message(&answer, "integer_sets")), "{answer}");
    service.get_as(&account, "/integers/session/").await.with_status(404);
}
