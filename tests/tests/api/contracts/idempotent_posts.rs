//! Every POST of the table of routes: either it creates something, then an `Idempotency-Key` and its limit hold for it,
//! or it stands below with the reason why not.

use aviary_web::{CreationLimit, Route, Who};
use e2e::limits::{assert_throttled, unused_address};
use e2e::{Account, Answer, Event, Function, PASSWORD, Service, unique};
use serde_json::{Value, json};

use crate::contracts::routes::rows;

const SIGNS_IN: &str = "a session, whose credentials are kept nowhere; sent again it is another one";
const REFRESHES: &str = "nothing new: the same token gives the same successor, however often";
const READS: &str = "nothing";
const ENDS: &str = "nothing; what has ended has ended";
const RELATES: &str = "an edge, which is there once however often it is asked for";
const CHANGES: &str = "nothing: what is there is changed, and the same change again is that state or a clear refusal";

/// The POSTs that take no key, and what they make in place of a thing.
const NOT_CREATING: &[(&str, &str)] = &[
    ("/api/auth/del-logout", ENDS),
    ("/api/auth/login", SIGNS_IN),
    ("/api/auth/logout", ENDS),
    ("/api/auth/obtain", SIGNS_IN),
    ("/api/auth/obtain_token", SIGNS_IN),
    ("/api/auth/refresh_token", REFRESHES),
    ("/api/auth/user/logout", ENDS),
    ("/api/auth/user/logout_all", ENDS),
    ("/api/jwt", SIGNS_IN),
    ("/api/jwt/refresh", REFRESHES),
    ("/api/jwt/verify", READS),
    ("/api/notifications/read", CHANGES),
    ("/api/profiles/{id}/block", RELATES),
    ("/api/profiles/{id}/follow", RELATES),
    ("/api/profiles/{id}/mute", RELATES),
    ("/api/tweets/comments/{id}/like", RELATES),
    ("/api/tweets/{id}/like", RELATES),
    ("/api/tweets/{id}/retweet", RELATES),
    ("/api/tweets/{id}/save", RELATES),
    ("/auth/jwt/create", SIGNS_IN),
    ("/auth/jwt/refresh", REFRESHES),
    ("/auth/jwt/verify", READS),
    ("/auth/login", SIGNS_IN),
    ("/auth/token/login", SIGNS_IN),
    ("/auth/token/logout", ENDS),
    ("/auth/users/reset_password", "a mail, of which there are three an hour; the answer is the same in any case"),
    ("/auth/users/reset_password_confirm", CHANGES),
    ("/auth/users/set_password", CHANGES),
    ("/auth/users/set_username", CHANGES),
    ("/auth/users/undo_email", CHANGES),
    ("/integers/upload", "a permission to upload, whose signature is kept nowhere; sent again it is another one"),
];

/// The tables that what is created lies in.
const TABLES: [&str; 3] = ["AccountsTable", "IntegersTable", "SocialTable"];
/// Members of an answer that are minted anew each time.
const CREDENTIALS: [&str; 3] = ["access", "refresh", "token"];

fn creating() -> Vec<(&'static str, Route, CreationLimit)> {
    rows().into_iter().filter_map(|(function, row)| row.creates.map(|limit| (function, row.clone(), limit))).collect()
}

/// A body with which the route creates something that has `mark` in it.
fn body(route: &Route, caller: &Account, mark: &str) -> Value {
    let email = format!("{mark}@example.com");
    let signup = json!({"username": mark, "email": email, "password": PASSWORD});
    match route.path.as_str() {
        "/api/auth/signup" | "/auth/register" | "/auth/users" => signup,
        "/api/auth/user/register" => {
            let mut signup = signup;
            signup["profile"] = json!({"date_of_birth": "1990-01-02"});
            signup
        }
        "/api/users/create" => json!({"username": caller.username, "biography": mark}),
        "/integers/set" => json!({"set_id": mark, "integers": [{"index": 0, "X": 1, "q": 1}]}),
        "/integers/operation" => json!({"set_id": mark, "equation": "a+a"}),
        "/integers/session" => json!({"integer_sets": [{"set_id": mark, "integers": [{"index": 0, "X": 1, "q": 1}]}]}),
        "/tweet" | "/api/tweets" | "/api/tweets/{id}/comments" => json!({"message": mark}),
        path => panic!("POST {path} creates something: say here with which body"),
    }
}

/// A route, and where it is posted: what is about a tweet, on one that somebody else wrote.
struct Place {
    route: Route,
    path: String,
}

impl Place {
    async fn of(service: &Service, route: Route) -> Self {
        let mut path = route.path.clone();
        if path.contains("{id}") {
            let tweet = service.tweet(&service.signup().await, "somebody else's").await;
            path = path.replace("{id}", tweet["id"].as_str().unwrap());
        }
        Self { route, path }
    }
}

async fn post(service: &Service, place: &Place, caller: &Account, key: Option<&str>, body: &Value) -> Answer {
    let mut call = service.post(&place.path).json(body);
    if place.route.who != Who::Any {
        call = call.bearer(&caller.access);
    }
    if let Some(key) = key {
        call = call.header("idempotency-key", key);
    }
    call.send().await
}

