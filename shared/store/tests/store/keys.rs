//! The first signing key.

use aviary_store::{PublicKey, SigningKey};
use futures_util::future::join_all;

use crate::fixture::{NOW, Store};

fn pair(kid: &str) -> (SigningKey, PublicKey) {
    let private = SigningKey { kid: kid.to_owned(), seed: "17".repeat(32), created_at: NOW };
    (private, PublicKey { kid: kid.to_owned(), x: "AAAA".to_owned() })
}

#[tokio::test]
async fn the_first_key_stays_and_both_its_halves_are_there() {
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
async fn of_twenty_first_keys_one_counts() {
    let store = Store::start().await;
    let pairs: Vec<_> = (0..20).map(|n| pair(&format!("key-{n}"))).collect();
    let create = |(private, public)| store.keys.create_first(&store.credentials, private, public);
    let made = join_all(pairs.iter().map(|(private, public)| create((private, public)))).await;

    let winners: Vec<_> = pairs.iter().zip(made).filter_map(|(pair, made)| made.unwrap().then_some(pair)).collect();
    let [(private, public)] = winners[..] else { panic!("{} winners", winners.len()) };
    assert_eq!(store.keys.current().await.unwrap().unwrap().kid, private.kid);
    assert_eq!(store.credentials.public_keys().await.unwrap(), std::slice::from_ref(public));
}

#[test]
fn a_private_key_is_never_printed() {
    let (private, _) = pair("first");
    assert_eq!(format!("{private:?}"), "SigningKey(first)");
}
