//! What an account's integers may cost: bytes sent and read, work, and what one request writes into one partition.

use std::sync::atomic::{AtomicBool, Ordering};

use e2e::acts::integers::{units, upload};
use e2e::limits::assert_throttled;
use e2e::{Account, Answer, Event, Fault, FaultProxy, Function, Service};
use serde_json::{Value, json};

/// A function with these limits, and a sender of requests to it.
struct Limited {
    integers: Function,
}

impl Limited {
    fn start(service: &Service, limits: &str) -> Self {
        Self { integers: Function::start_with(service, "integers", &[("AVIARY_LIMITS", limits)]) }
    }

    fn ask(&self, account: &Account, method: &str, path: &str, body: &Value) -> Answer {
        self.integers.invoke(Event::new(method, path).bearer(&account.access).json(body)).answer
    }
}

/// A set of one unit whose list has exactly 100 bytes as it is sent.
fn hundred_bytes(set: &str) -> Value {
    let unit = |digits: usize| json!([{"index": 0, "X": "Q".repeat(digits), "q": 1}]);
    let digits = 100 - unit(0).to_string().len();
    let units = unit(digits / 4 * 4);
    let padding = 100 - units.to_string().len();
    let units =
        json!([{"index": 10_u64.pow(u32::try_from(padding).unwrap()), "X": "Q".repeat(digits / 4 * 4), "q": 1}]);
    assert_eq!(units.to_string().len(), 100);
    json!({"set_id": set, "integers": units})
}

#[tokio::test]
async fn integers_in_a_body_count_as_bytes_sent_before_they_are_stored() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    let limited = Limited::start(&service, "integers_sent_account=1400/86400");
    let post = |account: &Account, path: &str, body: &Value| limited.ask(account, "POST", path, body);
    for set in ["a", "b", "c"] {
        post(&account, "/integers/set/", &hundred_bytes(set)).with_status(201);
    }
    // A session counts with what stands around its sets, each 1,024 bytes at least; a result by what is stored.
    let session = json!({"session_id": "s", "integer_sets": [hundred_bytes("a")]});
    post(&account, "/integers/session/", &session).with_status(201);
    assert_throttled(&post(&account, "/integers/set/", &hundred_bytes("d")), 86_400);
    assert_throttled(&post(&account, "/integers/session/", &session), 86_400);
    assert_throttled(&post(&account, "/integers/operation/", &json!({"equation": "a+b+c", "set_id": "d"})), 86_400);
    service.get_as(&account, "/integers/set/?set_id=d").await.with_status(404);
    // An upload counts when it is named, and is not read beyond the limit.
    let id = upload(&service, &account, &hundred_bytes("d").to_string()).await;
    assert_throttled(&post(&account, "/integers/set/", &json!({"upload_id": id})), 86_400);
    // A refused request spends nothing: a smaller one still passes. Other accounts have their own limit.
    post(&account, "/integers/set/", &json!({"set_id": "e", "integers": units(1, 1)})).with_status(201);
    post(&other, "/integers/set/", &hundred_bytes("a")).with_status(201);
}

/// DynamoDB charges for a kilobyte of each set.
#[tokio::test]
async fn small_sets_of_a_session_count_as_a_kilobyte_each() {
    let service = Service::running();
    let account = service.signup().await;
    let limited = Limited::start(&service, "integers_sent_account=7000/86400");
    let session = |sets: u8| {
        let sets: Vec<Value> =
            (0..sets).map(|set| json!({"set_id": format!("s{set}"), "integers": units(1, 1)})).collect();
        json!({"session_id": "s", "integer_sets": sets})
    };
    assert!(session(7).to_string().len() < 700);
    assert_throttled(&limited.ask(&account, "POST", "/integers/session/", &session(7)), 86_400);
    limited.ask(&account, "POST", "/integers/session/", &session(3)).with_status(201);
    let id = upload(&service, &account, &session(4).to_string()).await;
    assert_throttled(&limited.ask(&account, "POST", "/integers/session/", &json!({"upload_id": id})), 86_400);
    limited.ask(&account, "POST", "/integers/session/", &session(3)).with_status(201);
}

