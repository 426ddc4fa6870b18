//! 404, 405, HEAD, and internal failures.

use e2e::{Event, Function, Service};
use serde_json::json;

#[tokio::test]
async fn unknown_paths_are_404_under_every_prefix() {
    let service = Service::running();
    let paths = [
        "/nope",
        "/nope/",
        "/auth",
        "/auth/",
        "/auth/nope/",
        "/api/auth/",
        "/api/auth/nope/nope/",
        "/api/tweets/x/nope/",
        "/profile/nope/",
        "/tweet/x/",
        "/status/x/",
        "/auth//users/me/",
        "/auth/login//",
        "/AUTH/login/",
        "/api/",
        "/auth/jwt/createXYZ",
        "/auth/jwt/create.json",
    ];
    for path in paths {
        let answer = service.get(path).send().await;
        assert_eq!((path, answer.status, answer.text()), (path, 404, json!({"detail": "Not found."}).to_string()));
    }
    service.post("/nope/").json(&json!({"a": 1})).send().await.is(404, &json!({"detail": "Not found."}));
}

#[tokio::test]
async fn another_method_is_405_and_names_the_allowed_ones() {
    let service = Service::running();
    let rows = [
        ("GET", "/api/auth/signup/", "POST, OPTIONS"),
        ("GET", "/auth/register/", "POST, OPTIONS"),
        ("PUT", "/auth/login/", "POST, OPTIONS"),
        ("GET", "/auth/jwt/create/", "POST, OPTIONS"),
        ("PUT", "/auth/jwt/refresh/", "POST, OPTIONS"),
        ("DELETE", "/auth/jwt/verify", "POST, OPTIONS"),
        ("PATCH", "/auth/jwt/create/", "POST, OPTIONS"),
        ("POST", "/profile", "GET, HEAD, OPTIONS"),
        ("DELETE", "/profile/default.png", "GET, HEAD, OPTIONS"),
        ("POST", "/status/", "GET, HEAD, OPTIONS"),
        ("PATCH", "/api/tweets/x/", "GET, PUT, DELETE, HEAD, OPTIONS"),
    ];
    for (method, path, allow) in rows {
        let answer = service.call(method, path).send().await;
        let answer = answer.is(405, &json!({"detail": format!("Method \"{method}\" not allowed.")}));
        let sorted = |list: &str| {
            let mut methods: Vec<String> = list.split(',').map(|m| m.trim().to_owned()).collect();
            methods.sort();
            methods
        };
        assert_eq!(sorted(answer.header("allow").unwrap_or_default()), sorted(allow), "{method} {path}");
    }
}

#[tokio::test]
async fn anonymous_requests_do_not_learn_the_methods_of_private_paths() {
    let service = Service::running();
    let account = service.signup().await;
    let nobody = json!({"detail": "Authentication credentials were not provided."});
    for (method, path) in [("POST", "/auth/users/me/"), ("GET", "/api/tweets/media/"), ("POST", "/profile/update")] {
        service.call(method, path).send().await.unauthorized(&nobody);
        let error = json!({"detail": format!("Method \"{method}\" not allowed.")});
        service.call(method, path).bearer(&account.access).send().await.is(405, &error);
    }
}

#[tokio::test]
async fn head_answers_as_get_without_a_body() {
    let service = Service::running();
    let account = service.signup().await;
    let tweet = service.tweet(&account, "hi").await;
    let paths = [
        "/status/".to_owned(),
        "/auth/users/me/".to_owned(),
        "/profile/default.png".to_owned(),
        format!("/profile?username={}", account.username),
        format!("/api/tweets/{}/", tweet["id"].as_str().unwrap()),
    ];
    for path in paths {
        let answer = service.call("HEAD", &path).bearer(&account.access).send().await;
        assert_eq!((&*path, answer.status, answer.body.len()), (&*path, 200, 0));
    }
    service.call("HEAD", "/auth/users/me/").send().await.with_status(401);
    service.call("HEAD", "/auth/login/").send().await.with_status(405);
    service.call("HEAD", "/nope/").send().await.with_status(404);
}

#[tokio::test]
async fn an_internal_failure_tells_the_client_only_a_request_id() {
    let service = Service::running();
    let account = service.signup().await;
    // The signing key and the sessions exist, but the table of the tweets does not.
    let function = Function::start_with(&service, "tweets", &[("AVIARY_SOCIAL_TABLE", "there-is-no-such-table")]);
    let event = Event::new("POST", "/api/tweets/").bearer(&account.access).json(&json!({"message": "hi"}));
    let id = event.request_id();
    let invoked = function.invoke(event);
    let answer = invoked.answer.is(500, &json!({"detail": "Internal server error.", "request_id": id}));
    assert_eq!(answer.header("x-request-id"), Some(&*id));
    assert_eq!(invoked.log["http.status"], 500);
}
