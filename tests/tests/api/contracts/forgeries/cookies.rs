//! Forged session cookies, and requests that another site makes a browser send.

use aviary_web::Route;
use e2e::{Call, Cookies, Service, Things};
use serde_json::json;

use super::{deleted, first, guarded, told};

/// Routes that require a caller, with a safe or with an unsafe method.
fn routes(safe: bool) -> Vec<Route> {
    guarded().map(|(_, route)| route).filter(|route| route.method.is_safe() == safe).collect()
}

#[tokio::test]
async fn no_route_takes_a_forged_session_cookie() {
    let service = Service::running();
    let things = Things::of(&service, service.signup().await).await;
    let Cookies { session, csrf } = &things.owner.cookies;
    let gone = deleted(&service).await;
    let forged = [
        "0123456789abcdef".repeat(4),
        first(session, 63).to_owned(),
        format!("{session}0"),
        session.to_uppercase(),
        session.chars().rev().collect(),
        format!("{session}%00"),
        String::new(),
    ];
    let nobody = json!({"detail": "Authentication credentials were not provided."});
    for (_, route) in guarded() {
        for session in &forged {
            let cookies = Cookies { session: session.clone(), csrf: csrf.clone() };
            let call = things.call(&service, &route).cookies(&cookies).header("x-csrftoken", csrf);
            let answer = call.send().await;
            assert_eq!((answer.status, answer.text()), (401, told(&route, &nobody)), "{session:?} at {route:?}");
        }
        // The name of the cookie must match exactly, in case too.
        for name in ["SESSIONID", "sessionid2", "session"] {
            let header = format!("{name}={session}; csrftoken={csrf}");
            let call = things.call(&service, &route).header("cookie", &header).header("x-csrftoken", csrf);
            assert_eq!(call.send().await.status, 401, "{name} at {route:?}");
        }
        let call = things.call(&service, &route).cookies(&gone.cookies);
        assert_eq!(
            call.header("x-csrftoken", &gone.cookies.csrf).send().await.status,
            401,
            "a deleted account at {route:?}"
        );
    }
    things.assert_untouched(&service).await;
}

#[tokio::test]
async fn every_unsafe_route_requires_the_csrf_token() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    let things = Things::of(&service, account).await;
    let own = things.owner.cookies.clone();
    let planted = Cookies { session: own.session.clone(), csrf: other.cookies.csrf.clone() };
    let wrong = "CSRF token from the 'X-Csrftoken' HTTP header incorrect.";
    let elsewhere = "https://elsewhere.example.com";
    let foreign = format!("Origin checking failed - {elsewhere} does not match any trusted origins.");
    for route in routes(false) {
        let call = |cookies: &Cookies| things.call(&service, &route).cookies(cookies);
        let alone = things.call(&service, &route).header("cookie", &format!("sessionid={}", own.session));
        let rows: [(Call, &str); 7] = [
            (call(&own), "CSRF token missing."),
            (call(&own).header("x-csrftoken", ""), wrong),
            (call(&own).header("x-csrftoken", first(&own.csrf, 63)), wrong),
            (call(&own).header("x-csrftoken", &other.cookies.csrf), wrong),
            (call(&planted).header("x-csrftoken", &planted.csrf), wrong),
            (alone.header("x-csrftoken", &own.csrf), "CSRF cookie not set."),
            (call(&own).header("x-csrftoken", &own.csrf).header("origin", elsewhere), &foreign),
        ];
        for (call, reason) in rows {
            let answer = call.send().await;
            let refusal = json!({"detail": format!("CSRF Failed: {reason}")});
            assert_eq!((answer.status, answer.text()), (403, told(&route, &refusal)), "{route:?}");
        }
    }
    things.assert_untouched(&service).await;
    // The session itself was valid all the time.
    service.get("/auth/users/me/").cookies(&own).send().await.with_status(200);
}

#[tokio::test]
async fn a_safe_request_needs_no_csrf_token() {
    let service = Service::running();
    let things = Things::of(&service, service.signup().await).await;
    // This one opens a session, so it is safe by its method only: auth::api_jwt.
    for route in routes(true).into_iter().filter(|route| !route.path.starts_with("/api/jwt")) {
        let call = things.call(&service, &route).cookies(&things.owner.cookies);
        let answer = call.header("origin", "https://elsewhere.example.com").send().await;
        let wanted = if route.spec.answers == 0 { 200 } else { route.spec.answers };
        assert_eq!(answer.status, wanted, "{route:?}: {}", answer.text());
    }
}
