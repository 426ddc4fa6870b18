//! Tests of signing keys: the first key, and the rotation of keys.

use aviary_store::{PublicKey, SigningKey};
use futures_util::future::join_all;

use crate::fixture::{NOW, Store};

fn pair(kid: &str) -> (SigningKey, PublicKey) {
    let private = SigningKey { kid: kid.to_owned(), seed: hex_of(kid), created_at: NOW };
    (private, PublicKey { kid: kid.to_owned(), x: "AAAA".to_owned(), expires_at: None })
}

/// A seed that differs for each name.
fn hex_of(kid: &str) -> String {
    let digits: String = kid.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("{digits:0<64}")
}

#[tokio::test]
async fn the_first_key_stays_with_both_its_halves() {
    let store = Store::start().await;
    assert!(store.keys.current().await.unwrap().is_none());
    assert_eq!(store.credentials.public_keys().await.unwrap(), []);

    let (private, public) = pair("first");
    assert!(store.keys.create_first(&store.credentials, &private, &public).await.unwrap());
    let (later, later_public) = pair("later");
    assert!(!store.keys.create_first(&store.credentials, &later, &later_public).await.unwrap());

    let current = store.keys.current().await.unwrap().unwrap();
    assert_eq!((current.kid, current.seed, current.created_at), (private.kid, private.seed, NOW));
    assert_eq!(store.credentials.public_keys().await.unwrap(), [public], "no public half without its private one");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_first_keys_one_wins() {
    let store = Store::start().await;
    let pairs: Vec<_> = (0..20).map(|n| pair(&format!("key-{n}"))).collect();
    let create = |(private, public)| store.keys.create_first(&store.credentials, private, public);
    let made = join_all(pairs.iter().map(|(private, public)| create((private, public)))).await;

    let winners: Vec<_> = pairs.iter().zip(made).filter_map(|(pair, made)| made.unwrap().then_some(pair)).collect();
    let [(private, public)] = winners[..] else { panic!("{} winners", winners.len()) };
    assert_eq!(store.keys.current().await.unwrap().unwrap().kid, private.kid);
    assert_eq!(store.credentials.public_keys().await.unwrap(), std::slice::from_ref(public));
}

/// Writes a current key and publishes a next one, and returns both.
async fn published(store: &Store) -> (SigningKey, SigningKey) {
    let ((first, first_public), (next, next_public)) = (pair("first"), pair("next"));
    assert!(store.keys.create_first(&store.credentials, &first, &first_public).await.unwrap());
    assert!(store.keys.publish_next(&store.credentials, &next, &next_public).await.unwrap());
    (first, next)
}

async fn promote(store: &Store, old: &SigningKey, next: &SigningKey) -> bool {
    let (now, end) = (NOW.plus_seconds(900), NOW.plus_seconds(3_600));
    store.keys.promote_next(&store.credentials, old, next, now, end).await.unwrap()
}

async fn kids(store: &Store) -> (String, Option<String>) {
    let (current, next) = (store.keys.current().await.unwrap(), store.keys.next().await.unwrap());
    (current.unwrap().kid, next.map(|key| key.kid))
}

async fn ends(store: &Store) -> Vec<(String, Option<i64>)> {
    let keys = store.credentials.public_keys().await.unwrap();
    keys.into_iter().map(|key| (key.kid, key.expires_at)).collect()
}

#[tokio::test]
async fn a_successor_is_published_once_and_does_not_sign_yet() {
    let store = Store::start().await;
    published(&store).await;
    let (other, other_public) = pair("other");
    assert!(!store.keys.publish_next(&store.credentials, &other, &other_public).await.unwrap());
    assert_eq!(kids(&store).await, ("first".to_owned(), Some("next".to_owned())));
    assert_eq!(ends(&store).await, [("first".to_owned(), None), ("next".to_owned(), None)]);
}

#[tokio::test]
async fn a_promoted_key_signs_and_the_old_one_verifies_until_its_end() {
    let store = Store::start().await;
    let (first, next) = published(&store).await;
    let (other, _) = pair("other");
    for (old, next) in [(&other, &next), (&first, &other), (&next, &first)] {
        assert!(!promote(&store, old, next).await, "{old:?}, {next:?}");
        assert_eq!(kids(&store).await, ("first".to_owned(), Some("next".to_owned())));
    }
    assert!(promote(&store, &first, &next).await);
    assert!(!promote(&store, &first, &next).await);
    assert_eq!(kids(&store).await, ("next".to_owned(), None));
    let current = store.keys.current().await.unwrap().unwrap();
    assert_eq!((current.seed, current.created_at), (next.seed, NOW.plus_seconds(900)));
    let end = NOW.plus_seconds(3_600).seconds();
    assert_eq!(ends(&store).await, [("first".to_owned(), Some(end)), ("next".to_owned(), None)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_promotions_one_wins() {
    let store = Store::start().await;
    let (first, next) = published(&store).await;
    let done = join_all((0..20).map(|_| promote(&store, &first, &next))).await;
    assert_eq!(done.into_iter().filter(|done| *done).count(), 1);
    assert_eq!(kids(&store).await, ("next".to_owned(), None));
}

#[test]
fn a_private_key_is_never_printed() {
    let (private, _) = pair("first");
    assert_eq!(format!("{private:?}"), "SigningKey(first)");
}
