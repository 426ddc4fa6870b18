//! Tests of names and addresses that were given up: they stay their account's for a week.

use aviary_model::{Email, NameKey, Timestamp, Username};
use aviary_store::{AccountChange, AccountChangeError, AddressChange, RegistrationError, Task, User};
use futures_util::future::join_all;

use crate::fixture::{NOW, Store, user};

const WEEK: i64 = 7 * 86_400;

fn email(name: &str) -> Email {
    Email::parse(&format!("{name}@example.com")).unwrap()
}

fn name(name: &str) -> AccountChange {
    AccountChange { username: Some(Username::parse(name).unwrap()), ..AccountChange::default() }
}

fn address(address: AddressChange) -> AccountChange {
    AccountChange { address, ..AccountChange::default() }
}

fn set(address_of: &str) -> AccountChange {
    address(AddressChange::Set(Some(email(address_of))))
}

fn ask(address_of: &str) -> AccountChange {
    address(AddressChange::Ask { email: email(address_of), password_given: true })
}

async fn change(store: &Store, old: &User, change: &AccountChange) -> Result<User, AccountChangeError> {
    store.tables().change(old, change, NOW).await
}

async fn registered(store: &Store, name: &str) -> User {
    let user = user(name, Some(&format!("{name}@example.com")));
    store.register(&user).await.unwrap();
    user
}

/// Which of username and address is refused to a new account at this time.
async fn refused_at(store: &Store, name: &str, address: &str, now: Timestamp) -> (bool, bool) {
    let new = user(name, Some(address));
    match store.registration(&new).at(now).commit().await {
        Ok(()) => (false, false),
        Err(RegistrationError::Taken { username, email }) => (username, email),
        Err(error) => panic!("{error:?}"),
    }
}

#[tokio::test]
async fn old_names_and_addresses_are_refused_to_others_for_a_week_and_lead_to_nobody() {
    let store = Store::start().await;
    let ada = registered(&store, "ada").await;
    let both = AccountChange { username: name("grace").username, ..set("grace") };
    change(&store, &ada, &both).await.unwrap();
    for old in ["ada", "ada@example.com"] {
        assert_eq!(store.accounts.owner_of(&NameKey::of(old)).await.unwrap(), None, "{old}");
    }
    let last = NOW.plus_seconds(WEEK - 1);
    assert_eq!(refused_at(&store, "ADA", "Ada@example.com", last).await, (true, true));
    assert_eq!(refused_at(&store, "ada@example.com", "x@example.com", last).await, (true, false));
    let bob = registered(&store, "bob").await;
    let error = store.tables().change(&bob, &name("ada"), last).await.unwrap_err();
    assert!(matches!(error, AccountChangeError::Taken { username: true, email: false }), "{error:?}");
    for wanted in [set("ada"), ask("ada")] {
        let error = store.tables().change(&bob, &wanted, last).await.unwrap_err();
        assert!(matches!(error, AccountChangeError::Taken { username: false, email: true }), "{error:?}");
    }
    assert_eq!(refused_at(&store, "ada", "ada@example.com", NOW.plus_seconds(WEEK)).await, (false, false));
}

#[tokio::test]
async fn the_owner_takes_a_name_and_an_address_back() {
    let store = Store::start().await;
    let ada = registered(&store, "ada").await;
    let items = store.items().await;
    let moved =
        change(&store, &ada, &AccountChange { username: name("grace").username, ..set("grace") }).await.unwrap();
    let back = AccountChange { username: name("Ada").username, ..set("ada") };
    change(&store, &moved, &back).await.unwrap();
    for (name, owner) in [("ada", Some(ada.id)), ("ada@example.com", Some(ada.id)), ("grace", None)] {
        assert_eq!(store.accounts.owner_of(&NameKey::of(name)).await.unwrap(), owner, "{name}");
    }
    assert_eq!(store.items().await, items + 2, "now the others are held");
    assert_eq!(refused_at(&store, "grace", "grace@example.com", NOW).await, (true, true));
    assert_eq!(refused_at(&store, "ada", "ada@example.com", NOW.plus_seconds(WEEK)).await, (true, true), "in use");
}

#[tokio::test]
async fn the_fourth_last_name_is_free() {
    let store = Store::start().await;
    let mut ada = registered(&store, "ada").await;
    for next in ["b1", "b2", "b3", "b4"] {
        ada = change(&store, &ada, &name(next)).await.unwrap();
    }
    for (old, is_refused) in [("b1", true), ("b2", true), ("b3", true), ("ada", false)] {
        assert_eq!(refused_at(&store, old, &format!("{old}@example.org"), NOW).await.0, is_refused, "{old}");
    }
}

#[tokio::test]
async fn renames_do_not_free_a_former_address() {
    let store = Store::start().await;
    let ada = registered(&store, "ada").await;
    let mut ada = change(&store, &ada, &set("evil")).await.unwrap();
    for next in ["ada@example.com", "b1", "b2", "b3", "b4", "b5"] {
        ada = change(&store, &ada, &name(next)).await.unwrap();
    }
    assert_eq!(refused_at(&store, "x", "ada@example.com", NOW).await, (false, true));
    let undone = change(&store, &ada, &address(AddressChange::Undo(1))).await.unwrap();
    assert_eq!(undone.email, Some(email("ada")));
}

