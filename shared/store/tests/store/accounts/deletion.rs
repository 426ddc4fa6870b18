//! Tests of deletion: an account is deleted at once, once, and only if it is unchanged since the read.

use aviary_model::{Family, NameKey};
use aviary_store::{Job, Task, User};
use futures_util::future::join_all;

use crate::fixture::{NOW, Store, random_token, session_id, user};

fn purge(store: &Store, user: &User) -> Job {
    store.job(Task::Purge { user: user.id, round: 0 })
}

async fn delete(store: &Store, user: &User, purge: &Job) -> bool {
    store.tables().delete(user, std::slice::from_ref(purge), None, NOW).await.unwrap()
}

#[tokio::test]
async fn deletion_removes_account_and_profile_and_leaves_a_job() {
    let store = Store::start().await;
    let ada = user("ada", Some("ada@example.com"));
    store.register(&ada).await.unwrap();
    let sid = session_id();
    let family = Family::new(random_token(), random_token(), NOW, NOW.plus_seconds(60));
    store.open_family(ada.id, sid, &family).await.unwrap();
    let job = purge(&store, &ada);
    assert!(delete(&store, &ada, &job).await);

    assert!(store.accounts.by_id(ada.id).await.unwrap().is_none());
    for name in ["ada", "ada@example.com"] {
        assert_eq!(store.accounts.owner_of(&NameKey::of(name)).await.unwrap(), None, "{name}");
    }
    assert!(store.credentials.caller_state(ada.id, sid).await.unwrap().principal.is_none(), "no token counts");
    assert!(store.profiles.by_id(ada.id).await.unwrap().is_none());
    assert_eq!(store.profiles.owner_of(&NameKey::of("ada")).await.unwrap(), None);
    assert_eq!(store.jobs.by_id(job.id).await.unwrap(), Some(job));
    assert_eq!(store.items().await, 2, "the session, which the job removes, and the job");

    assert!(!delete(&store, &ada, &purge(&store, &ada)).await, "it is gone");
    assert_eq!(store.items().await, 2);
    store.register(&user("ADA", Some("ada@example.com"))).await.expect("name and address are free again");
}

#[tokio::test]
async fn a_name_that_is_its_owners_address_is_deleted_once() {
    let store = Store::start().await;
    let ada = user("ada@example.com", Some("ada@example.com"));
    store.register(&ada).await.unwrap();
    assert!(delete(&store, &ada, &purge(&store, &ada)).await);
    assert_eq!(store.items().await, 1, "the job");
}

#[tokio::test]
async fn deletion_of_an_outdated_account_is_refused() {
    let store = Store::start().await;
    let ada = store.registered("ada").await;
    let items = store.items().await;
    let outdated = User { password: "another".to_owned(), ..ada.clone() };
    assert!(!delete(&store, &outdated, &purge(&store, &ada)).await);
    assert_eq!(store.items().await, items);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_deletions_one_succeeds() {
    let store = Store::start().await;
    let ada = store.registered("ada").await;
    let jobs: Vec<_> = (0..20).map(|_| purge(&store, &ada)).collect();
    let done = join_all(jobs.iter().map(|job| delete(&store, &ada, job))).await;
    assert_eq!(done.iter().filter(|done| **done).count(), 1);
    assert_eq!(store.items().await, 1, "one job");
}