/// The limit is asked before S3 is.
#[tokio::test]
async fn integers_count_as_read_before_they_are_read() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    let large = json!({"set_id": "large", "integers": units(1, 1_000)});
    service.post_as(&account, "/integers/set/", &large).await.with_status(201);
    service.post_as(&other, "/integers/set/", &large).await.with_status(201);
    let bytes = large["integers"].to_string().len();
    let s3 = FaultProxy::start(&service.aws_url, |_| Fault::Pass);
    let limits = format!("integers_read_account={}/86400", 3 * bytes);
    let settings = [("AVIARY_LIMITS", limits.as_str()), ("AWS_ENDPOINT_URL_S3", &s3.url())];
    let limited = Limited { integers: Function::start_with(&service, "integers", &settings) };
    let reads = [
        ("GET", "/integers/set/", json!({"set_id": "large"}), 200),
        ("GET", "/integers/session/", json!({}), 200),
        ("POST", "/integers/operation/", json!({"equation": "large-large", "set_id": "large"}), 201),
    ];
    for (method, path, body, status) in &reads {
        limited.ask(&account, method, path, body).with_status(*status);
    }
    let before = s3.operations().len();
    for (method, path, body, _) in &reads {
        assert_throttled(&limited.ask(&account, method, path, body), 86_400);
    }
    assert_eq!(s3.operations().len(), before, "nothing was read beyond the limit");
    limited.ask(&other, "GET", "/integers/set/", &json!({"set_id": "large"})).with_status(200);
}

/// A set of a thousand units with numbers of fifty words. Its square takes about seventy million work units.
fn heavy_set() -> String {
    let number = format!("\"{}\"", "f".repeat(800));
    let unit = |index: usize| format!(r#"{{"index":{index},"X":{number},"q":{number}}}"#);
    let list = (0..1_000).map(unit).collect::<Vec<_>>().join(",");
    format!(r#"{{"set_id":"a","encoding":"hex","integers":[{list}]}}"#)
}

/// Stores the heavy set, and returns the request that squares it.
async fn much_work(service: &Service, account: &Account) -> Value {
    let call = service.post("/integers/set/").bearer(&account.access).body("application/json", heavy_set());
    call.send().await.with_status(201);
    json!({"equation": "a*a", "set_id": "b"})
}

#[tokio::test]
async fn the_work_of_an_accounts_equations_is_limited_and_small_ones_do_not_count() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    let heavy = much_work(&service, &account).await;
    let none = Limited::start(&service, "integer_work_account=10000000/60");
    let operate =
        |limited: &Limited, account: &Account, body: &Value| limited.ask(account, "POST", "/integers/operation/", body);
    assert_throttled(&operate(&none, &account, &heavy), 60);
    service.get_as(&account, "/integers/set/?set_id=b").await.with_status(404);
    let small = json!({"set_id": "c", "integers": units(1, 2)});
    service.post_as(&account, "/integers/set/", &small).await.with_status(201);
    for _ in 0..3 {
        operate(&none, &account, &json!({"equation": "c*c", "set_id": "d"})).with_status(201);
    }
    // With room for it the same equation is computed, until the room is used up.
    let some = Limited::start(&service, "integer_work_account=100000000/3600");
    let heavy_of_other = much_work(&service, &other).await;
    let answers: Vec<u16> = (0..20).map(|_| operate(&some, &other, &heavy_of_other).status).collect();
    let passed = answers.iter().take_while(|status| **status == 201).count();
    assert!((1..20).contains(&passed), "{answers:?}");
    assert!(answers.iter().skip(passed).all(|status| *status == 429), "{answers:?}");
}

/// Another request replaces the session between the first attempt's computation and its write. The second attempt has
/// what the first left of the bound, and counts for the account too.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_attempt_of_an_equation_has_no_budget_of_its_own() {
    let service = Service::running();
    for (is_replaced, status) in [(false, 201), (true, 429)] {
        let account = service.signup().await;
        let squared = much_work(&service, &account).await;
        let (owner, done) = (account.clone(), AtomicBool::new(!is_replaced));
        let proxy = FaultProxy::start(&service.dynamodb_url, move |call| {
            if call.writes() > 1 && !done.swap(true, Ordering::SeqCst) {
                let owner = owner.clone();
                // The plan is asked inside a runtime, which cannot wait for another call.
                std::thread::spawn(move || replace_session(&owner)).join().expect("the replacement");
            }
            Fault::Pass
        });
        let url = proxy.url();
        let limits = ("AVIARY_LIMITS", "integer_work_account=100000000/3600");
        let settings = [limits, ("AWS_ENDPOINT_URL_DYNAMODB", url.as_str())];
        let limited = Limited { integers: Function::start_with(&service, "integers", &settings) };
        let answer = limited.ask(&account, "POST", "/integers/operation/", &squared);
        assert_eq!(answer.status, status, "{is_replaced}: {}", answer.text());
    }
}

