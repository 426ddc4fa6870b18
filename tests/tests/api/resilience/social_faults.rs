//! Tweets, reactions and follows under conflicts, throttling and lost answers of DynamoDB: no request is a 500, and a
//! request that the client repeats takes effect once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use e2e::{Answer, AwsCall, AwsError, Event, Fault, FaultProxy, Function, OwnAws, PASSWORD, claims_of, unique};
use serde_json::{Value, json};

/// How often a client repeats a request that it is told to wait with.
const PATIENCE: usize = 8;
/// The number of different requests.
const REQUESTS: usize = 8;

type Plan = Box<dyn Fn(usize, &AwsCall) -> Fault + Send + Sync>;

/// An account that has signed up.
struct Person {
    id: String,
    access: String,
}

/// `tweets` and `profiles` behind a proxy, on a local AWS of their own.
struct FaultyService {
    own: OwnAws,
    tweets: Function,
    profiles: Function,
    _proxy: FaultProxy,
    /// Does the plan cause faults now?
    faulty: Arc<AtomicBool>,
    faults: Arc<AtomicUsize>,
    /// The number of answers that told a client to wait.
    waits: AtomicUsize,
    actor: Person,
    author: Person,
}

impl FaultyService {
    fn start(plan: Plan) -> Self {
        let own = OwnAws::start();
        let faulty = Arc::new(AtomicBool::new(false));
        let (faults, calls) = (Arc::new(AtomicUsize::new(0)), AtomicUsize::new(0));
        let (now, hit) = (faulty.clone(), faults.clone());
        let proxy = FaultProxy::start(&own.service.dynamodb_url, move |call| {
            if !now.load(Ordering::SeqCst) {
                return Fault::Pass;
            }
            let fault = plan(calls.fetch_add(1, Ordering::SeqCst), call);
            hit.fetch_add(usize::from(fault != Fault::Pass), Ordering::SeqCst);
            fault
        });
        let url = proxy.url();
        let start = |name| Function::start_with(&own.service, name, &[("AWS_ENDPOINT_URL_DYNAMODB", url.as_str())]);
        let (tweets, profiles) = (start("tweets"), start("profiles"));
        let auth = Function::start(&own.service, "auth");
        let (actor, author) = (signup(&auth), signup(&auth));
        Self { own, tweets, profiles, _proxy: proxy, faulty, faults, waits: AtomicUsize::new(0), actor, author }
    }

    /// Sends a request as a client does, again while it is told to wait, until it gets a result; then once more, as if
    /// the result had been lost. Returns both results.
    fn send_until_answered(&self, function: &Function, event: impl Fn() -> Event) -> [Answer; 2] {
        [(); 2].map(|()| {
            for _ in 0..PATIENCE {
                let answer = function.answer(&event().into_json());
                match answer.status {
                    // The first request with this key may still count as under way.
                    409 => {}
                    503 => {
                        let seconds = answer.header("retry-after").expect("Retry-After").parse::<u32>().unwrap();
                        assert!(seconds > 0);
                        self.waits.fetch_add(1, Ordering::SeqCst);
                    }
                    status => {
                        assert!(status < 500, "{status}: {}", answer.text());
                        return answer;
                    }
                }
                // The faults last until the client was told to wait.
                self.faulty.store(false, Ordering::SeqCst);
            }
            panic!("the request never gets a result");
        })
    }

    fn on_tweet(&self, method: &str, path: &str) -> [Answer; 2] {
        let path = format!("/api/tweets/{path}/");
        self.send_until_answered(&self.tweets, || Event::new(method, &path).bearer(&self.actor.access))
    }

    fn on_profile(&self, method: &str, path: &str) -> [Answer; 2] {
        let path = format!("/api/profiles/{path}/");
        self.send_until_answered(&self.profiles, || Event::new(method, &path).bearer(&self.actor.access))
    }

    fn create(&self, path: &str, message: &str) -> [Answer; 2] {
        let key = unique("key-");
        let body = json!({"message": message});
        let event = || Event::new("POST", path).bearer(&self.actor.access).json(&body).header("idempotency-key", &key);
        self.send_until_answered(&self.tweets, event)
    }

    /// The items of the social table with this partition key, whose sort keys begin with `sk`.
    async fn items(&self, pk: &str, sk: &str) -> Vec<Value> {
        let found = self.own.service.dynamodb().mentions("SocialTable", pk).await;
        let is_it = |item: &Value| item["pk"]["S"] == pk && item["sk"]["S"].as_str().unwrap().starts_with(sk);
        found.into_iter().filter(is_it).collect()
    }
}

fn signup(auth: &Function) -> Person {
    let body = json!({"username": unique("wren"), "password": PASSWORD});
    let answer = auth.answer(&Event::new("POST", "/api/auth/signup/").json(&body).into_json()).with_status(201);
    let access = answer.field("access");
    Person { id: claims_of(&access)["user_id"].as_str().unwrap().to_owned(), access }
}

fn all_are(answers: [Answer; 2], key: &str, value: bool) {
    for answer in answers {
        assert_eq!(answer.with_status(200).json()[key], value);
    }
}

