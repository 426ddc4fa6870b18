//! Limits of an account count confirmed requests only: nobody can use them up with a credential that has ended, or
//! from a page of another site.

use aviary_web::{Repeats, RouteLimit, Who};
use e2e::limits::assert_throttled;
use e2e::{Account, Event, Function, Service, Things, unique};
use serde_json::{Value, json};

use crate::contracts::routes::rows;

/// A request that writes, of a function, and the limit that it counts against.
struct Write {
    function: &'static str,
    method: &'static str,
    path: String,
    body: Value,
    limit: &'static str,
}

impl Write {
    fn new(function: &'static str, method: &'static str, path: &str, body: Value, limit: &'static str) -> Self {
        Self { function, method, path: path.to_owned(), body, limit }
    }

    fn event(&self) -> Event {
        Event::new(self.method, &self.path).json(&self.body)
    }
}

async fn writes(service: &Service, other: &Account) -> Vec<Write> {
    let tweet = service.tweet(other, "theirs").await["id"].as_str().expect("an id").to_owned();
    let message = json!({"message": "hi"});
    let (comments, like) = (format!("/api/tweets/{tweet}/comments/"), format!("/api/tweets/{tweet}/like/"));
    let follow = format!("/api/profiles/{}/follow/", other.id);
    vec![
        Write::new("tweets", "POST", "/api/tweets/", message.clone(), "writes_account"),
        Write::new("tweets", "POST", &comments, message, "writes_account"),
        Write::new("tweets", "POST", &like, json!({}), "spread_account"),
        Write::new("profiles", "POST", &follow, json!({}), "spread_account"),
        Write::new("profiles", "DELETE", &follow, json!({}), "other_writes_account"),
        Write::new("profiles", "PUT", "/profile/update", json!({"bio": "b"}), "profile_changes_account"),
        Write::new("integers", "POST", "/integers/upload/", json!({"size": 1}), "uploads_account"),
        Write::new("notifications", "POST", "/api/notifications/read/", json!({}), "other_writes_account"),
        Write::new("auth", "PATCH", "/auth/users/me/", json!({}), "other_writes_account"),
    ]
}

/// Also shows each limit on both sides: the last request within it, the first one above, and another account.
#[tokio::test]
async fn refused_credentials_and_foreign_pages_use_up_nobodys_limit() {
    let service = Service::running();
    let other = service.signup().await;
    for write in writes(&service, &other).await {
        let account = service.signup().await;
        let ended = json!({"refresh_token": account.refresh});
        let limits = format!("{}=2/3600", write.limit);
        let function = Function::start_with(&service, write.function, &[("AVIARY_LIMITS", &limits)]);
        service.post("/api/auth/user/logout/").json(&ended).send().await.with_status(205);
        let cookies = [format!("sessionid={}", account.cookies.session), format!("csrftoken={}", account.cookies.csrf)];
        let what = format!("{} {}", write.method, write.path);
        // The logout is one of the other writes; it counted for another function's limit, which has the same counter.
        let left = if write.limit == "other_writes_account" { 1 } else { 2 };
        for _ in 0..3 {
            let answer = function.invoke(write.event().bearer(&account.access)).answer;
            assert_eq!(answer.status, 401, "{what}: {}", answer.text());
            let answer = function.invoke(write.event().cookies(&cookies)).answer;
            assert_eq!(answer.status, 403, "{what}: {}", answer.text());
        }
        for _ in 0..left {
            let answer = function.invoke(write.event().bearer(&account.device_token)).answer;
            assert!((200..300).contains(&answer.status), "{what}: {}", answer.text());
        }
        assert_throttled(&function.invoke(write.event().bearer(&account.device_token)).answer, 3_600);
        let third = service.signup().await;
        let answer = function.invoke(write.event().bearer(&third.access)).answer;
        assert!((200..300).contains(&answer.status), "{what}: {}", answer.text());
    }
}

#[test]
fn every_route_that_writes_is_bounded() {
    for (_, route) in rows() {
        let writes = ["POST", "PUT", "PATCH", "DELETE"].contains(&route.method.as_str());
        if !writes || route.spec.repeats == Some(Repeats::Reads) {
            continue;
        }
        let limit = route.spec.limit.unwrap_or_else(|| panic!("{route:?}: no limit bounds it"));
        if route.spec.who != Who::Any {
            assert!(limit.setting().ends_with("_account"), "{route:?}: the limit of who calls it bounds it");
        }
    }
}

/// The row is the only place that names the limit, so it must be the one that counts.
#[tokio::test]
async fn the_limit_of_every_row_counts_its_confirmed_callers() {
    let service = Service::running();
    let others = Things::of(&service, service.signup().await).await;
    let mut counted = 0;
    for (name, route) in rows().into_iter().filter(|(_, route)| route.spec.who != Who::Any) {
        let Some(limit) = route.spec.limit.filter(|limit| *limit != RouteLimit::SearchAddress) else { continue };
        let things = Things::of(&service, service.signup().await).await;
        let before = Things::counting(limit);
        let setting = format!("{}={}/60", limit.setting(), before + 1);
        let function = Function::start_with(&service, name, &[("AVIARY_LIMITS", &setting)]);
        let event = |mark: &str| things.event(&route, &others).header("idempotency-key", mark);
        let first = function.invoke(event(&unique("key"))).answer;
        assert_ne!(first.status, 429, "{route:?}: {}", first.text());
        let second = function.invoke(event(&unique("key"))).answer;
        // What ends the session of the request is refused for that.
        let ended = route.spec.answers == 0 && second.status == 401;
        assert!(ended || second.status == 429, "{route:?}: {} {}", second.status, second.text());
        counted += usize::from(!ended);
    }
    assert!(counted >= 30, "{counted}");
}
