//! Tests of changes of an account: all its items change together, or none does.

use aviary_model::{Email, Family, NameKey, SessionId, Username};
use aviary_store::{AccountChange, AccountChangeError, AddressChange, EndSessions, Task, User};
use futures_util::future::join_all;

use crate::fixture::{NOW, Store, random_token, session_id, text, user};

fn name(name: &str) -> AccountChange {
    AccountChange { username: Some(Username::parse(name).unwrap()), ..AccountChange::default() }
}

fn address(email: Option<&str>) -> AccountChange {
    let address = AddressChange::Set(email.map(|email| Email::parse(email).unwrap()));
    AccountChange { address, ..AccountChange::default() }
}

fn password(hash: &str) -> AccountChange {
    AccountChange { password: Some(hash.to_owned()), ..AccountChange::default() }
}

fn end(epoch: u32, keep: Option<SessionId>) -> AccountChange {
    AccountChange { end_sessions: Some(EndSessions { epoch, keep }), ..password("new") }
}

async fn change(store: &Store, old: &User, change: &AccountChange) -> Result<User, AccountChangeError> {
    store.tables().change(old, change, NOW).await
}

/// The stored account as text, because `User` does not implement `PartialEq`.
async fn stored(store: &Store, user: &User) -> String {
    format!("{:?}", store.accounts.by_id(user.id).await.unwrap().unwrap())
}

/// Asserts that the change is refused and writes nothing, and returns its error.
async fn refused(store: &Store, old: &User, wanted: &AccountChange) -> AccountChangeError {
    let before = (store.items().await, stored(store, old).await);
    let error = change(store, old, wanted).await.unwrap_err();
    assert_eq!((store.items().await, stored(store, old).await), before);
    error
}

async fn registered(store: &Store, name: &str, email: &str) -> User {
    let user = user(name, Some(email));
    store.register(&user).await.unwrap();
    user
}

async fn opened(store: &Store, user: &User) -> SessionId {
    let sid = session_id();
    let family = Family::new(random_token(), random_token(), NOW, NOW.plus_seconds(60));
    store.open_family(user.id, sid, &family).await.unwrap();
    sid
}

#[tokio::test]
async fn name_owners_and_profile_change_together() {
    let store = Store::start().await;
    let ada = registered(&store, "ada", "ada@example.com").await;
    let items = store.items().await;
    let wanted = AccountChange { password: Some("new".to_owned()), ..address(Some("grace@example.com")) };
    let wanted = AccountChange { username: Some(Username::parse("Grace").unwrap()), ..wanted };
    let new = change(&store, &ada, &wanted).await.unwrap();

    assert_eq!((new.username.as_str(), new.email.as_ref().unwrap().as_str()), ("Grace", "grace@example.com"));
    assert_eq!((&*new.password, new.id, new.created_at), ("new", ada.id, ada.created_at));
    assert_eq!(stored(&store, &ada).await, format!("{new:?}"));
    for (name, owner) in
        [("grace", Some(ada.id)), ("grace@example.com", Some(ada.id)), ("ada", None), ("ada@example.com", None)]
    {
        assert_eq!(store.accounts.owner_of(&NameKey::of(name)).await.unwrap(), owner, "{name}");
    }
    assert!(store.profiles.by_name(&NameKey::of("ada")).await.unwrap().is_none());
    let profile = store.profiles.by_name(&NameKey::of("grace")).await.unwrap().unwrap();
    assert_eq!((profile.id, profile.username.as_str()), (ada.id, "Grace"));
    let item = store.raw_item(&store.names.accounts, "NAME#grace", "NAME").await.unwrap();
    assert_eq!(item["name_sk"], text("grace"), "the administration finds the new name");
    assert_eq!(store.items().await, items + 2, "the old name and address, which are held");
}

#[tokio::test]
async fn an_empty_change_keeps_everything_and_an_address_can_be_removed() {
    let store = Store::start().await;
    let ada = registered(&store, "ada", "ada@example.com").await;
    let same = change(&store, &ada, &AccountChange::default()).await.unwrap();
    assert_eq!(stored(&store, &ada).await, format!("{:?}", User { revision: 1, ..ada.clone() }));

    let without = change(&store, &same, &address(None)).await.unwrap();
    assert_eq!(stored(&store, &ada).await, format!("{without:?}"));
    assert!(without.email.is_none());
    assert_eq!(store.accounts.owner_of(&NameKey::of("ada@example.com")).await.unwrap(), None);
    let again = change(&store, &without, &address(Some("ada@example.com"))).await.unwrap();
    assert_eq!(stored(&store, &ada).await, format!("{again:?}"));
}

#[tokio::test]
async fn an_owner_can_change_the_spelling_of_a_name() {
    let store = Store::start().await;
    let ada = registered(&store, "ada", "ada@example.com").await;
    let items = store.items().await;
    let wanted = AccountChange { username: name("ADA").username, ..address(Some("Ada@Example.com")) };
    let new = change(&store, &ada, &wanted).await.unwrap();
    assert_eq!((new.username.as_str(), stored(&store, &ada).await), ("ADA", format!("{new:?}")));
    assert_eq!(store.profiles.by_id(ada.id).await.unwrap().unwrap().username.as_str(), "ADA");
    assert_eq!(store.items().await, items, "nothing was given up");
}

