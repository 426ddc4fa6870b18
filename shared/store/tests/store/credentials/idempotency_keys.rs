//! Tests of idempotency keys: of the requests that claim one key, one does the work, and the others get its result.

use aviary_model::{Bio, Timestamp, UserId};
use aviary_store::{ClaimOutcome, IdempotencyClaim, RegistrationError, StoreError};
use futures_util::future::join_all;

use crate::fixture::{NOW, Store, user};

const DAY: i64 = 24 * 3_600;
/// The time at which a claim that was not settled expires.
const LAPSED: Timestamp = Timestamp::from_millis(NOW.millis() + 60_000);

async fn ask(store: &Store, body: &str, now: Timestamp) -> ClaimOutcome {
    store.credentials.claim_idempotency_key(None, "key", body, now).await.unwrap()
}

async fn claimed(store: &Store, body: &str, now: Timestamp) -> IdempotencyClaim {
    match ask(store, body, now).await {
        ClaimOutcome::New(claim) => claim,
        other => panic!("{other:?}"),
    }
}

/// Does work that settles the key: a signup. Returns the new user's id.
async fn work(store: &Store, name: &str, claim: &IdempotencyClaim) -> Result<UserId, RegistrationError> {
    let user = user(name, None);
    let registration = store.registration(&user).with_claim(claim.clone());
    registration.commit().await.map(|()| user.id)
}

#[tokio::test]
async fn a_key_is_under_way_then_done_and_free_after_a_day() {
    let store = Store::start().await;
    let claim = claimed(&store, "body", NOW).await;
    let just_before = Timestamp::from_millis(LAPSED.millis() - 1);
    for now in [NOW, just_before] {
        assert_eq!(ask(&store, "body", now).await, ClaimOutcome::UnderWay);
        assert_eq!(ask(&store, "other", now).await, ClaimOutcome::OtherBody);
    }
    let id = work(&store, "ada", &claim).await.unwrap();
    for now in [NOW, LAPSED, NOW.plus_seconds(DAY - 1)] {
        assert_eq!(ask(&store, "body", now).await, ClaimOutcome::Done(id.to_string()));
        assert_eq!(ask(&store, "other", now).await, ClaimOutcome::OtherBody);
    }
    let again = claimed(&store, "other", NOW.plus_seconds(DAY)).await;
    work(&store, "bob", &again).await.unwrap();
}

#[tokio::test]
async fn claims_of_other_keys_and_users_are_independent() {
    let store = Store::start().await;
    claimed(&store, "body", NOW).await;
    let (ada, bob) = (user("ada", None).id, user("bob", None).id);
    for (whose, key) in [(None, "another key"), (Some(ada), "key"), (Some(bob), "key")] {
        let other = store.credentials.claim_idempotency_key(whose, key, "other", NOW).await.unwrap();
        assert!(matches!(other, ClaimOutcome::New(_)), "{whose:?} {key}: {other:?}");
    }
}

#[tokio::test]
async fn an_expired_claim_is_taken_over_and_its_owner_refused() {
    let store = Store::start().await;
    let first = claimed(&store, "body", NOW).await;
    let second = claimed(&store, "body", LAPSED).await;
    let before = store.items().await;
    let late = work(&store, "ada", &first).await.unwrap_err();
    assert!(matches!(late, RegistrationError::Store(StoreError::Passing(_))), "{late:?}");
    store.credentials.release_idempotency_key(&first).await.unwrap();
    assert_eq!(store.items().await, before, "neither work nor claim of the late one");

    let id = work(&store, "ada", &second).await.unwrap();
    assert_eq!(ask(&store, "body", LAPSED).await, ClaimOutcome::Done(id.to_string()));
}

#[tokio::test]
async fn a_released_key_is_free_but_a_settled_one_stays_settled() {
    let store = Store::start().await;
    let refused = claimed(&store, "body", NOW).await;
    store.credentials.release_idempotency_key(&refused).await.unwrap();
    assert_eq!(store.items().await, 0);

    let claim = claimed(&store, "body", NOW.plus_seconds(1)).await;
    store.credentials.release_idempotency_key(&refused).await.unwrap();
    assert_eq!(ask(&store, "body", NOW.plus_seconds(1)).await, ClaimOutcome::UnderWay, "it was another's claim");
    let id = work(&store, "ada", &claim).await.unwrap();
    store.credentials.release_idempotency_key(&claim).await.unwrap();
    assert_eq!(ask(&store, "body", NOW.plus_seconds(1)).await, ClaimOutcome::Done(id.to_string()));
}

#[tokio::test]
async fn a_claim_is_settled_once() {
    let store = Store::start().await;
    let claim = claimed(&store, "body", NOW).await;
    let id = work(&store, "ada", &claim).await.unwrap();
    let late = work(&store, "bob", &claim).await.unwrap_err();
    assert!(matches!(late, RegistrationError::Store(StoreError::Passing(_))), "{late:?}");
    assert_eq!(ask(&store, "body", NOW).await, ClaimOutcome::Done(id.to_string()));
}

#[tokio::test]
async fn refused_work_does_not_settle_the_key() {
    let store = Store::start().await;
    let ada = store.registered("ada").await;
    let bio = Bio::parse("likes birds").unwrap();
    let claim = claimed(&store, "body", NOW).await;
    let settle = |result: &str| Some((&claim, &store.credentials, result.to_owned()));
    let taken = work(&store, "ADA", &claim).await.unwrap_err();
    assert!(matches!(taken, RegistrationError::Taken { username: true, email: false }), "{taken:?}");
    let nobody = user("nobody", None).id;
    assert!(!store.profiles.create_for_service(nobody, Some(&bio), settle("nobody")).await.unwrap());
    assert_eq!(ask(&store, "body", NOW).await, ClaimOutcome::UnderWay);

    assert!(store.profiles.create_for_service(ada.id, Some(&bio), settle("ada")).await.unwrap());
    assert_eq!(ask(&store, "body", NOW).await, ClaimOutcome::Done("ada".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_concurrent_claims_one_is_new() {
    let store = Store::start().await;
    for now in [NOW, LAPSED] {
        let answers = join_all((0..20).map(|_| ask(&store, "body", now))).await;
        let works = answers.iter().filter(|answer| matches!(answer, ClaimOutcome::New(_))).count();
        let waits = answers.iter().filter(|answer| **answer == ClaimOutcome::UnderWay).count();
        assert_eq!((works, waits), (1, 19), "{answers:?}");
    }
}
