//! A signup while DynamoDB has conflicts, loses answers or throttles, for a moment or longer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use e2e::{Answer, AwsCall, AwsError, Event, Fault, FaultProxy, Function, PASSWORD, Service, unique};
use serde_json::json;

/// `auth` behind a proxy in front of DynamoDB.
struct FaultyAuth {
    auth: Function,
    proxy: FaultProxy,
}

impl FaultyAuth {
    fn start(service: &Service, plan: impl Fn(&AwsCall) -> Fault + Send + Sync + 'static) -> Self {
        let proxy = FaultProxy::start(&service.dynamodb_url, plan);
        let settings = [("AWS_ENDPOINT_URL_DYNAMODB", proxy.url())];
        let settings = settings.each_ref().map(|(name, value)| (*name, value.as_str()));
        Self { auth: Function::start_with(service, "auth", &settings), proxy }
    }

    fn signup(&self, username: &str) -> Answer {
        let body = json!({"username": username, "password": PASSWORD});
        self.auth.invoke(Event::new("POST", "/auth/users/").json(&body)).answer
    }

    fn transactions(&self) -> usize {
        self.proxy.operations().iter().filter(|name| *name == "TransactWriteItems").count()
    }
}

/// A plan with this fault for the first `count` transactions.
fn first_transactions(count: usize, fault: impl Fn(&AwsCall) -> Fault) -> impl Fn(&AwsCall) -> Fault {
    let seen = AtomicUsize::new(0);
    move |call| {
        let hit = call.operation == "TransactWriteItems" && seen.fetch_add(1, Ordering::SeqCst) < count;
        if hit { fault(call) } else { Fault::Pass }
    }
}

async fn assert_is_there_once(service: &Service, username: &str) {
    let profiles = service.dynamodb().mentions("SocialTable", username).await;
    assert_eq!(profiles.len(), 2, "a profile and its name: {profiles:?}");
}

#[tokio::test]
async fn a_signup_in_conflict_with_other_transactions_is_retried() {
    let service = Service::running();
    let conflict = |call: &AwsCall| Fault::Answer(AwsError::transaction_conflict(call.writes()));
    let faulty = FaultyAuth::start(&service, first_transactions(3, conflict));
    let username = unique("wren");
    faulty.signup(&username).with_status(201);
    assert_eq!(faulty.transactions(), 4, "three in conflict, and one that succeeds");
    assert_is_there_once(&service, &username).await;
}

#[tokio::test]
async fn a_signup_whose_answer_was_lost_is_recognised_by_its_token() {
    let service = Service::running();
    for lost in [Fault::DropAfter, Fault::DropBefore, Fault::Answer(AwsError::internal())] {
        let faulty = FaultyAuth::start(&service, first_transactions(1, move |_| lost.clone()));
        let username = unique("wren");
        faulty.signup(&username).with_status(201);
        assert_eq!(faulty.transactions(), 2);
        assert_is_there_once(&service, &username).await;
    }
}

#[tokio::test]
async fn lasting_throttling_is_answered_with_retry_after_and_leaves_nothing() {
    let service = Service::running();
    let throttled = Arc::new(AtomicBool::new(false));
    let now = throttled.clone();
    let faulty = FaultyAuth::start(&service, move |_| match now.load(Ordering::SeqCst) {
        true => Fault::Answer(AwsError::throttled()),
        false => Fault::Pass,
    });
    let username = unique("wren");
    let account = service.signup().await;
    let me = || faulty.auth.invoke(Event::new("GET", "/auth/users/me/").bearer(&account.access)).answer;
    me().with_status(200);
    throttled.store(true, Ordering::SeqCst);
    for answer in [faulty.signup(&username), me()] {
        assert_eq!(answer.status, 503, "{}", answer.text());
        let seconds: u64 = answer.header("retry-after").expect("Retry-After").parse().expect("seconds");
        assert!(seconds > 0);
    }
    assert!(service.dynamodb().mentions("SocialTable", &username).await.is_empty());
    throttled.store(false, Ordering::SeqCst);
    me().with_status(200);
    faulty.signup(&username).with_status(201);
}
