//! Tweets, reactions and follows while DynamoDB is in conflict, throttled or loses answers: nobody gets a 500, and
//! what a client asks for, and asks for again, is so once in the end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use e2e::{Answer, AwsCall, AwsError, Event, Fault, FaultProxy, Function, OwnAws, PASSWORD, claims_of, unique};
use serde_json::{Value, json};

/// So often a client asks again when it is told to wait.
const PATIENCE: usize = 8;
/// So many different requests are made.
const REQUESTS: usize = 8;

type Plan = Box<dyn Fn(usize, &AwsCall) -> Fault + Send + Sync>;

/// Somebody who has signed up.
struct Person {
    id: String,
    access: String,
}

/// `tweets` and `profiles` behind a proxy, over a local AWS of their own.
struct Cut {
    own: OwnAws,
    tweets: Function,
    profiles: Function,
    _proxy: FaultProxy,
    /// Whether the plan counts now.
    disturbed: Arc<AtomicBool>,
    faults: Arc<AtomicUsize>,
    /// How often a client was told to wait.
    waits: AtomicUsize,
    actor: Person,
    author: Person,
}

impl Cut {
    fn start(plan: Plan) -> Self {
        let own = OwnAws::start();
        let disturbed = Arc::new(AtomicBool::new(false));
        let (faults, calls) = (Arc::new(AtomicUsize::new(0)), AtomicUsize::new(0));
        let (now, hit) = (disturbed.clone(), faults.clone());
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
        Self { own, tweets, profiles, _proxy: proxy, disturbed, faults, waits: AtomicUsize::new(0), actor, author }
    }

    /// What a client does: it asks, waits when it is told to, and asks again until it knows; and once more, as if
    /// the answer had not come. Answers both.
    fn insist(&self, function: &Function, event: impl Fn() -> Event) -> [Answer; 2] {
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
                // A disturbance lasts until a client was told of it.
                self.disturbed.store(false, Ordering::SeqCst);
            }
            panic!("it never ends");
        })
    }

    fn on_tweet(&self, method: &str, path: &str) -> [Answer; 2] {
        let path = format!("/api/tweets/{path}/");
        self.insist(&self.tweets, || Event::new(method, &path).bearer(&self.actor.access))
    }

    fn on_profile(&self, method: &str, path: &str) -> [Answer; 2] {
        let path = format!("/api/profiles/{path}/");
        self.insist(&self.profiles, || Event::new(method, &path).bearer(&self.actor.access))
    }

    fn create(&self, path: &str, message: &str) -> [Answer; 2] {
        let key = unique("key-");
        let body = json!({"message": message});
        let event = || Event::new("POST", path).bearer(&self.actor.access).json(&body).header("idempotency-key", &key);
        self.insist(&self.tweets, event)
    }

    /// The items of the social table whose keys have these words in them.
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

/// Acts out everything, disturbed anew for each request, and looks at what is there. Answers how often somebody was
/// told to wait.
async fn assert_withstands(plan: Plan) -> usize {
    let cut = Cut::start(plan);
    let hello = Event::new("POST", "/tweet").bearer(&cut.author.access).json(&json!({"message": "Hello"}));
    let tweet = cut.tweets.answer(&hello.into_json()).with_status(201).field("id");
    let (me, other) = (format!("U#{}", cut.actor.id), cut.author.id.clone());
    let disturb = || cut.disturbed.store(true, Ordering::SeqCst);

    for (method, is) in [("POST", true), ("DELETE", false), ("POST", true)] {
        disturb();
        all_are(cut.on_tweet(method, &format!("{tweet}/like")), "liked", is);
        assert_eq!(cut.items(&me, "LIKE#").await.len(), usize::from(is), "{method} like");
    }
    for (method, is) in [("POST", true), ("DELETE", false)] {
        disturb();
        all_are(cut.on_profile(method, &format!("{other}/follow")), "following", is);
        assert_eq!(cut.items(&me, "FOLLOW#").await.len(), usize::from(is), "{method} follow");
    }
    assert_creates_once(&cut, &tweet, &me).await;
    assert!(cut.faults.load(Ordering::SeqCst) > 12, "only {:?} faults: no test", cut.faults);
    cut.waits.load(Ordering::SeqCst)
}

