//! The cost of operations in calls, round trips and capacity, as a request's meter counts them.
//!
//! Round trips and reads are exact. Writes have a lower and an upper bound, because DynamoDB and its replacements count
//! the cost of transactions and indexes differently.

use std::future::Future;
use std::ops::RangeInclusive;

use aviary_model::{Family, GRACE_MILLIS, NameKey, Timestamp, TweetId, TweetText, UserId};
use aviary_store::{ProfileChange, PublicKey, SigningKey, Tweet};
use aviary_telemetry::{Cost, Meter};

use crate::credentials::refresh_families::open;
use crate::fixture::{NOW, Random, Store, random_token, session_id, user};

async fn cost(operation: impl Future) -> Cost {
    let meter = Meter::default();
    meter.scope(operation).await;
    meter.cost()
}

async fn reads(operation: impl Future, calls: u32, units: f64) {
    let cost = cost(operation).await;
    assert_eq!(cost, Cost { calls, round_trips: calls, rcu: units, wcu: 0.0 });
}

/// A write is one call, whatever it writes.
async fn writes(operation: impl Future, units: RangeInclusive<f64>) {
    let cost = cost(operation).await;
    assert_eq!((cost.calls, cost.round_trips), (1, 1), "{cost:?}");
    assert!(cost.rcu == 0.0 && units.contains(&cost.wcu), "{cost:?} is not within {units:?}");
}

#[tokio::test]
async fn a_read_by_key_is_one_round_trip_and_one_unit() {
    let store = Store::start().await;
    let id = store.registered("ada").await.id;
    let (ada, nobody) = (NameKey::of("ada"), NameKey::of("nobody"));
    reads(async { store.accounts.by_id(id).await.unwrap().unwrap() }, 1, 1.0).await;
    reads(async { store.accounts.owner_of(&ada).await.unwrap().unwrap() }, 1, 1.0).await;
    reads(async { store.accounts.owner_of(&nobody).await.unwrap() }, 1, 1.0).await;
    reads(async { store.credentials.principal(id).await.unwrap().unwrap() }, 1, 1.0).await;
    reads(async { store.credentials.by_device_token("hash").await.unwrap() }, 1, 1.0).await;
    reads(async { store.credentials.by_web_session("hash").await.unwrap() }, 1, 1.0).await;
    reads(async { store.credentials.family(id, session_id()).await.unwrap() }, 1, 1.0).await;
    reads(async { store.credentials.check().await.unwrap() }, 1, 1.0).await;
    reads(async { store.profiles.by_id(id).await.unwrap().unwrap() }, 1, 1.0).await;
    reads(async { store.profiles.by_name(&ada).await.unwrap().unwrap() }, 2, 2.0).await;
    reads(async { store.profiles.by_name(&nobody).await.unwrap() }, 1, 1.0).await;
    reads(async { store.keys.current().await.unwrap() }, 1, 1.0).await;
}

#[tokio::test]
async fn a_callers_state_is_read_in_one_round_trip() {
    let store = Store::start().await;
    let opened = open(&store).await;
    reads(async { store.credentials.caller_state(opened.user, opened.sid).await.unwrap() }, 1, 2.0).await;
}

#[tokio::test]
async fn a_registration_with_sessions_is_one_round_trip() {
    let store = Store::start().await;
    let ada = user("ada", Some("ada@example.com"));
    // Six items of one or two units each, and at most two units for each of three index entries.
    writes(async { store.register(&ada).await.unwrap() }, 6.0..=18.0).await;

    let bob = user("bob", Some("bob@example.com"));
    let family = Family::new(random_token(), random_token(), NOW, NOW.plus_seconds(60));
    let sign_in = store.sign_in(bob.id).with_family(session_id(), &family).unwrap();
    let sign_in = sign_in.with_device_token(session_id(), "hash", &[]).unwrap();
    let registration = store.registration(&bob).with_sign_in(sign_in);
    // In addition, a family and the three items of a device token.
    writes(async { registration.commit().await.unwrap() }, 10.0..=26.0).await;
}

#[tokio::test]
async fn a_refused_registration_is_one_round_trip() {
    let store = Store::start().await;
    store.registered("ada").await;
    let cost = cost(async { store.register(&user("ada", None)).await.unwrap_err() }).await;
    assert_eq!((cost.calls, cost.round_trips), (1, 1));
}

#[tokio::test]
async fn each_write_to_a_family_is_one_round_trip() {
    let store = Store::start().await;
    let opened = open(&store).await;
    let (user, old) = (opened.user, opened.family.clone());
    let later = Timestamp::from_millis(NOW.millis() + GRACE_MILLIS);
    let fresh = random_token();
    let another = Family { next: random_token(), ..old.clone() };

    let open = async { store.open_family(user, session_id(), &old).await.unwrap() };
    // The session, and the number of the user's sessions; each counts twice in a transaction.
    writes(open, 1.0..=4.0).await;
    writes(opened.promote(&store, &old.next, &fresh, later), 1.0..=1.0).await;
    let refused = cost(opened.promote(&store, &old.next, &fresh, later)).await;
    assert_eq!((refused.calls, refused.round_trips), (1, 1), "the refusal brings the family with it");
    let now = opened.stored(&store).await;
    let replace = async {
        assert!(store.credentials.replace_family(user, opened.sid, &now, &another).await.unwrap());
    };
    writes(replace, 1.0..=1.0).await;
    writes(async { store.credentials.revoke_family(user, opened.sid).await.unwrap() }, 1.0..=1.0).await;
}

#[tokio::test]
async fn tweets_and_profiles_are_written_in_one_round_trip() {
    let store = Store::start().await;
    let author = store.registered("ada").await.id;
    let tweet = tweet(author);
    // The item, an index entry, and its entry in the author's list; each counts twice in a transaction.
    writes(async { store.tweets.create(&tweet, &[], None).await.unwrap() }, 2.0..=6.0).await;
    reads(async { store.tweets.by_id(tweet.id).await.unwrap().unwrap() }, 1, 1.0).await;
    // As above, and the job.
    writes(async { assert!(store.tweets.delete(&tweet, &store.jobs, NOW).await.unwrap()) }, 3.0..=10.0).await;
    let change = ProfileChange { bio: Some(aviary_model::Bio::parse("bird").unwrap()), ..ProfileChange::default() };
    writes(async { store.profiles.change(author, &change).await.unwrap().unwrap() }, 1.0..=2.0).await;
    let nothing = ProfileChange::default();
    reads(async { store.profiles.change(author, &nothing).await.unwrap().unwrap() }, 1, 1.0).await;
}

#[tokio::test]
async fn keys_are_created_and_read_in_one_round_trip_each() {
    let store = Store::start().await;
    let private = SigningKey { kid: "first".to_owned(), seed: "17".repeat(32), created_at: NOW };
    let public = PublicKey { kid: "first".to_owned(), x: "AAAA".to_owned(), expires_at: None };
    let create = async { store.keys.create_first(&store.credentials, &private, &public).await.unwrap() };
    writes(create, 2.0..=4.0).await;
    reads(async { store.credentials.public_keys().await.unwrap() }, 1, 1.0).await;
}

fn tweet(author: UserId) -> Tweet {
    let id = TweetId::new(NOW, &Random).unwrap();
    Tweet::new(id, author, TweetText::parse("hello").unwrap(), NOW)
}
