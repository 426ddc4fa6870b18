//! Parameters in all places where they are read: the document's spelling of `session_id`, `user_id`, lists in forms.

use e2e::acts::integers::units;
use e2e::{Call, Form, Service};
use serde_json::{Value, json};

/// Every route with the parameters it needs besides the session and its status, in an order in which all succeed.
fn requests() -> [(&'static str, &'static str, Value, u16); 7] {
    let sets = json!([{"set_id": "a", "integers": units(1, 1)}]);
    [
        ("POST", "/integers/set/", json!({"set_id": "a", "integers": units(1, 1)}), 201),
        ("GET", "/integers/set/", json!({"set_id": "a"}), 200),
        ("POST", "/integers/operation/", json!({"equation": "a+1"}), 201),
        ("POST", "/integers/session/", json!({"integer_sets": sets}), 201),
        ("GET", "/integers/session/", json!({}), 200),
        ("DELETE", "/integers/set/", json!({"set_id": "a"}), 200),
        ("DELETE", "/integers/session/", json!({}), 200),
    ]
}

fn with(mut body: Value, name: &str, value: &str) -> Value {
    body[name] = value.into();
    body
}

#[tokio::test]
async fn the_documents_spelling_of_session_id_is_accepted_everywhere() {
    let service = Service::running();
    let account = service.signup().await;
    for in_query in [false, true] {
        for (method, path, body, status) in requests() {
            if (method, path) == ("DELETE", "/integers/session/") {
                let set = json!({"set_id": "a", "session_id": "misspelt", "integers": units(1, 1)});
                service.post_as(&account, "/integers/set/", &set).await.with_status(201);
            }
            let call = match in_query {
                true => service.call(method, &format!("{path}?sessioin_id=misspelt")).json(&body),
                false => service.call(method, path).json(&with(body, "sessioin_id", "misspelt")),
            };
            let answer = call.bearer(&account.access).send().await.with_status(status);
            if (method, path) != ("DELETE", "/integers/set/") {
                assert_eq!(answer.field("session_id"), "misspelt", "{method} {path}");
            }
        }
    }
    // With both spellings the right one counts.
    let body = json!({"set_id": "a", "sessioin_id": "wrong", "session_id": "right", "integers": units(1, 1)});
    assert_eq!(service.post_as(&account, "/integers/set/", &body).await.with_status(201).field("session_id"), "right");
    service.get_as(&account, "/integers/session/").await.with_status(404);
}

#[tokio::test]
async fn a_user_id_must_name_the_caller_on_every_route() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    let upload = ("POST", "/integers/upload/", json!({"size": 10}), 201);
    let own = [&account.id, &account.username, &account.username.to_uppercase(), &account.device_token];
    for name in own {
        for (method, path, body, status) in requests().into_iter().chain([upload.clone()]) {
            if (method, path) == ("DELETE", "/integers/session/") {
                let set = json!({"set_id": "a", "session_id": "s", "integers": units(1, 1)});
                service.post_as(&account, "/integers/set/", &set).await.with_status(201);
            }
            let body = with(with(body, "session_id", "s"), "user_id", name);
            service.call(method, path).bearer(&account.access).json(&body).send().await.with_status(status);
        }
    }
    let set = json!({"set_id": "a", "session_id": "s", "integers": units(1, 1)});
    service.post_as(&account, "/integers/set/", &set).await.with_status(201);
    let before = service.get_as(&account, "/integers/session/?session_id=s").await.with_status(200).text();
    for name in [&other.id, &other.username, &other.device_token, &"f".repeat(40), &"nobody-at-all".to_owned()] {
        for (method, path, body, _) in requests().into_iter().chain([upload.clone()]) {
            let body = with(with(body, "session_id", "s"), "user_id", name);
            let answer = service.call(method, path).bearer(&account.access).json(&body).send().await;
            let detail = json!({"detail": "You do not have permission to perform this action."});
            assert_eq!((answer.status, answer.json()), (403, detail), "{method} {path} {name}");
        }
    }
    assert_eq!(service.get_as(&account, "/integers/session/?session_id=s").await.with_status(200).text(), before);
}