/// What has to be there before the route can do anything, and where it is posted.
fn wanted_before(route: &Route) -> Option<(&'static str, Value)> {
    let operand = json!({"set_id": "a", "integers": [{"index": 0, "X": 1, "q": 1}]});
    (route.path == "/integers/operation").then_some(("/integers/set", operand))
}

async fn caller(service: &Service, route: &Route) -> Account {
    let caller = service.signup().await;
    if let Some((path, body)) = wanted_before(route) {
        service.post(path).bearer(&caller.access).json(&body).send().await.with_status(201);
    }
    caller
}

async fn items(service: &Service, mark: &str) -> Vec<Value> {
    let mut found = Vec::new();
    for table in TABLES {
        found.extend(service.dynamodb().mentions(table, mark).await);
    }
    found
}

fn without_credentials(answer: &Answer) -> Value {
    let mut json = answer.json();
    for name in CREDENTIALS {
        json.as_object_mut().unwrap().remove(name);
    }
    json
}

#[test]
fn every_post_creates_something_or_is_known_not_to() {
    let posts = rows().into_iter().map(|(_, row)| row).filter(|row| row.method == "POST");
    let (creating, mut others): (Vec<_>, Vec<_>) = posts.partition(|row| row.creates.is_some());
    assert!(creating.len() >= 6, "{creating:?}");
    others.sort_by(|a, b| a.path.cmp(&b.path));
    let others: Vec<&str> = others.iter().map(|row| row.path.as_str()).collect();
    let known: Vec<&str> = NOT_CREATING.iter().map(|(path, _)| *path).collect();
    assert_eq!(others, known, "POSTs without a declaration, and those that this test knows the reason of");
    let wrong: Vec<Route> =
        rows().into_iter().map(|(_, row)| row).filter(|row| row.creates.is_some() && row.method != "POST").collect();
    assert!(wrong.is_empty(), "only a POST takes an Idempotency-Key: {wrong:?}");
}

#[tokio::test]
async fn what_is_sent_again_with_its_key_is_done_once_wherever_something_is_created() {
    let service = Service::running();
    for (_, route, _) in creating() {
        let (caller, key, mark) = (caller(&service, &route).await, unique("key"), unique("mark"));
        let wanted = body(&route, &caller, &mark);
        let place = Place::of(&service, route.clone()).await;
        let first = post(&service, &place, &caller, Some(&key), &wanted).await;
        assert_eq!(first.status, 201, "{route:?}: {}", first.text());
        let made = items(&service, &mark).await;
        assert!(!made.is_empty(), "{route:?}: nothing has the mark");
        for _ in 0..2 {
            let again = post(&service, &place, &caller, Some(&key), &wanted).await;
            assert_eq!(again.status, 201, "{route:?}: {}", again.text());
            assert_eq!(without_credentials(&again), without_credentials(&first), "{route:?}");
            assert_eq!(items(&service, &mark).await, made, "{route:?}: something else was made");
        }
        assert_another_body_is_told(&service, &place, &caller, &key).await;
        // It was the key that did it.
        let without = post(&service, &place, &caller, None, &wanted).await;
        let differs = without.status == 400
            || without_credentials(&without) != without_credentials(&first)
            || items(&service, &mark).await != made;
        assert!(differs, "{route:?}: {}", without.text());
    }
}

/// Where there is no caller, key and body together are the key; then another body is another request.
async fn assert_another_body_is_told(service: &Service, place: &Place, caller: &Account, key: &str) {
    let (route, other) = (&place.route, unique("other"));
    let answer = post(service, place, caller, Some(key), &body(route, caller, &other)).await;
    let made = items(service, &other).await;
    if route.who == Who::Any {
        assert_eq!(answer.status, 201, "{route:?}: {}", answer.text());
        assert!(!made.is_empty(), "{route:?}");
    } else {
        answer.is(422, &json!({"detail": "This Idempotency-Key was used for a request with another body."}));
        assert!(made.is_empty(), "{route:?}: {made:?}");
    }
}

#[tokio::test]
async fn the_limit_that_the_table_names_is_the_one_that_counts() {
    let service = Service::running();
    let limited =
        creating().into_iter().filter_map(|(function, route, limit)| Some((function, route, limit.setting()?)));
    for (name, route, setting) in limited {
        let (caller, address) = (service.signup().await, unused_address());
        let before = wanted_before(&route);
        let place = Place::of(&service, route.clone()).await;
        let limit = format!("{setting}={}/3600", 1 + before.iter().len());
        let function = Function::start_with(&service, name, &[("AVIARY_LIMITS", &limit)]);
        let send = |path: &str, body: &Value| {
            let event = Event::new("POST", path).source(&address).json(body);
            let event = if route.who == Who::Any { event } else { event.bearer(&caller.access) };
            function.answer(&event.into_json())
        };
        let post = || send(&place.path, &body(&route, &caller, &unique("mark")));
        if let Some((path, body)) = &before {
            send(path, body).with_status(201);
        }
        let first = post();
        assert_eq!(first.status, 201, "{route:?}: {}", first.text());
        assert_throttled(&post(), 3_600);
    }
}
