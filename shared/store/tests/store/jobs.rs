//! Tests of the outbox: due jobs, jobs that are begun, and jobs that are postponed.

use aviary_model::Timestamp;
use aviary_store::{Job, Task};
use futures_util::future::join_all;

use crate::fixture::{NOW, Store, user};

fn job(store: &Store, due_at: Timestamp) -> Job {
    let task = Task::ResetMail { user: user("ada", None).id };
    Job { due_at, ..store.job(task) }
}

async fn due(store: &Store, now: Timestamp) -> Vec<String> {
    let mut due: Vec<_> = store.jobs.due(now).await.unwrap().into_iter().map(|id| id.to_string()).collect();
    due.sort();
    due
}

fn ids(jobs: &[&Job]) -> Vec<String> {
    let mut ids: Vec<_> = jobs.iter().map(|job| job.id.to_string()).collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn a_job_is_due_from_its_time_until_it_is_done() {
    let store = Store::start().await;
    let (past, now, later) =
        (job(&store, NOW.plus_seconds(-3_600)), job(&store, NOW), job(&store, NOW.plus_seconds(1)));
    for job in [&past, &now, &later] {
        store.jobs.put(job).await.unwrap();
        assert_eq!(store.jobs.by_id(job.id).await.unwrap().as_ref(), Some(job));
    }
    assert_eq!(due(&store, NOW).await, ids(&[&past, &now]));
    assert_eq!(due(&store, Timestamp::from_millis(NOW.millis() + 999)).await, ids(&[&past, &now]));
    assert_eq!(due(&store, NOW.plus_seconds(1)).await, ids(&[&past, &now, &later]));
    store.jobs.done(past.id).await.unwrap();
    store.jobs.done(past.id).await.expect("done again is done");
    assert_eq!(store.jobs.by_id(past.id).await.unwrap(), None);
    assert_eq!(due(&store, NOW).await, ids(&[&now]));
}

#[tokio::test]
async fn a_postponed_job_is_due_again_with_its_new_task() {
    let store = Store::start().await;
    let id = user("ada", None).id;
    let first = Job { attempts: 3, ..store.job(Task::Purge { user: id, round: 0 }) };
    store.jobs.put(&first).await.unwrap();
    let again =
        Job { task: Task::Purge { user: id, round: 1 }, due_at: NOW.plus_seconds(60), attempts: 0, ..first.clone() };
    store.jobs.again(&again).await.unwrap();
    assert_eq!(store.jobs.by_id(first.id).await.unwrap().as_ref(), Some(&again));
    assert_eq!(due(&store, NOW.plus_seconds(59)).await, ids(&[]));
    assert_eq!(due(&store, NOW.plus_seconds(60)).await, ids(&[&first]));

    store.jobs.done(first.id).await.unwrap();
    store.jobs.again(&again).await.unwrap();
    assert_eq!(store.items().await, 0, "what is done does not come back");
}

#[tokio::test]
async fn beginning_a_job_postpones_it_for_other_workers() {
    let store = Store::start().await;
    let job = job(&store, NOW);
    store.jobs.put(&job).await.unwrap();
    let again_at = NOW.plus_seconds(90);
    let begun = store.jobs.begin(&job, again_at).await.unwrap().unwrap();
    assert_eq!(begun, Job { due_at: again_at, attempts: 1, ..job.clone() });
    assert_eq!(store.jobs.by_id(job.id).await.unwrap().as_ref(), Some(&begun));
    assert_eq!(store.jobs.begin(&job, again_at).await.unwrap(), None);
    assert_eq!(due(&store, NOW).await, ids(&[]));
    assert_eq!(due(&store, again_at).await, ids(&[&job]));
    store.jobs.done(job.id).await.unwrap();
    assert_eq!(store.jobs.begin(&begun, again_at).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_workers_one_begins_a_job() {
    let store = Store::start().await;
    let job = job(&store, NOW);
    store.jobs.put(&job).await.unwrap();
    let begun = join_all((0..20).map(|n| store.jobs.begin(&job, NOW.plus_seconds(90 + n)))).await;
    let begun: Vec<_> = begun.into_iter().filter_map(|begun| begun.unwrap()).collect();
    assert_eq!(begun.len(), 1);
    assert_eq!(store.jobs.by_id(job.id).await.unwrap().as_ref(), begun.first());
}
