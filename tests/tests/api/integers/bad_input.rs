//! Refusals of the integer service: each has one clear message and changes nothing.

use e2e::{Account, Answer, Service};
use serde_json::{Value, json};

fn units(indexes: &[u64]) -> Value {
    indexes.iter().map(|index| json!({"index": index, "X": 1, "q": 1})).collect()
}

async fn post(service: &Service, account: &Account, path: &str, body: &Value) -> Answer {
    service.post(path).bearer(&account.access).json(body).send().await
}

/// An account with three sets in the session `default`.
async fn prepared(service: &Service) -> Account {
    let account = service.signup().await;
    let sets = json!([
        {"set_id": "a", "integers": units(&[0, 1, 4])},
        {"set_id": "b", "integers": units(&[4, 0, 1])},
        {"set_id": "other", "integers": units(&[0, 2, 4])},
    ]);
    post(service, &account, "/integers/session/", &json!({"integer_sets": sets})).await.with_status(201);
    account
}

async fn session(service: &Service, account: &Account) -> Value {
    service.get("/integers/session/").bearer(&account.access).send().await.with_status(200).json()
}

#[tokio::test]
async fn the_error_of_an_equation_names_the_column() {
    let service = Service::running();
    let account = prepared(&service).await;
    let before = session(&service, &account).await;
    let operand = "expected a set, an integer, '-' or '('.";
    let operator = "expected '+', '-', '*' or the end.";
    for (equation, message) in [
        ("a+".to_owned(), format!("Column 3: unexpected end, {operand}")),
        ("a b".to_owned(), format!("Column 3: unexpected 'b', {operator}")),
        ("((".to_owned(), format!("Column 3: unexpected end, {operand}")),
        ("(a".to_owned(), "Column 3: unexpected end, expected '+', '-', '*' or ')'.".to_owned()),
        ("a/b".to_owned(), format!("Column 2: unexpected '/', {operator}")),
        ("a%b".to_owned(), format!("Column 2: unexpected '%', {operator}")),
        ("a**b".to_owned(), format!("Column 3: unexpected '*', {operand}")),
        ("a^2".to_owned(), format!("Column 2: unexpected '^', {operator}")),
        ("ä+a".to_owned(), format!("Column 1: unexpected 'ä', {operand}")),
        ("9".repeat(1_000_000), "An equation may have 10000 characters, and this one has 1000000.".to_owned()),
        ("(".repeat(10_000), "Column 101: parentheses may be nested 100 deep.".to_owned()),
        (format!("{}a", "(".repeat(9_999)), "Column 101: parentheses may be nested 100 deep.".to_owned()),
        ("1+2".to_owned(), "An equation needs at least one set.".to_owned()),
        ("a+nobody".to_owned(), "There is no set \"nobody\" in this session.".to_owned()),
        ("a+other".to_owned(), "The indexes of a and other differ: 1 is in only one of them.".to_owned()),
        (["a"; 9].join("*"), "The degree of the result would be 9; it may be 8.".to_owned()),
    ] {
        let shown: String = equation.chars().take(30).collect();
        let answer = post(&service, &account, "/integers/operation/", &json!({"equation": equation})).await;
        assert_eq!((answer.status, answer.json()), (400, json!({"equation": [message]})), "{shown}");
    }
    for (body, error) in [
        (json!({}), json!({"equation": ["This field is required."]})),
        (json!({"equation": null}), json!({"equation": ["This field may not be null."]})),
        (json!({"equation": " "}), json!({"equation": ["This field may not be blank."]})),
        (json!({"equation": ["a"]}), json!({"equation": ["Not a valid string."]})),
        (
            json!({"equation": "a", "set_id": "1st"}),
            json!({"set_id": [
                "A set's id has letters, digits and underscores, all ASCII, and does not begin with a digit."
            ]}),
        ),
    ] {
        post(&service, &account, "/integers/operation/", &body).await.is(400, &error);
    }
    let unknown = json!({"equation": "a", "session_id": "nowhere"});
    post(&service, &account, "/integers/operation/", &unknown).await.is(404, &json!({"detail": "Not found."}));
    assert_eq!(session(&service, &account).await, before, "nothing was changed");
}

