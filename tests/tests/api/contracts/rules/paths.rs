//! Paths with and without a slash at the end, and text within paths, encoded and decoded.

use e2e::{Event, Function, Service, unique};
use serde_json::json;

#[tokio::test]
async fn every_path_works_with_and_without_a_slash_at_its_end() {
    let service = Service::running();
    let account = service.signup().await;
    let tweet = service.tweet(&account, "hi").await;
    let tweet = format!("/api/tweets/{}", tweet["id"].as_str().unwrap());
    let posts = [
        "/api/auth/signup",
        "/auth/register",
        "/auth/login",
        "/auth/jwt/create",
        "/auth/jwt/refresh",
        "/auth/jwt/verify",
    ];
    for path in posts {
        let bare = service.post(path).json(&json!({})).send().await.with_status(400);
        service.post(&format!("{path}/")).json(&json!({})).send().await.is(400, &bare.json());
    }
    for path in ["/auth/users/me", "/status", "/profile/default.png", &tweet] {
        for path in [path.to_owned(), format!("{path}/")] {
            service.get(&path).bearer(&account.access).send().await.with_status(200);
        }
    }
    for path in ["/profile", "/profile/"] {
        service.get(&format!("{path}?username={}", account.username)).send().await.with_status(200);
    }
    for path in ["/tweet", "/tweet/"] {
        service.post(path).bearer(&account.access).json(&json!({"message": "hi"})).send().await.with_status(200);
    }
    for path in ["/profile/update", "/profile/update/"] {
        service.put(path).bearer(&account.access).json(&json!({"bio": "hi"})).send().await.with_status(200);
    }
}

#[tokio::test]
async fn encoded_text_in_a_path_stays_text() {
    let service = Service::running();
    for id in ["a%2Fb", "a%3Fb", "a%23b", "a%25b", "a%252Fb", "%C3%A9", "a%20b", "a+b", "%", "%zz", "a%00b"] {
        for path in [format!("/api/tweets/{id}/"), format!("/auth/{id}/"), format!("/profile/{id}")] {
            let answer = service.get(&path).send().await;
            assert_eq!(
                (&*path, answer.status, answer.text()),
                (&*path, 404, json!({"detail": "Not found."}).to_string())
            );
        }
    }
}

#[tokio::test]
async fn an_encoded_path_is_the_path() {
    let service = Service::running();
    let account = service.signup().await;
    let tweet = service.tweet(&account, "hi").await;
    let id = tweet["id"].as_str().unwrap().replace('-', "%2D");
    service.get(&format!("/api/tweets/{id}/")).send().await.is(200, &tweet);
}

#[tokio::test]
async fn names_in_a_query_are_decoded_once() {
    let service = Service::running();
    let name = unique("a+b@c.");
    service.signup_as(&name).await;
    let encoded = name.replace('+', "%2B").replace('@', "%40");
    service.get(&format!("/profile?username={encoded}")).send().await.with_status(200);
    service.get(&format!("/profile?username={name}")).send().await.with_status(404);
    let twice = encoded.replace('%', "%25");
    service.get(&format!("/profile?username={twice}")).send().await.with_status(404);
}

#[tokio::test]
async fn a_path_that_the_gateway_decoded_stays_one_path() {
    let service = Service::running();
    let account = service.signup().await;
    let tweet = service.tweet(&account, "hi").await;
    let function = Function::start(&service, "tweets");
    let get = |path: &str| function.invoke(Event::new("GET", path)).answer;
    let id = tweet["id"].as_str().unwrap();
    for path in [format!("/api/tweets/{id}"), format!("/api/tweets/{id}/")] {
        assert_eq!(get(&path).with_status(200).json()["id"], id);
    }
    for tail in ["?x=1", "#x", "%", "%2F", "/x", " ", "\u{e9}", "?", "#", "//", "\0", "%00"] {
        let answer = get(&format!("/api/tweets/{id}{tail}"));
        assert_eq!((tail, answer.status, answer.text()), (tail, 404, json!({"detail": "Not found."}).to_string()));
    }
}

#[tokio::test]
async fn a_decoded_path_with_a_query_keeps_both() {
    let service = Service::running();
    let account = service.signup().await;
    let function = Function::start(&service, "profiles");
    let event = |path: &str| Event::new("GET", path).query(&format!("username={}", account.username));
    for path in ["/profile", "/profile/"] {
        function.invoke(event(path)).answer.with_status(200);
    }
    function.invoke(event("/profile?x")).answer.with_status(404);
}

#[tokio::test]
async fn a_broken_host_breaks_nothing() {
    let service = Service::running();
    let function = Function::start(&service, "status");
    for host in ["", "a b", "[::1", "http://x/", "\u{e9}"] {
        function.invoke(Event::new("GET", "/status/").header("host", host)).answer.with_status(200);
    }
    let proto = Event::new("GET", "/status/").header("x-forwarded-proto", "java script:");
    function.invoke(proto).answer.with_status(200);
}
