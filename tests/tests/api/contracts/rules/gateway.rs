//! What a gateway makes of a request before a function sees it, and which answers are ours. All of it over HTTP through
//! the local front, which does as API Gateway does.

use e2e::{Service, unique};
use serde_json::json;

#[tokio::test]
async fn bodies_that_are_not_utf_8_reach_the_function() {
    let service = Service::running();
    let login = |kind: &str, body: &[u8]| service.post("/auth/login/").body(kind, body.to_vec()).send();
    for (kind, body, error) in [
        ("application/json", b"{\"username\":\"\xff\"}".as_slice(), "JSON parse error - "),
        ("application/x-www-form-urlencoded", b"username=\xff", "Form parse error - "),
    ] {
        let answer = login(kind, body).await.with_status(400);
        assert!(answer.field("detail").starts_with(error), "{kind}: {}", answer.text());
    }
    let error = json!({"detail": "Unsupported media type \"text/plain\" in request."});
    login("text/plain", b"\xff\xfe").await.is(415, &error);
}

#[tokio::test]
async fn several_cookie_fields_are_one() {
    let service = Service::running();
    let account = service.signup().await;
    let me = service.get("/auth/users/me/").header("cookie", "theme=dark");
    let me = me.header("cookie", &format!("sessionid={}", account.cookies.session));
    let answer = me.header("cookie", &format!("csrftoken={}", account.cookies.csrf)).send().await;
    assert_eq!(answer.with_status(200).header("set-cookie"), None);
}

#[tokio::test]
async fn an_encoded_sign_in_a_path_is_no_separator_and_begins_no_query() {
    let service = Service::running();
    let account = service.signup_as(&unique("a+b@c.")).await;
    let name = account.username.replace('+', "%2B").replace('@', "%40");
    let user = |path: &str| service.get(path).bearer(&account.access).send();
    let answer = user(&format!("/api/auth/{name}/")).await.with_status(200);
    assert_eq!(answer.json()["username"], account.username);
    for tail in ["%3Fx=1", "%23x", "%2Fx", "%25"] {
        let answer = user(&format!("/api/auth/{name}{tail}")).await;
        assert_eq!((tail, answer.status), (tail, 404), "{}", answer.text());
    }
}

#[tokio::test]
async fn a_body_over_the_gateways_own_limit_is_413_with_the_same_text() {
    let service = Service::running();
    let body = vec![b'x'; 11 * 1024 * 1024];
    let answer = service.post("/auth/login/").body("application/json", body).send().await;
    answer.is(413, &json!({"detail": "Request body too large."}));
}

#[tokio::test]
async fn unknown_paths_of_any_prefix_reach_our_404() {
    let service = Service::running();
    let not_found = json!({"detail": "Not found."});
    for path in ["/nope", "/nope/", "/auth%2Flogin", "/status/x", "/2015-03-31/functions/auth/invocations"] {
        service.get(path).send().await.is(404, &not_found);
    }
    let nobody = service.post("/2015-03-31/functions/nobody/invocations").json(&json!({})).send().await;
    assert_eq!(nobody.status, 404);
}
