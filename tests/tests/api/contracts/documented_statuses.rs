//! Statuses that the OpenAPI document promises and that no story of another test ends with. `cargo xtask test` lists
//! those that no test saw.

use e2e::Service;
use serde_json::{Value, json};

const UNKNOWN_ID: &str = "01a1f9f8-eb32-7f02-8f74-6c633c173b52";

#[tokio::test]
async fn rare_refusals_are_as_documented() {
    let service = Service::running();
    let account = service.signup().await;
    let name = &account.username;
    let not_found = json!({"detail": "Not found."});
    let no_boolean = json!({"download": ["Must be a valid boolean."]});
    let rows: [(&str, String, Value, u16, Value); 3] = [
        ("PUT", "/api/prfiles/edit/".to_owned(), json!({"profile_id": UNKNOWN_ID}), 404, not_found),
        ("GET", "/integers/session/?download=perhaps".to_owned(), Value::Null, 400, no_boolean),
        (
            "DELETE",
            format!("/api/users/{name}/friends/remove/{name}/"),
            json!({}),
            400,
            json!({"detail": "You cannot follow yourself."}),
        ),
    ];
    for (method, path, body, status, refusal) in rows {
        let call = service.call(method, &path).bearer(&account.access);
        let call = if body.is_null() { call } else { call.json(&body) };
        let answer = call.send().await.with_status(status);
        let (answer, refusal) = (answer.json(), refusal.as_object().unwrap());
        for (field, text) in refusal {
            assert_eq!(&answer[field], text, "{method} {path}: {answer}");
        }
    }
}