#[tokio::test]
async fn an_undone_change_frees_the_address_that_it_replaces() {
    let store = Store::start().await;
    let ada = registered(&store, "ada").await;
    let items = store.items().await;
    let moved = change(&store, &ada, &set("b")).await.unwrap();
    let moved = change(&store, &moved, &set("c")).await.unwrap();
    change(&store, &moved, &address(AddressChange::Undo(1))).await.unwrap();
    assert_eq!(store.items().await, items);
    assert_eq!(store.accounts.owner_of(&NameKey::of("ada@example.com")).await.unwrap(), Some(ada.id));
    for free in ["b", "c"] {
        assert_eq!(refused_at(&store, free, &format!("{free}@example.com"), NOW).await, (false, false));
    }
}

#[tokio::test]
async fn a_pending_address_is_nobodys_and_of_two_confirmations_one_wins() {
    let store = Store::start().await;
    let people = [registered(&store, "ada").await, registered(&store, "bob").await];
    let items = store.items().await;
    let mut asked = Vec::new();
    for person in &people {
        asked.push(change(&store, person, &ask("wanted")).await.unwrap());
    }
    assert_eq!(store.items().await, items);
    assert_eq!(store.accounts.owner_of(&NameKey::of("wanted@example.com")).await.unwrap(), None);
    let confirm = address(AddressChange::Confirm(1));
    let results = join_all(asked.iter().map(|user| change(&store, user, &confirm))).await;
    let taken = |result: &&Result<User, _>| matches!(result, Err(AccountChangeError::Taken { email: true, .. }));
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    assert_eq!(results.iter().filter(taken).count(), 1, "{results:?}");
}

#[tokio::test]
async fn a_signup_takes_an_address_that_is_only_pending() {
    let store = Store::start().await;
    let ada = registered(&store, "ada").await;
    let asked = change(&store, &ada, &ask("wanted")).await.unwrap();
    assert_eq!(refused_at(&store, "bob", "wanted@example.com", NOW).await, (false, false));
    let error = change(&store, &asked, &address(AddressChange::Confirm(1))).await.unwrap_err();
    assert!(matches!(error, AccountChangeError::Taken { username: false, email: true }), "{error:?}");
}

/// Two changes, a confirmation, an undoing and a deletion of one state: exactly one is written.
#[tokio::test(flavor = "multi_thread")]
async fn of_all_that_happens_to_one_state_one_thing_is_written() {
    let store = Store::start().await;
    let (tables, purge) = (store.tables(), |user: &User| store.job(Task::Purge { user: user.id, round: 0 }));
    for round in 0..8 {
        let ada = registered(&store, &format!("ada{round}")).await;
        let asked = change(&store, &ada, &ask(&format!("new{round}"))).await.unwrap();
        let changes = [
            address(AddressChange::Confirm(1)),
            address(AddressChange::Confirm(1)),
            address(AddressChange::Undo(1)),
            set(&format!("other{round}")),
            name(&format!("name{round}")),
        ];
        let changed = join_all(changes.iter().map(|change| tables.change(&asked, change, NOW)));
        let purge = [purge(&ada)];
        let (changed, deleted) = futures_util::join!(changed, tables.delete(&asked, &purge, None, NOW));
        let done = changed.iter().filter(|result| result.is_ok()).count() + usize::from(deleted.unwrap());
        assert_eq!(done, 1, "{changed:?}");
    }
}

#[tokio::test]
async fn a_deletion_frees_all_that_the_account_held() {
    let store = Store::start().await;
    let ada = registered(&store, "ada").await;
    let moved = change(&store, &ada, &AccountChange { username: name("b").username, ..set("c") }).await.unwrap();
    let purge = store.job(Task::Purge { user: ada.id, round: 0 });
    assert!(store.tables().delete(&moved, &[purge], None, NOW).await.unwrap());
    assert_eq!(store.items().await, 1, "the job");
    assert_eq!(refused_at(&store, "ada", "ada@example.com", NOW).await, (false, false));
}

/// The holder's time was over, another account took the name: whatever the first one does leaves it alone.
#[tokio::test]
async fn a_name_that_another_account_took_afterwards_is_not_touched() {
    let store = Store::start().await;
    let later = NOW.plus_seconds(WEEK);
    for deletes in [false, true] {
        let (first, old) = (registered(&store, &format!("ada{deletes}")).await, format!("ada{deletes}"));
        let moved = AccountChange { username: name(&format!("b{deletes}")).username, ..set(&format!("c{deletes}")) };
        let moved = change(&store, &first, &moved).await.unwrap();
        let second = user(&old, Some(&format!("{old}@example.com")));
        store.registration(&second).at(later).commit().await.unwrap();
        if deletes {
            let purge = store.job(Task::Purge { user: first.id, round: 0 });
            assert!(store.tables().delete(&moved, &[purge], None, later).await.unwrap());
        } else {
            store.tables().change(&moved, &name("other"), later).await.unwrap();
        }
        for key in [old.clone(), format!("{old}@example.com")] {
            assert_eq!(store.accounts.owner_of(&NameKey::of(&key)).await.unwrap(), Some(second.id), "{key}");
        }
    }
}
