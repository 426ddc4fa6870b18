//! CORS, which the functions answer themselves, not the gateway.

use e2e::{Event, Function, Service};
use serde_json::json;

const ORIGIN: &str = "https://app.example.com";

#[tokio::test]
async fn a_preflight_is_answered_for_every_function_and_any_origin() {
    let service = Service::running();
    for path in ["/auth/login/", "/api/auth/signup/", "/profile/update", "/tweet", "/api/tweets/x/", "/status/"] {
        let call = service.call("OPTIONS", path).header("origin", ORIGIN);
        let call = call.header("access-control-request-method", "PUT");
        let call = call.header("access-control-request-headers", "authorization,content-type,x-csrftoken");
        let answer = call.send().await.with_status(200);
        assert!(answer.body.is_empty(), "{}", answer.text());
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        let headers = answer.header("access-control-allow-headers");
        assert_eq!(headers, Some("authorization,content-type,x-csrftoken"));
        let methods = answer.header("access-control-allow-methods").unwrap();
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] {
            assert!(methods.split(',').any(|m| m == method), "{methods}");
        }
        assert!(
            answer.header("access-control-allow-credentials").is_none(),
            "pages of any origin could use the cookies"
        );
    }
}

#[tokio::test]
async fn a_page_of_any_origin_may_read_every_answer() {
    let service = Service::running();
    let calls = [
        service.get("/status/"),
        service.get("/auth/users/me/"),
        service.post("/auth/login/").json(&json!({})),
        service.get("/nope/"),
        service.call("PATCH", "/auth/login/"),
        service.post("/auth/login/").body("text/plain", "x"),
    ];
    for call in calls {
        let answer = call.header("origin", ORIGIN).send().await;
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{}", answer.status);
        let exposed = answer.header("access-control-expose-headers").unwrap();
        assert!(exposed.contains("x-request-id") && exposed.contains("retry-after"), "{exposed}");
    }
}

#[tokio::test]
async fn with_a_list_only_its_origins_may_read_and_use_cookies() {
    let service = Service::running();
    let function = Function::start_with(&service, "status", &[("AVIARY_CORS_ORIGINS", ORIGIN)]);
    let get = |origin: &str| function.invoke(Event::new("GET", "/status/").header("origin", origin)).answer;
    let listed = get(ORIGIN);
    assert_eq!(listed.header("access-control-allow-origin"), Some(ORIGIN));
    assert_eq!(listed.header("access-control-allow-credentials"), Some("true"));
    assert!(listed.header("vary").is_some_and(|vary| vary.to_lowercase().contains("origin")), "{:?}", listed.headers);
    for other in ["https://app.example.com.evil.example", "http://app.example.com", "null"] {
        assert_eq!(get(other).header("access-control-allow-origin"), None, "{other}");
    }
}
