//! A purge leaves nothing of a deleted account, whatever interrupts it.

use aviary_media::Folder;
use aviary_store::{SignInError, Task};

use crate::fixture::Fixture;

/// The items that mention an id.
async fn left_of(fixture: &Fixture, id: &str) -> Vec<String> {
    fixture.items().await.into_iter().filter(|item| item.contains(id)).collect()
}

/// Asserts that only the other users' data is left.
pub(crate) async fn assert_gone(fixture: &Fixture, id: &str, others: &(Vec<String>, Vec<String>)) {
    assert_eq!(left_of(fixture, id).await, Vec::<String>::new());
    assert_eq!(fixture.items().await, others.0, "the data of others must stay");
    assert_eq!(fixture.objects().await, others.1);
}

/// All items and objects.
pub(crate) async fn everything(fixture: &Fixture) -> (Vec<String>, Vec<String>) {
    (fixture.items().await, fixture.objects().await)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_deleted_account_is_left() {
    let fixture = Fixture::start();
    fixture.busy_user("stays").await;
    let others = everything(&fixture).await;
    let user = fixture.busy_user("goes").await;
    let id = user.id.to_string();
    // The principal, three sessions and two pointers, an entry in the list of device tokens, a mailed token, an
    // idempotency key, a security event, a profile and its name, two tweets and three entries in lists, a user with its
    // name and address; of integers two sessions, three sets and the count of sessions.
    let all = left_of(&fixture, &id).await;
    assert_eq!(all.len(), 26, "{all:#?}");
    assert_eq!(fixture.objects().await.len(), others.1.len() + 7);

    let purge = fixture.delete(&user).await;
    assert_eq!(fixture.deliver(&[&purge]).await, Vec::<String>::new());
    let job = fixture.now(&purge).await.unwrap();
    assert_eq!(job.task, Task::Purge { user: user.id, round: 1 });
    assert_eq!(left_of(&fixture, &id).await.len(), 3, "only the job and those of two tweets");
    assert_eq!(fixture.sweep_after(0).await, 2);
    assert_eq!(fixture.objects().await, others.1);
    assert_eq!(left_of(&fixture, &id).await.len(), 3, "each has a second round");

    // Requests that were under way when the account was deleted.
    let late = fixture.tweet(user.id, 1).await;
    assert!(matches!(fixture.try_sign_in(user.id, 0).await, Err(SignInError::Gone)), "nobody signs in any more");
    assert_eq!(fixture.sweep_after(59).await, 0);
    // The sweep also runs the jobs that the purge writes.
    assert_eq!(fixture.sweep_after(2).await, 4);
    assert!(fixture.tweets.by_id(late).await.unwrap().is_none());
    fixture.tweet(user.id, 1).await;
    assert_eq!(fixture.sweep_after(601).await, 3);
    assert_eq!(fixture.now(&purge).await, None);
    assert_eq!(fixture.sweep_after(61).await, 1);
    assert_gone(&fixture, &id, &others).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purge_can_run_twice() {
    let fixture = Fixture::start();
    fixture.busy_user("stays").await;
    let others = everything(&fixture).await;
    let user = fixture.busy_user("goes").await;
    let purge = fixture.delete(&user).await;
    let again = fixture.job(Task::Purge { user: user.id, round: 0 }).await;
    let event = fixture.event(&[&purge, &again, &purge]).await;
    let (one, other) = tokio::join!(fixture.hand(&event), fixture.hand(&event));
    assert_eq!((one, other), (Vec::new(), Vec::new()));
    finish(&fixture).await;
    assert_gone(&fixture, &user.id.to_string(), &others).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_worker_finishes_a_stopped_purge() {
    for parts in 0..7 {
        let fixture = Fixture::start();
        fixture.busy_user("stays").await;
        let others = everything(&fixture).await;
        let user = fixture.busy_user("goes").await;
        let purge = fixture.delete(&user).await;
        stop_after(&fixture, &purge, parts).await;
        // The job stays put off until the delay is over, however often the stream delivers it.
        let before = everything(&fixture).await;
        assert_eq!(fixture.deliver(&[&purge]).await, Vec::<String>::new());
        assert_eq!(everything(&fixture).await, before);
        assert!(fixture.sweep_after(91).await > 0, "stopped after {parts}");
        finish(&fixture).await;
        assert_gone(&fixture, &user.id.to_string(), &others).await;
    }
}

/// Begins a purge as the worker does, and stops after this many parts.
async fn stop_after(fixture: &Fixture, job: &aviary_store::Job, parts: usize) {
    let Task::Purge { user, .. } = job.task else { panic!("not a purge") };
    let again_at = job.due_at.plus_seconds(90);
    assert!(fixture.tables.jobs.begin(job, again_at).await.unwrap().is_some());
    let tweets = fixture.purge.tweets(user).await.unwrap();
    assert_eq!(tweets.len(), 2);
    for part in 0..parts {
        match part {
            0 => drop(fixture.bucket.delete_all(&Folder::avatars(user.uuid())).await.unwrap()),
            1 => fixture.purge.tweet(user, tweets[1], &fixture.tables.jobs, job.due_at).await.unwrap(),
            2 => assert!(!fixture.purge.relations(user).await.unwrap()),
            3 => assert!(!fixture.purge.credentials(user).await.unwrap()),
            4 => assert!(!fixture.purge.social(user).await.unwrap()),
            _ => assert!(!fixture.purge.feed(user).await.unwrap()),
        }
    }
}

/// Runs all later rounds, and what follows from them.
pub(crate) async fn finish(fixture: &Fixture) {
    for seconds in [61, 601, 61] {
        fixture.clock.forward(seconds);
        while fixture.sweep_after(0).await > 0 {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_purge_continues_in_the_next_run() {
    let fixture = Fixture::start();
    let user = fixture.user("prolific").await;
    for _ in 0..201 {
        fixture.tweet(user.id, 0).await;
    }
    let purge = fixture.delete(&user).await;
    fixture.deliver(&[&purge]).await;
    let job = fixture.now(&purge).await.unwrap();
    assert_eq!((job.task.clone(), job.attempts), (Task::Purge { user: user.id, round: 0 }, 0));
    assert_eq!(left_of(&fixture, &user.id.to_string()).await.len(), 203, "a tweet, its list entry, and the jobs");
    // The stream delivers the changed job at once.
    fixture.deliver(&[&purge]).await;
    assert_eq!(fixture.now(&purge).await.unwrap().task, Task::Purge { user: user.id, round: 1 });
    assert_eq!(left_of(&fixture, &user.id.to_string()).await.len(), 202, "the job and those of the tweets");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_existing_account_is_never_purged() {
    let fixture = Fixture::start();
    let user = fixture.busy_user("alive").await;
    let before = everything(&fixture).await;
    let purge = fixture.job(Task::Purge { user: user.id, round: 0 }).await;
    assert_eq!(fixture.deliver(&[&purge]).await, Vec::<String>::new());
    assert_eq!(fixture.now(&purge).await.unwrap().attempts, 1);
    fixture.tables.jobs.done(purge.id).await.unwrap();
    assert_eq!(everything(&fixture).await, before);
}