#[tokio::test]
async fn lists_of_structures_are_accepted_in_forms() {
    let service = Service::running();
    let account = service.signup().await;
    let bearer = |call: Call| call.bearer(&account.access);
    let [a, b] = ["a", "b"].map(|id| json!({"set_id": id, "integers": units(1, 2)}).to_string());
    let all = json!({"session_id": "s", "integer_sets": [
        {"set_id": "a", "integers": units(1, 2)}, {"set_id": "b", "integers": units(1, 2)}]});
    let list = format!("[{a},{b}]");
    let whole = [("session_id", "s"), ("integer_sets", list.as_str())];
    bearer(service.post("/integers/session/")).form(&whole).send().await.is(201, &all);
    let each = [("session_id", "s"), ("integer_sets", a.as_str()), ("integer_sets", b.as_str())];
    bearer(service.post("/integers/session/")).form(&each).send().await.is(201, &all);
    for form in [
        Form::default().text("session_id", "s").text("integer_sets", &list),
        Form::default().text("session_id", "s").text("integer_sets", &a).text("integer_sets", &b),
        Form::default().text("session_id", "s").file("integer_sets", "sets.json", "application/json", list.as_bytes()),
    ] {
        bearer(service.post("/integers/session/")).multipart(&form).send().await.is(201, &all);
    }
    let file = units(7, 3).to_string();
    let form = Form::default().text("set_id", "f").file("integers", "a.json", "application/json", file.as_bytes());
    let stored = bearer(service.post("/integers/set/")).multipart(&form).send().await.with_status(201);
    assert_eq!(stored.json()["integers"], units(7, 3));
    let form = Form::default().text("set_id", "f").file("integers", "a.bin", "image/png", b"\x89PNG\xff");
    bearer(service.post("/integers/set/")).multipart(&form).send().await.with_status(400);
}

#[tokio::test]
async fn an_object_in_place_of_a_list_and_a_bad_id_are_refused() {
    let service = Service::running();
    let account = service.signup().await;
    let unit = json!({"index": 0, "X": 1, "q": 1});
    let message = "Expected a list of items but got type \"dict\".";
    let answer = service.post_as(&account, "/integers/set/", &json!({"integers": unit})).await;
    answer.is(400, &json!({"integers": [message]}));
    let set = json!({"set_id": "a", "integers": [unit]});
    let answer = service.post_as(&account, "/integers/session/", &json!({"integer_sets": set})).await;
    answer.is(400, &json!({"integer_sets": [message]}));
    let nested = json!({"integer_sets": [{"set_id": "a", "integers": unit}]});
    let answer = service.post_as(&account, "/integers/session/", &nested).await;
    answer.is(400, &json!({"integer_sets": [format!("Set 0: integers: {message}")]}));
    // Half of a surrogate pair is no text, so it is no id, and no id is chosen instead.
    let units = units(1, 1);
    let session = format!(r#"[{{"set_id":"\ud800","integers":{units}}}]"#);
    let call = service.post("/integers/session/").bearer(&account.access).form(&[("integer_sets", session.as_str())]);
    call.send().await.is(400, &json!({"integer_sets": ["Set 0: set_id: Not a valid string."]}));
    let body = format!(r#"{{"integer_sets":{session}}}"#);
    let call = service.post("/integers/session/").bearer(&account.access).body("application/json", body);
    call.send().await.with_status(400);
    let invalid = "A set's id has letters, digits and underscores, all ASCII, and does not begin with a digit.";
    let session = json!([{"set_id": "a b", "integers": units}]).to_string();
    let call = service.post("/integers/session/").bearer(&account.access).form(&[("integer_sets", session.as_str())]);
    call.send().await.is(400, &json!({"integer_sets": [format!("Set 0: set_id: {invalid}")]}));
    service.get_as(&account, "/integers/session/").await.with_status(404);
}
