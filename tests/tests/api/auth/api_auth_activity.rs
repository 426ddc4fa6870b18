//! `GET /api/auth/activity/`.

use e2e::{PASSWORD, Service};
use serde_json::json;

#[tokio::test]
async fn activity_lists_the_callers_events_newest_first() {
    let service = Service::running();
    let account = service.signup().await;
    let login = |password: &str| json!({"username": account.username, "password": password});
    service.post("/auth/login/").json(&login("wrong")).send().await.with_status(401);
    service.post("/auth/login/").json(&login(PASSWORD)).send().await.with_status(200);
    let change = json!({"current_password": PASSWORD, "new_password": "Vb7!panda-moon"});
    service.post("/auth/users/set_password/").bearer(&account.access).json(&change).send().await.with_status(204);
    let list = service.get("/api/auth/activity/").bearer(&account.access).send().await.with_status(200).json();
    let results = list["results"].as_array().unwrap();
    let events: Vec<&str> = results.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["password_changed", "login", "login_failed", "signup"]);
    let names: Vec<&String> = results[0].as_object().unwrap().keys().collect();
    assert_eq!(names, ["id", "event", "at", "address", "user_agent"]);
    service.get("/api/auth/activity/").send().await.with_status(401);
}
