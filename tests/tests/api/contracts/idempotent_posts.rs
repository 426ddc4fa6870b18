//! Every POST of the tables of routes either creates something, then an `Idempotency-Key` and its limit hold for it, or
//! its row says why it may be repeated.

use aviary_web::{Route, Who};
use e2e::limits::{assert_throttled, unused_address};
use e2e::{Answer, Event, Function, Service, Things, unique};
use serde_json::Value;

use crate::contracts::routes::rows;

/// The tables that what is created lies in.
const TABLES: [&str; 3] = ["AccountsTable", "IntegersTable", "SocialTable"];
/// Members of an answer that are minted anew each time.
const CREDENTIALS: [&str; 4] = ["access", "refresh", "token", "tokens"];

const OTHER_BODY: &str = "This Idempotency-Key was used for a request with another body.";

fn creating() -> Vec<(&'static str, Route)> {
    rows().into_iter().filter(|(_, route)| route.spec.needs_key()).collect()
}

/// Requests that create something with one route.
struct Creation {
    route: Route,
    /// The things of the caller, whom the body is about.
    own: Things,
    /// The things of somebody else, whom the path is about.
    others: Things,
}

impl Creation {
    async fn of(service: &Service, route: Route) -> Self {
        let own = Things::of(service, service.signup().await).await;
        // Owners create only among their own things.
        let others =
            if route.spec.who == Who::Own { own.clone() } else { Things::of(service, service.signup().await).await };
        Self { route, own, others }
    }

    fn body(&self, mark: &str) -> Value {
        self.own.sample(&self.route, Some(&self.own.owner), mark).body.expect("a POST that creates has a sample body")
    }

    /// The path and the query, which may name the thing that the request is about.
    fn target(&self) -> (String, String) {
        let sample = self.others.sample(&self.route, Some(&self.own.owner), "");
        (sample.path, sample.query)
    }

    async fn post(&self, service: &Service, key: Option<&str>, mark: &str) -> Answer {
        let (path, query) = self.target();
        let mut call = service.post(&format!("{path}?{query}")).json(&self.body(mark));
        if self.route.spec.who != Who::Any {
            call = call.bearer(&self.own.owner.access);
        }
        if let Some(key) = key {
            call = call.header("idempotency-key", key);
        }
        call.send().await
    }
}

/// Whether the sample's body names what it makes.
fn is_marked(route: &Route) -> bool {
    route.spec.body.contains("$MARK")
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
fn every_post_says_what_a_repetition_does() {
    for (_, route) in rows() {
        if route.method == "POST" {
            assert!(route.spec.repeats.is_some(), "{route:?}: say `creates()`, or why it is `repeatable(…)`");
        } else {
            assert!(route.spec.repeats.is_none(), "{route:?}: only a POST takes an Idempotency-Key");
        }
    }
    assert!(creating().len() >= 6, "{:?}", creating());
}

#[tokio::test]
async fn a_repetition_with_its_key_creates_nothing_more() {
    let service = Service::running();
    for (_, route) in creating() {
        let creation = Creation::of(&service, route.clone()).await;
        let (key, mark) = (unique("key"), unique("mark"));
        let first = creation.post(&service, Some(&key), &mark).await;
        assert!((200..300).contains(&first.status), "{route:?}: {} {}", first.status, first.text());
        let made = items(&service, &mark).await;
        assert_ne!(made.is_empty(), is_marked(&route), "{route:?}: nothing has the mark");
        for _ in 0..2 {
            let again = creation.post(&service, Some(&key), &mark).await;
            assert_eq!(again.status, first.status, "{route:?}: {}", again.text());
            assert_eq!(without_credentials(&again), without_credentials(&first), "{route:?}");
            assert_eq!(items(&service, &mark).await, made, "{route:?}: something else was made");
        }
        if !is_marked(&route) {
            // Its own tests send other bodies.
            continue;
        }
        assert_another_body_is_refused(&service, &creation, &key).await;
        // Without the key, the same request is done again or refused.
        let without = creation.post(&service, None, &mark).await;
        let differs = without.status == 400
            || without_credentials(&without) != without_credentials(&first)
            || items(&service, &mark).await != made;
        assert!(differs, "{route:?}: {}", without.text());
    }
}

/// Anonymous callers are told apart by the body, so there another body is another request.
async fn assert_another_body_is_refused(service: &Service, creation: &Creation, key: &str) {
    let (route, other) = (&creation.route, unique("other"));
    let answer = creation.post(service, Some(key), &other).await;
    let made = items(service, &other).await;
    if route.spec.who == Who::Any {
        assert_eq!(answer.status, 201, "{route:?}: {}", answer.text());
        assert!(!made.is_empty(), "{route:?}");
    } else {
        assert_eq!((answer.status, answer.field("detail").as_str()), (422, OTHER_BODY), "{route:?}");
        assert!(made.is_empty(), "{route:?}: {made:?}");
    }
}

#[tokio::test]
async fn the_limit_that_the_row_names_is_the_one_that_counts() {
    let service = Service::running();
    for (name, route) in creating() {
        let Some(limit) = route.spec.limit else { continue };
        // The caller's things count already, against the limit of writes. Their window is open for a minute only, so the
        // function starts before they are made.
        let before = Things::counting(limit);
        let limit = format!("{}={}/3600", limit.setting(), before + 1);
        let function = Function::start_with(&service, name, &[("AVIARY_LIMITS", &limit)]);
        let (creation, address) = (Creation::of(&service, route.clone()).await, unused_address());
        let post = || {
            let body = creation.body(&unique("mark"));
            let (path, query) = creation.target();
            let event = Event::new("POST", &path).query(&query).source(&address).json(&body);
            let caller = &creation.own.owner;
            let event = if route.spec.who == Who::Any { event } else { event.bearer(&caller.access) };
            function.answer(&event.into_json())
        };
        let first = post();
        assert!((200..300).contains(&first.status), "{route:?}: {} {}", first.status, first.text());
        assert_throttled(&post(), 3_600);
    }
}
