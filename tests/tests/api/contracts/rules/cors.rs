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

#[tokio::test]
async fn pages_of_this_machine_may_use_cookies_where_the_service_runs_locally() {
    let service = Service::running();
    for origin in ["http://localhost:3000", "http://127.0.0.1:5173", "https://localhost"] {
        let preflight = service.call("OPTIONS", "/api/tweets/").header("origin", origin);
        let preflight = preflight.header("access-control-request-method", "POST");
        let headers = "content-type,x-csrftoken";
        let preflight = preflight.header("access-control-request-headers", headers).send().await.with_status(200);
        assert_eq!(preflight.header("access-control-allow-headers"), Some(headers));
        for answer in [preflight, service.get("/status/").header("origin", origin).send().await] {
            assert_eq!(answer.header("access-control-allow-origin"), Some(origin));
            assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
            let vary = answer.header("vary").unwrap_or_default().to_lowercase();
            assert!(vary.contains("origin"), "{:?}", answer.headers);
        }
    }
    let other = service.get("/status/").header("origin", ORIGIN).send().await;
    assert_eq!(other.header("access-control-allow-origin"), Some("*"));
    assert_eq!(other.header("access-control-allow-credentials"), None);
    assert!(other.header("vary").unwrap_or_default().to_lowercase().contains("origin"), "{:?}", other.headers);
}

#[tokio::test]
async fn a_star_beside_listed_origins_is_for_the_others_alone() {
    let service = Service::running();
    let list = format!("{ORIGIN}, *");
    let settings = [("AVIARY_CORS_ORIGINS", list.as_str()), ("AVIARY_LOCAL_ORIGINS", "")];
    let function = Function::start_with(&service, "status", &settings);
    let allowed = |origin: &str| {
        let answer = function.invoke(Event::new("GET", "/status/").header("origin", origin)).answer;
        let header = |name: &str| answer.header(name).map(ToOwned::to_owned);
        (header("access-control-allow-origin"), header("access-control-allow-credentials"))
    };
    assert_eq!(allowed(ORIGIN), (Some(ORIGIN.to_owned()), Some("true".to_owned())));
    for other in ["https://elsewhere.example.com", "null", "http://localhost:3000"] {
        assert_eq!(allowed(other), (Some("*".to_owned()), None), "{other}");
    }
}
