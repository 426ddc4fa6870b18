//! Tests of retries: which errors are retried, and how often.

use aviary_store::{Reactions, RegistrationError, StoreError, Task};
use aviary_telemetry::Meter;
use serde_json::{Value, json};

use crate::dynamodb::scripted::{Scripted, cancelled, refusal};
use crate::fixture::{NOW, Names, session_id, storage, user};

/// The number of writes of a registration without an address.
const PLACES: usize = 5;

fn reasons(of: &[(usize, &'static str)]) -> (u16, Value) {
    let mut codes = ["None"; PLACES];
    for (place, code) in of {
        codes[*place] = code;
    }
    cancelled(&codes)
}

#[tokio::test]
async fn a_conflicting_transaction_is_retried_unchanged() {
    let conflict = reasons(&[(1, "TransactionConflict")]);
    let throttled = reasons(&[(0, "ThrottlingError")]);
    let dynamodb = Scripted::start(vec![conflict, throttled, (200, json!({}))]).await;
    let meter = Meter::default();
    meter.scope(dynamodb.register()).await.unwrap();
    assert_eq!((meter.cost().calls, meter.cost().round_trips), (3, 3));

    let requests = dynamodb.requests();
    assert_eq!(requests.len(), 3);
    assert!(requests[0]["ClientRequestToken"].as_str().is_some_and(|token| token.len() == 32));
    assert_eq!(requests[0]["TransactItems"].as_array().unwrap().len(), PLACES);
    assert!(requests.iter().all(|request| *request == requests[0]));
}

#[tokio::test]
async fn two_transactions_have_two_client_tokens() {
    let dynamodb = Scripted::start(vec![(200, json!({}))]).await;
    dynamodb.register().await.unwrap();
    dynamodb.register().await.unwrap();
    let requests = dynamodb.requests();
    assert_ne!(requests[0]["ClientRequestToken"], requests[1]["ClientRequestToken"]);
}

#[tokio::test]
async fn conditions_are_checked_again_after_a_conflict() {
    let half = reasons(&[(0, "TransactionConflict"), (1, "ConditionalCheckFailed")]);
    let dynamodb = Scripted::start(vec![half.clone(), (200, json!({}))]).await;
    dynamodb.register().await.unwrap();
    assert_eq!(dynamodb.requests().len(), 2);

    let dynamodb = Scripted::start(vec![half, reasons(&[(1, "ConditionalCheckFailed")])]).await;
    let refused = dynamodb.register().await.unwrap_err();
    assert!(matches!(refused, RegistrationError::Taken { username: true, email: false }), "{refused:?}");
}

#[tokio::test]
async fn a_conflict_is_given_up_after_six_attempts() {
    let dynamodb = Scripted::start(vec![reasons(&[(1, "TransactionConflict")])]).await;
    let error = dynamodb.register().await.unwrap_err();
    assert!(matches!(error, RegistrationError::Store(StoreError::Passing(_))), "{error:?}");
    assert_eq!(dynamodb.requests().len(), 6);
}

/// If the store's retries multiplied the SDK's, the function would time out.
#[tokio::test]
async fn errors_that_the_sdk_retried_are_not_retried_again() {
    let dynamodb = Scripted::start(vec![(503, refusal("ServiceUnavailable"))]).await;
    let error = dynamodb.register().await.unwrap_err();
    assert!(matches!(error, RegistrationError::Store(StoreError::Passing(_))), "{error:?}");
    assert_eq!(dynamodb.requests().len(), 3);
}

#[tokio::test]
async fn permanent_errors_are_not_retried() {
    for code in ["ValidationError", "ItemCollectionSizeLimitExceeded"] {
        let dynamodb = Scripted::start(vec![reasons(&[(2, code)])]).await;
        let error = dynamodb.register().await.unwrap_err();
        let is_permanent = match &error {
            RegistrationError::Store(StoreError::Rejected(_)) => code == "ValidationError",
            RegistrationError::Store(StoreError::Full(_)) => code == "ItemCollectionSizeLimitExceeded",
            _ => false,
        };
        assert!(is_permanent, "{error:?}");
        assert_eq!(dynamodb.requests().len(), 1, "{code}");
    }
}

#[tokio::test]
async fn only_unprocessed_keys_are_requested_again() {
    let (ada, sid) = (user("ada", None).id, session_id());
    let table = Names::of(&storage("scripted")).credentials;
    let principal_key = json!({"pk": {"S": format!("U#{ada}")}, "sk": {"S": "PRINCIPAL"}});
    let session_key = json!({"pk": {"S": format!("U#{ada}")}, "sk": {"S": format!("S#{sid}")}});
    let mut principal = principal_key.clone();
    principal["epoch"] = json!({"N": "3"});
    principal["active"] = json!({"BOOL": true});
    principal["staff"] = json!({"BOOL": false});
    let left = json!({"ConsistentRead": true, "Keys": [principal_key]});
    let first = json!({"Responses": {&*table: []}, "UnprocessedKeys": {&*table: left}});
    let second = json!({"Responses": {&*table: [principal]}, "UnprocessedKeys": {}});
    let dynamodb = Scripted::start(vec![(200, first), (200, second)]).await;

    let meter = Meter::default();
    let standing = meter.scope(dynamodb.store.credentials.caller_state(ada, sid)).await.unwrap();
    assert_eq!(standing.principal.unwrap().epoch, 3);
    assert!(standing.session.is_none());
    assert_eq!(meter.cost().round_trips, 2);

    let requests = dynamodb.requests();
    assert_eq!(requests[0]["RequestItems"][&table]["Keys"], json!([principal_key, session_key]));
    assert_eq!(requests[1]["RequestItems"][&table], left);
}

#[tokio::test]
async fn unprocessed_keys_are_given_up_after_six_attempts() {
    let (ada, sid) = (user("ada", None).id, session_id());
    let table = Names::of(&storage("scripted")).credentials;
    let key = json!({"pk": {"S": format!("U#{ada}")}, "sk": {"S": "PRINCIPAL"}});
    let answer = json!({"UnprocessedKeys": {&*table: {"Keys": [key]}}});
    let dynamodb = Scripted::start(vec![(200, answer)]).await;
    let error = dynamodb.store.credentials.caller_state(ada, sid).await.unwrap_err();
    assert!(matches!(error, StoreError::Passing(_)), "{error:?}");
    assert_eq!(dynamodb.requests().len(), 6);
}

impl Scripted {
    async fn register(&self) -> Result<(), RegistrationError> {
        self.store.register(&user("ada", None)).await
    }
}

/// Other requests write the same item in transactions, such as its counters.
#[tokio::test]
async fn a_single_write_in_conflict_with_a_transaction_is_retried() {
    let conflict = (400, refusal("TransactionConflictException"));
    let reactions = |dynamodb: &Scripted| Reactions::new(&dynamodb.store.social);
    let (actor, comment) = (user("wren", None).id, "019a0000-0000-7000-8000-0000000000aa".parse().unwrap());

    let dynamodb = Scripted::start(vec![conflict.clone(), conflict.clone(), (200, json!({}))]).await;
    assert!(!reactions(&dynamodb).unlike_comment(actor, comment).await.unwrap());
    assert_eq!(dynamodb.requests().len(), 3);

    let dynamodb = Scripted::start(vec![conflict.clone(), (200, json!({}))]).await;
    let job = dynamodb.store.jobs.job(Task::SweepSessions { user: actor }, NOW).unwrap();
    dynamodb.store.jobs.put(&job).await.unwrap();
    assert_eq!(dynamodb.requests().len(), 2);

    let dynamodb = Scripted::start(vec![conflict]).await;
    let error = reactions(&dynamodb).unlike_comment(actor, comment).await.unwrap_err();
    assert!(matches!(error, StoreError::Passing(_)), "{error:?}");
}