/// Sends every kind of request, each under the faults of the plan, and checks the items. Returns the number of answers
/// that told a client to wait.
async fn assert_withstands(plan: Plan) -> usize {
    let faulty_service = FaultyService::start(plan);
    let hello =
        Event::new("POST", "/api/tweets/").bearer(&faulty_service.author.access).json(&json!({"message": "Hello"}));
    let tweet = faulty_service.tweets.answer(&hello.into_json()).with_status(201).field("id");
    let (me, works) = (format!("U#{}", faulty_service.actor.id), format!("W#{}", faulty_service.actor.id));
    let other = faulty_service.author.id.clone();
    let start_faults = || faulty_service.faulty.store(true, Ordering::SeqCst);

    for (method, is) in [("POST", true), ("DELETE", false), ("POST", true)] {
        start_faults();
        all_are(faulty_service.on_tweet(method, &format!("{tweet}/like")), "liked", is);
        assert_eq!(faulty_service.items(&works, "LIKE#").await.len(), usize::from(is), "{method} like");
    }
    for (method, is) in [("POST", true), ("DELETE", false)] {
        start_faults();
        all_are(faulty_service.on_profile(method, &format!("{other}/follow")), "following", is);
        assert_eq!(faulty_service.items(&me, "FOLLOW#").await.len(), usize::from(is), "{method} follow");
    }
    assert_creates_once(&faulty_service, &tweet, &works).await;
    assert!(
        faulty_service.faults.load(Ordering::SeqCst) > 12,
        "only {:?} faults: the test proves nothing",
        faulty_service.faults
    );
    faulty_service.waits.load(Ordering::SeqCst)
}

/// A comment and a tweet are created once for each key, and a deletion leaves one pending job.
async fn assert_creates_once(faulty_service: &FaultyService, tweet: &str, works: &str) {
    let start_faults = || faulty_service.faulty.store(true, Ordering::SeqCst);
    start_faults();
    let comments =
        faulty_service.create(&format!("/api/tweets/{tweet}/comments/"), "Nice").map(|answer| answer.with_status(201));
    assert_eq!(comments[0].field("id"), comments[1].field("id"));
    let found = faulty_service.own.service.dynamodb().mentions("SocialTable", tweet).await;
    assert_eq!(found.iter().filter(|item| item["sk"]["S"] == "COMMENT").count(), 1, "{found:#?}");

    start_faults();
    let mine = faulty_service.create("/api/tweets/", "Mine").map(|answer| answer.with_status(201).field("id"));
    assert_eq!(mine[0], mine[1]);
    let found = faulty_service.own.service.dynamodb().mentions("SocialTable", &faulty_service.actor.id).await;
    assert_eq!(found.iter().filter(|item| item["sk"]["S"] == "TWEET").count(), 1, "{found:#?}");

    start_faults();
    let [first, second] = faulty_service.on_tweet("DELETE", &mine[0]);
    // A client that was told to wait may find the tweet deleted already.
    assert!([204, 404].contains(&first.status), "{}", first.text());
    second.with_status(404);
    assert_eq!(faulty_service.items(&format!("T#{}", mine[0]), "").await, Vec::<Value>::new());
    assert!(faulty_service.items(works, "TWEET#").await.is_empty(), "an index item still names it");
    let jobs = faulty_service.own.service.dynamodb().mentions("JobsTable", &mine[0]).await;
    assert_eq!(jobs.len(), 1, "{jobs:#?}");
}

fn is_write(call: &AwsCall) -> bool {
    ["TransactWriteItems", "PutItem", "DeleteItem", "UpdateItem"].contains(&call.operation.as_str())
}

/// Counters of limits are single writes to items that no transaction writes.
fn can_conflict(call: &AwsCall) -> bool {
    is_write(call) && (call.writes() > 0 || !call.body.to_string().contains("LIMIT#"))
}

/// The error of DynamoDB for a transaction, or for a single write.
fn conflict(call: &AwsCall) -> Fault {
    Fault::Answer(match call.writes() {
        0 => AwsError::named(400, "TransactionConflictException", "Transaction is ongoing for the item"),
        writes => AwsError::transaction_conflict(writes),
    })
}

#[tokio::test]
async fn clients_do_not_notice_conflicts_of_transactions() {
    let writes = AtomicUsize::new(0);
    let plan = move |_, call: &AwsCall| match can_conflict(call) && writes.fetch_add(1, Ordering::SeqCst) % 3 != 2 {
        true => conflict(call),
        false => Fault::Pass,
    };
    assert_eq!(assert_withstands(Box::new(plan)).await, 0, "no client has to wait");
}

#[tokio::test]
async fn clients_do_not_notice_short_throttling() {
    let plan = |number, _: &AwsCall| if number % 3 == 0 { Fault::Answer(AwsError::throttled()) } else { Fault::Pass };
    assert_withstands(Box::new(plan)).await;
}

#[tokio::test]
async fn lost_answers_and_lost_calls_duplicate_nothing() {
    let plan = |number, _: &AwsCall| match number % 6 {
        1 => Fault::DropAfter,
        3 => Fault::DropBefore,
        _ => Fault::Pass,
    };
    assert_withstands(Box::new(plan)).await;
}

/// These faults, and those of the following tests, last until the client is told to wait.
#[tokio::test]
async fn a_repeat_after_a_lost_answer_takes_no_second_effect() {
    // Only writes to the social table lose their answers, not the counters of limits.
    let is_social_write = |call: &AwsCall| is_write(call) && call.body.to_string().contains("SocialTable");
    let plan = move |_, call: &AwsCall| if is_social_write(call) { Fault::DropAfter } else { Fault::Pass };
    assert!(assert_withstands(Box::new(plan)).await >= REQUESTS);
}

#[tokio::test]
async fn lasting_conflicts_are_answered_with_retry_after() {
    let plan = |_, call: &AwsCall| if can_conflict(call) { conflict(call) } else { Fault::Pass };
    assert!(assert_withstands(Box::new(plan)).await >= REQUESTS);
}

#[tokio::test]
async fn lasting_throttling_is_answered_with_retry_after() {
    let plan = |_, _: &AwsCall| Fault::Answer(AwsError::throttled());
    assert!(assert_withstands(Box::new(plan)).await >= REQUESTS);
}
