//! The sweep of sessions of past epochs.

use aviary_store::{EndSessions, Task};

use crate::fixture::{Fixture, NOW};

#[tokio::test(flavor = "multi_thread")]
async fn sessions_of_past_epochs_are_removed_with_their_pointers() {
    let fixture = Fixture::start();
    let user = fixture.user("ada").await;
    let [family, ..] = fixture.sign_in(user.id, 0).await;
    fixture.sign_in(user.id, 0).await;
    let jobs = &fixture.tables.jobs;
    let sweep = jobs.job(Task::SweepSessions { user: user.id }, NOW).unwrap();
    let activity = fixture.tables.activities.activity("logout_all", NOW, "", "").unwrap();
    let end = EndSessions { epoch: 0, keep: Some(family) };
    assert!(fixture.tables.end_all_sessions(user.id, end, &sweep, &activity).await.unwrap());
    let [new, ..] = fixture.sign_in(user.id, 1).await;

    assert_eq!(fixture.deliver(&[&sweep]).await, Vec::<String>::new());
    let left = fixture.tables.credentials.sessions(user.id, None, 100).await.unwrap().sessions;
    assert_eq!(left.len(), 4, "the kept one and three new ones");
    assert!([family, new].iter().all(|sid| left.iter().any(|(left, _)| left == sid)));
    assert_eq!(fixture.tables.credentials.device_tokens(user.id).await.unwrap().len(), 1);
    let pointers = fixture.items().await.into_iter().filter(|item| item.contains("\"POINTER\"")).count();
    assert_eq!(pointers, 2, "the new device token's and the new web session's");
    assert_eq!(fixture.now(&sweep).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_account_there_is_nothing_to_sweep() {
    let fixture = Fixture::start();
    let user = fixture.user("ada").await;
    fixture.delete(&user).await;
    let sweep = fixture.job(Task::SweepSessions { user: user.id }).await;
    assert_eq!(fixture.deliver(&[&sweep]).await, Vec::<String>::new());
    assert_eq!(fixture.now(&sweep).await, None);
}