#[tokio::test]
async fn a_refused_change_names_both_a_taken_name_and_address() {
    let store = Store::start().await;
    let ada = registered(&store, "ada", "ada@example.com").await;
    registered(&store, "bob", "bob@example.com").await;
    let both = AccountChange { username: name("BOB").username, ..address(Some("Bob@Example.com")) };
    for (wanted, expected) in [
        (name("BOB"), (true, false)),
        (address(Some("Bob@example.com")), (false, true)),
        (both, (true, true)),
        (name("bob@example.com"), (true, false)),
    ] {
        let error = refused(&store, &ada, &wanted).await;
        let AccountChangeError::Taken { username, email } = error else { panic!("{error:?}") };
        assert_eq!((username, email), expected, "{wanted:?}");
    }
}

#[tokio::test]
async fn a_change_of_an_outdated_account_is_refused() {
    let store = Store::start().await;
    for (n, meanwhile) in
        [name("grace"), address(None), address(Some("new@example.com")), password("other")].into_iter().enumerate()
    {
        let ada = registered(&store, &format!("ada{n}"), &format!("ada{n}@example.com")).await;
        change(&store, &ada, &meanwhile).await.unwrap();
        let error = refused(&store, &ada, &password("mine")).await;
        assert!(matches!(error, AccountChangeError::Changed), "{meanwhile:?}: {error:?}");
        let purge = store.job(Task::Purge { user: ada.id, round: 0 });
        assert!(!store.tables().delete(&ada, &[purge], None, NOW).await.unwrap());
    }
    let error = change(&store, &user("nobody", None), &password("mine")).await.unwrap_err();
    assert!(matches!(error, AccountChangeError::Changed), "{error:?}");
}

#[tokio::test]
async fn a_name_can_become_its_owners_address_and_back() {
    let store = Store::start().await;
    let ada = registered(&store, "ada", "ada@example.com").await;
    let key = NameKey::of("ada@example.com");
    let as_address = change(&store, &ada, &name("Ada@example.com")).await.unwrap();
    assert_eq!(store.items().await, 6, "one guard for both, and the name that is held");
    assert_eq!(store.accounts.owner_of(&key).await.unwrap(), Some(ada.id));
    assert_eq!(store.accounts.owner_of(&NameKey::of("ada")).await.unwrap(), None);

    let without = change(&store, &as_address, &address(None)).await.unwrap();
    assert_eq!(store.accounts.owner_of(&key).await.unwrap(), Some(ada.id), "it is the name still");
    let with = change(&store, &without, &address(Some("ADA@example.com"))).await.unwrap();
    change(&store, &with, &name("ada")).await.unwrap();
    assert_eq!(store.items().await, 6);
    assert_eq!(store.accounts.owner_of(&key).await.unwrap(), Some(ada.id), "it is the address still");
}

#[tokio::test]
async fn raising_the_epoch_ends_every_session_but_the_kept_one() {
    let store = Store::start().await;
    let ada = registered(&store, "ada", "ada@example.com").await;
    let (own, other) = (opened(&store, &ada).await, opened(&store, &ada).await);
    let ada = change(&store, &ada, &end(0, Some(own))).await.unwrap();

    let epoch = async |sid| {
        let standing = store.credentials.caller_state(ada.id, sid).await.unwrap();
        (standing.principal.unwrap().epoch, standing.session.unwrap().epoch)
    };
    assert_eq!((epoch(own).await, epoch(other).await), ((1, 1), (1, 0)));
    for stale in [end(0, Some(own)), end(1, Some(session_id()))] {
        let error = refused(&store, &ada, &stale).await;
        assert!(matches!(error, AccountChangeError::Changed), "{stale:?}: {error:?}");
        assert_eq!((epoch(own).await, epoch(other).await), ((1, 1), (1, 0)));
    }
    change(&store, &ada, &end(1, None)).await.unwrap();
    assert_eq!((epoch(own).await, epoch(other).await), ((2, 1), (2, 0)));
}

#[tokio::test]
async fn ending_all_sessions_needs_the_epoch_that_was_read() {
    let store = Store::start().await;
    let ada = registered(&store, "ada", "ada@example.com").await;
    let own = opened(&store, &ada).await;
    let end = EndSessions { epoch: 0, keep: Some(own) };
    for expected in [true, false] {
        let (job, activity) = (store.job(Task::SweepSessions { user: ada.id }), store.activity("logout_all"));
        let done = store.tables().end_all_sessions(ada.id, end, &job, &activity).await.unwrap();
        assert_eq!(done, expected);
        assert_eq!(store.jobs.by_id(job.id).await.unwrap(), expected.then_some(job));
    }
    let seen = store.activities.page(ada.id, None, 10, NOW).await.unwrap();
    assert_eq!(seen.activities.iter().map(|activity| &*activity.event).collect::<Vec<_>>(), ["logout_all"]);
    assert_eq!(store.credentials.caller_state(ada.id, own).await.unwrap().session.unwrap().epoch, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_changes_to_one_name_one_wins() {
    let store = Store::start().await;
    let people: Vec<_> = (0..20).map(|n| user(&format!("user{n}"), None)).collect();
    for user in &people {
        store.register(user).await.unwrap();
    }
    let wanted = name("Wanted");
    let results = join_all(people.iter().map(|user| change(&store, user, &wanted))).await;

    let taken =
        |result: &&Result<User, _>| matches!(result, Err(AccountChangeError::Taken { username: true, email: false }));
    assert_eq!(results.iter().filter(taken).count(), 19, "{results:?}");
    let winner = results.iter().find_map(|result| result.as_ref().ok()).unwrap();
    assert_eq!(store.accounts.owner_of(&NameKey::of("wanted")).await.unwrap(), Some(winner.id));
    assert_eq!(store.profiles.owner_of(&NameKey::of("wanted")).await.unwrap(), Some(winner.id));
    assert_eq!(store.items().await, 20 * 5 + 1, "the winner's old name is held");
}