/// A comment and a tweet are made once for each key, and a deletion leaves one job.
async fn assert_creates_once(cut: &Cut, tweet: &str, me: &str) {
    let disturb = || cut.disturbed.store(true, Ordering::SeqCst);
    disturb();
    let comments = cut.create(&format!("/api/tweets/{tweet}/comments/"), "Nice").map(|answer| answer.with_status(201));
    assert_eq!(comments[0].field("id"), comments[1].field("id"));
    let found = cut.own.service.dynamodb().mentions("SocialTable", tweet).await;
    assert_eq!(found.iter().filter(|item| item["sk"]["S"] == "COMMENT").count(), 1, "{found:#?}");

    disturb();
    let mine = cut.create("/api/tweets/", "Mine").map(|answer| answer.with_status(201).field("id"));
    assert_eq!(mine[0], mine[1]);
    let found = cut.own.service.dynamodb().mentions("SocialTable", &cut.actor.id).await;
    assert_eq!(found.iter().filter(|item| item["sk"]["S"] == "TWEET").count(), 1, "{found:#?}");

    disturb();
    let [first, second] = cut.on_tweet("DELETE", &mine[0]);
    // Who is told to ask again finds that it was done.
    assert!([204, 404].contains(&first.status), "{}", first.text());
    second.with_status(404);
    assert_eq!(cut.items(&format!("T#{}", mine[0]), "").await, Vec::<Value>::new());
    assert!(cut.items(me, "TWEET#").await.is_empty(), "nothing leads to it");
    let jobs = cut.own.service.dynamodb().mentions("JobsTable", &mine[0]).await;
    assert_eq!(jobs.len(), 1, "{jobs:#?}");
}

fn is_write(call: &AwsCall) -> bool {
    ["TransactWriteItems", "PutItem", "DeleteItem", "UpdateItem"].contains(&call.operation.as_str())
}

/// Limits are counted by single writes to items that no transaction has.
fn can_conflict(call: &AwsCall) -> bool {
    is_write(call) && (call.writes() > 0 || !call.body.to_string().contains("LIMIT#"))
}

/// As DynamoDB says it of a transaction, and of a single write.
fn conflict(call: &AwsCall) -> Fault {
    Fault::Answer(match call.writes() {
        0 => AwsError::named(400, "TransactionConflictException", "Transaction is ongoing for the item"),
        writes => AwsError::transaction_conflict(writes),
    })
}

#[tokio::test]
async fn conflicts_with_transactions_are_nobodys_business() {
    let writes = AtomicUsize::new(0);
    let plan = move |_, call: &AwsCall| match can_conflict(call) && writes.fetch_add(1, Ordering::SeqCst) % 3 != 2 {
        true => conflict(call),
        false => Fault::Pass,
    };
    assert_eq!(assert_withstands(Box::new(plan)).await, 0, "nobody has to wait");
}

#[tokio::test]
async fn throttling_for_a_moment_is_waited_for() {
    let plan = |number, _: &AwsCall| if number % 3 == 0 { Fault::Answer(AwsError::throttled()) } else { Fault::Pass };
    assert_withstands(Box::new(plan)).await;
}

#[tokio::test]
async fn lost_answers_and_lost_calls_double_nothing() {
    let plan = |number, _: &AwsCall| match number % 6 {
        1 => Fault::DropAfter,
        3 => Fault::DropBefore,
        _ => Fault::Pass,
    };
    assert_withstands(Box::new(plan)).await;
}

/// Each of the following lasts until a client is told that it is to wait.
#[tokio::test]
async fn what_is_done_without_an_answer_is_not_done_again_when_the_client_asks_again() {
    // Whether the request may be made is known; what it does is not.
    let is_deed = |call: &AwsCall| is_write(call) && call.body.to_string().contains("SocialTable");
    let plan = move |_, call: &AwsCall| if is_deed(call) { Fault::DropAfter } else { Fault::Pass };
    assert!(assert_withstands(Box::new(plan)).await >= REQUESTS);
}

#[tokio::test]
async fn conflicts_that_last_are_told_with_a_time_to_wait() {
    let plan = |_, call: &AwsCall| if can_conflict(call) { conflict(call) } else { Fault::Pass };
    assert!(assert_withstands(Box::new(plan)).await >= REQUESTS);
}

#[tokio::test]
async fn throttling_that_lasts_is_told_with_a_time_to_wait() {
    let plan = |_, _: &AwsCall| Fault::Answer(AwsError::throttled());
    assert!(assert_withstands(Box::new(plan)).await >= REQUESTS);
}