#[tokio::test]
async fn work_is_bounded_before_it_is_done() {
    let service = Service::running();
    let account = service.signup().await;
    // A number of 990,000 bits, in hexadecimal.
    let long = format!("1{}", "0".repeat(247_499));
    let body = json!({"set_id": "long", "encoding": "hex", "integers": [{"index": 0, "X": long, "q": "1"}]});
    post(&service, &account, "/integers/set/", &body).await.with_status(201);
    let answer = post(&service, &account, "/integers/operation/", &json!({"equation": "long*long"})).await;
    answer.is(400, &json!({"equation": ["A number of the result would be too long; it may have 1000000 bits."]}));
    let many: Value = (0..50_000).map(|index| json!({"index": index, "X": 1, "q": 1})).collect();
    post(&service, &account, "/integers/set/", &json!({"set_id": "many", "integers": many})).await.with_status(201);
    let equation = ["many"; 1_900].join("+");
    let answer = post(&service, &account, "/integers/operation/", &json!({"equation": equation})).await;
    let message = answer.with_status(400).json()["equation"][0].as_str().unwrap().to_owned();
    assert!(message.starts_with("The equation would take too much work on sets of this size: "), "{message}");
}

#[tokio::test]
async fn the_error_of_a_set_says_what_is_wrong() {
    let service = Service::running();
    let account = prepared(&service).await;
    let before = session(&service, &account).await;
    let base64 = "A number as text must be base64 of its big-endian magnitude, or the set must name its encoding.";
    for (integers, message) in [
        (json!([]), "This list may not be empty."),
        (json!(null), "This field may not be null."),
        (json!("x"), "Expected a list of items but got type \"str\"."),
        (json!([1]), "Unit 0: Invalid data. Expected a dictionary, but got int."),
        (json!([{"index": 0, "q": 1}]), "Unit 0: X: This field is required."),
        (json!([{"index": 0, "X": 1}]), "Unit 0: q: This field is required."),
        (json!([{"X": 1, "q": 1}]), "Unit 0: index: This field is required."),
        (json!([{"index": -1, "X": 1, "q": 1}]), "Unit 0: index: Ensure this value is greater than or equal to 0."),
        (json!([{"index": 0, "X": 1.5, "q": 1}]), "Unit 0: X: A valid integer is required."),
        (json!([{"index": 0, "X": "**", "q": 1}]), &format!("Unit 0: X: {base64}")),
        (units(&[3, 5, 3]), "Index 3 comes more than once."),
    ] {
        let answer = post(&service, &account, "/integers/set/", &json!({"set_id": "a", "integers": integers})).await;
        assert_eq!((answer.status, answer.json()), (400, json!({"integers": [message]})), "{integers}");
    }
    let all = json!({"set_id": "a-b", "encoding": "octal", "session_id": "x".repeat(129)});
    let answer = post(&service, &account, "/integers/set/", &all).await;
    answer.is(400, &json!({"session_id": ["Ensure this field has no more than 128 characters."]}));
    let answer = post(&service, &account, "/integers/set/", &json!({"set_id": "a-b", "encoding": "octal"})).await;
    let errors = answer.with_status(400).json();
    assert_eq!(errors.as_object().unwrap().keys().collect::<Vec<_>>(), ["set_id", "encoding", "integers"]);
    assert_eq!(errors["encoding"][0], "\"octal\" is not a valid choice; there are number, base64, decimal and hex.");
    let broken = service.post("/integers/set/").bearer(&account.access).body("application/json", "{\"integers\":[1,}");
    let broken = broken.send().await.with_status(400).json();
    assert!(broken["detail"].as_str().unwrap().starts_with("JSON parse error - "), "{broken}");
    assert_eq!(session(&service, &account).await, before, "nothing was changed");
}

#[tokio::test]
async fn missing_parameters_are_named_and_unknown_sets_not_found() {
    let service = Service::running();
    let account = prepared(&service).await;
    let required = |name: &str| json!({name: ["This field is required."]});
    for (method, path, body, error) in [
        ("GET", "/integers/set/", json!({}), required("set_id")),
        ("DELETE", "/integers/set/", json!({}), required("set_id")),
        ("DELETE", "/integers/session/", json!({}), required("session_id")),
        ("POST", "/integers/session/", json!({}), required("integer_sets")),
    ] {
        let answer = service.call(method, path).bearer(&account.access).json(&body).send().await;
        assert_eq!((answer.status, answer.json()), (400, error), "{method} {path}");
    }
    for (method, path) in [
        ("GET", "/integers/set/?set_id=nobody"),
        ("GET", "/integers/set/?set_id=a&session_id=nowhere"),
        ("DELETE", "/integers/set/?set_id=nobody"),
        ("GET", "/integers/session/?session_id=nowhere"),
        ("DELETE", "/integers/session/?session_id=nowhere"),
    ] {
        service.call(method, path).bearer(&account.access).send().await.is(404, &json!({"detail": "Not found."}));
    }
}
