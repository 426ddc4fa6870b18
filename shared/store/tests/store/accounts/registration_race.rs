//! Tests of concurrent registrations: of those with one name, one wins.

use aviary_model::NameKey;
use aviary_store::RegistrationError;
use futures_util::future::join_all;

use crate::fixture::{Store, user};

const RIVALS: usize = 50;

/// Spellings of one name.
const SPELLINGS: &[&str] = &["straße", "STRASSE", "Strasse", "ｓｔｒａｓｓｅ", "STRAẞE", "ſtrasse", "ＳＴＲＡßＥ"];

#[tokio::test]
async fn of_fifty_registrations_of_one_name_one_wins() {
    let store = Store::start().await;
    let rivals: Vec<_> = SPELLINGS
        .iter()
        .cycle()
        .take(RIVALS)
        .enumerate()
        .map(|(n, name)| user(name, Some(&format!("{n}@example.com"))))
        .collect();

    let results = join_all(rivals.iter().map(|user| store.register(user))).await;

    let winners: Vec<_> = rivals.iter().zip(&results).filter(|(_, result)| result.is_ok()).collect();
    let [(winner, _)] = winners[..] else { panic!("{} winners: {results:?}", winners.len()) };
    for result in results.iter().filter(|result| result.is_err()) {
        let taken = matches!(result, Err(RegistrationError::Taken { username: true, email: false }));
        assert!(taken, "{result:?}");
    }
    for name in SPELLINGS {
        assert_eq!(store.accounts.owner_of(&NameKey::of(name)).await.unwrap(), Some(winner.id), "{name}");
        assert_eq!(store.profiles.owner_of(&NameKey::of(name)).await.unwrap(), Some(winner.id), "{name}");
    }
    assert_eq!(store.items().await, 6, "nothing of the losers is left");
}

#[tokio::test]
async fn of_twenty_registrations_of_one_address_one_wins() {
    let store = Store::start().await;
    let rivals: Vec<_> = (0..20).map(|n| user(&format!("user{n}"), Some("Shared@example.com"))).collect();

    let results = join_all(rivals.iter().map(|user| store.register(user))).await;

    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    let refused =
        |result: &&Result<(), _>| matches!(result, Err(RegistrationError::Taken { username: false, email: true }));
    assert_eq!(results.iter().filter(refused).count(), 19, "{results:?}");
    assert_eq!(store.items().await, 6);
}

#[tokio::test]
async fn registrations_that_share_nothing_all_succeed() {
    let store = Store::start().await;
    let people: Vec<_> = (0..20).map(|n| user(&format!("user{n}"), Some(&format!("{n}@example.com")))).collect();
    for result in join_all(people.iter().map(|user| store.register(user))).await {
        result.unwrap();
    }
    assert_eq!(store.items().await, 20 * 6);
}