fn replace_session(owner: &Account) {
    let replacing = async {
        let body = format!(r#"{{"session_id":"default","integer_sets":[{}]}}"#, heavy_set());
        let service = Service::running();
        let call = service.post("/integers/session/").bearer(&owner.access).body("application/json", body);
        call.send().await.with_status(201);
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(replacing);
}

/// One partition takes a thousand write units a second. What is sent in one request must not need more than seconds of
/// it, however it is divided into sets.
#[tokio::test]
async fn one_request_writes_few_units_into_one_partition() {
    let service = Service::running();
    let account = service.signup().await;
    let limited = Limited::start(&service, "");
    let session = |sets: usize, units_each: u64| -> Value {
        let set = |n: usize| json!({"set_id": format!("s{n}"), "integers": units(1, units_each)});
        json!({"session_id": "s", "integer_sets": (0..sets).map(set).collect::<Vec<_>>()})
    };
    let wcu = |body: &Value| {
        let event = Event::new("POST", "/integers/session/").bearer(&account.access).json(body);
        let invoked = limited.integers.invoke(event);
        invoked.answer.with_status(201);
        invoked.log["dynamodb.wcu"].as_f64().unwrap()
    };
    // 1,000 sets of 4 KB are 4 MB, as much as a request holds. 800 KB of them lie in items.
    let many = wcu(&session(1_000, 160));
    assert!((1_000.0..1_900.0).contains(&many), "{many}");
    // The same in three sets: an object each.
    let few = wcu(&session(3, 50_000));
    assert!(few < 30.0, "{few}");
    let set = json!({"set_id": "a", "integers": units(1, 100_000)});
    let event = Event::new("POST", "/integers/set/").bearer(&account.access).json(&set);
    let alone = limited.integers.invoke(event);
    let units = alone.log["dynamodb.wcu"].as_f64().unwrap();
    alone.answer.with_status(201);
    assert!(units < 30.0, "{units}");
}

/// S3 takes the price of eight write units for an object. At the bound both ways cost about the same.
#[tokio::test]
async fn an_item_at_the_bound_costs_what_an_object_does() {
    const PUT: f64 = 8.0;
    let service = Service::running();
    let account = service.signup().await;
    let limited = Limited::start(&service, "");
    let stored = |set: &str, bytes: usize| {
        let (empty, digits) = (r#"[{"index":0,"X":"","q":"AQ=="}]"#.len(), |room: usize| room / 4 * 4);
        let integers = json!([{"index": 0, "X": "Q".repeat(digits(bytes - empty)), "q": "AQ=="}]);
        let body = json!({"set_id": set, "session_id": set, "integers": integers});
        let event = Event::new("POST", "/integers/set/").bearer(&account.access).json(&body);
        let invoked = limited.integers.invoke(event);
        invoked.answer.with_status(201);
        invoked.log["dynamodb.wcu"].as_f64().unwrap()
    };
    let (item, object) = (stored("item", 6 << 10), stored("object", (6 << 10) + 100));
    let (small, large) = (stored("small", 1 << 10), stored("large", 128 << 10));
    println!(
        "write units: 1 KB {small}, 6 KB {item}; an object of 6 KB {object}, of 128 KB {large}, and {PUT} for its PUT"
    );
    assert!((item - (object + PUT)).abs() <= 4.0, "{item} units, {object} and a PUT");
    assert_eq!(object, large, "the size of an object costs no units");
    assert!(small < item);
}
