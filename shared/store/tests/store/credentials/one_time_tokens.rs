//! Tests of one-time tokens: each expires, permits one kind of change, and is redeemed once.

use aviary_store::{AccountChange, AccountChangeError, OneTimeKind, OneTimePermission, User};
use futures_util::future::join_all;

use crate::fixture::{NOW, Store};

async fn kept(store: &Store) -> (User, OneTimePermission) {
    let user = store.registered("ada").await;
    let token = OneTimePermission::Reset { user: user.id, state: "state".to_owned() };
    store.credentials.keep_one_time("hash", token.clone(), NOW.plus_seconds(60)).await.unwrap();
    (user, token)
}

/// A change that redeems the token.
async fn with_token(store: &Store, user: &User, password: &str) -> AccountChange {
    let redeem = store.credentials.one_time(OneTimeKind::Reset, user.id, "hash", NOW).await.unwrap();
    assert!(redeem.is_some());
    AccountChange { password: Some(password.to_owned()), redeem, ..AccountChange::default() }
}

#[tokio::test]
async fn a_token_is_found_by_user_hash_and_kind_until_it_expires() {
    let store = Store::start().await;
    let (user, token) = kept(&store).await;
    let find = async |kind, user, hash: &str, seconds| {
        let found = store.credentials.one_time(kind, user, hash, NOW.plus_seconds(seconds)).await.unwrap();
        found.map(|found| found.token)
    };
    assert_eq!(find(OneTimeKind::Reset, user.id, "hash", 59).await, Some(token));
    assert_eq!(find(OneTimeKind::Reset, user.id, "hash", 60).await, None);
    assert_eq!(find(OneTimeKind::Reset, user.id, "HASH", 0).await, None);
    assert_eq!(find(OneTimeKind::UndoEmail, user.id, "hash", 0).await, None, "one kind is never taken for another");
    let stranger = store.registered("eve").await.id;
    assert_eq!(find(OneTimeKind::Reset, stranger, "hash", 0).await, None, "it is its own user's only");

    assert_eq!(find(OneTimeKind::ConfirmEmail, user.id, "hash", 0).await, None);

    let undo = OneTimePermission::UndoEmail { user: user.id, change: 7 };
    store.credentials.keep_one_time("hash", undo.clone(), NOW.plus_seconds(60)).await.unwrap();
    assert_eq!(find(OneTimeKind::UndoEmail, user.id, "hash", 0).await, Some(undo));
}

#[tokio::test]
async fn a_token_is_redeemed_once_with_its_change() {
    let store = Store::start().await;
    let (user, _) = kept(&store).await;
    let (first, second) = (with_token(&store, &user, "first").await, with_token(&store, &user, "second").await);
    let changed = store.tables().change(&user, &first, NOW).await.unwrap();
    assert!(store.credentials.one_time(OneTimeKind::Reset, user.id, "hash", NOW).await.unwrap().is_none());
    let again = store.tables().change(&changed, &second, NOW).await.unwrap_err();
    assert!(matches!(again, AccountChangeError::Redeemed), "{again:?}");
    assert_eq!(store.accounts.by_id(user.id).await.unwrap().unwrap().password, "first");
}

#[tokio::test]
async fn a_refused_change_does_not_redeem_its_token() {
    let store = Store::start().await;
    let (user, token) = kept(&store).await;
    let outdated = User { password: "another".to_owned(), ..user.clone() };
    let change = with_token(&store, &user, "new").await;
    let refused = store.tables().change(&outdated, &change, NOW).await.unwrap_err();
    assert!(matches!(refused, AccountChangeError::Changed), "{refused:?}");
    let found = store.credentials.one_time(OneTimeKind::Reset, user.id, "hash", NOW).await.unwrap();
    assert_eq!(found.unwrap().token, token);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_redemptions_of_one_token_one_wins() {
    let store = Store::start().await;
    let (user, _) = kept(&store).await;
    let change = with_token(&store, &user, "new").await;
    let tables = store.tables();
    let results = join_all((0..20).map(|_| tables.change(&user, &change, NOW))).await;
    let redeemed = |result: &&Result<User, _>| matches!(result, Err(AccountChangeError::Redeemed));
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    assert_eq!(results.iter().filter(redeemed).count(), 19, "{results:?}");
}
