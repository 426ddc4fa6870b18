//! A file that is uploaded by a form whose first file is still being checked: one of them is served, and nothing is
//! left of the other.

use std::time::Duration;

use aviary_store::MediaState;
use e2e::{Fault, eventually, jpeg};
use serde_json::Value;

use crate::fixture::{Fixture, Process};
use crate::killed::named_by;

/// Shorter than the SDK waits for a call, and longer than a whole check.
const LATE: Duration = Duration::from_millis(2_500);
/// After its check has begun, the first process soon waits for its late call.
const SOON: Duration = Duration::from_millis(300);

#[tokio::test(flavor = "multi_thread")]
async fn of_a_replaced_file_nothing_is_left() {
    let fixture = Fixture::start();
    let (mut second, calls) = Process::counted(&fixture, &fixture.uploaded("image/jpeg", jpeg(90, 60, 1)).await);
    let mut outcomes = Vec::new();
    // The first call begins the check.
    for at in 2..=calls {
        let before = fixture.objects().await;
        let uploaded = fixture.uploaded("image/jpeg", jpeg(90, 60, 2)).await;
        let mut first = Process::start(&fixture, at, Fault::Delay(LATE));
        let event = uploaded.event.clone();
        let held = tokio::spawn(async move { first.hand(&event) });
        eventually("the check has begun", async || {
            (fixture.item(&uploaded).await.unwrap().state != MediaState::Waiting).then_some(())
        })
        .await;
        tokio::time::sleep(SOON).await;
        let replaced = fixture.replace(&uploaded, "image/jpeg", jpeg(120, 40, 3)).await;
        let last = second.hand(&replaced).unwrap();
        let first = held.await.unwrap().unwrap();
        let item = fixture.item(&uploaded).await.unwrap();
        assert_eq!(item.state, MediaState::Ready, "replaced at call {at}: {first}, {last}");
        let mut added = fixture.objects().await;
        added.retain(|key| !before.contains(key));
        assert_eq!(added, named_by(&item), "replaced at call {at}: {first}, {last}");
        outcomes.push((first, last));
    }
    // The second file was ready while the first waited for its fetch, its writes and its decision.
    let overtaken = ("decided by another run".to_owned(), "ready".to_owned());
    assert!(outcomes.iter().filter(|outcome| **outcome == overtaken).count() >= 2, "{outcomes:?}");
}

/// Both processes die: the first before it decides, the second at each of its calls.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_replaced_file_nothing_is_left_by_killed_processes() {
    let fixture = Fixture::start();
    let (mut calm, calls) = Process::counted(&fixture, &fixture.uploaded("image/jpeg", jpeg(90, 60, 1)).await);
    for at in 1..=calls {
        let before = fixture.objects().await;
        let uploaded = fixture.uploaded("image/jpeg", jpeg(90, 60, 2)).await;
        // The last call removes the upload, the one before it decides.
        let mut first = Process::start(&fixture, calls - 1, Fault::KillBefore);
        assert_eq!(first.hand(&uploaded.event), None);
        let replaced = fixture.replace(&uploaded, "image/jpeg", jpeg(120, 40, 3)).await;
        assert_eq!(Process::start(&fixture, at, Fault::KillAfter).hand(&replaced), None);
        let done = calm.hand(&replaced).unwrap();
        // The first file is gone, so its event changes nothing.
        calm.hand(&uploaded.event);
        let item = fixture.item(&uploaded).await.unwrap();
        let mut added = fixture.objects().await;
        added.retain(|key| !before.contains(key));
        assert_eq!(added, named_by(&item), "killed at call {at}: {done}");
    }
}

/// Each time that a form is sent costs a check.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_sent_too_often_is_rejected() {
    let fixture = Fixture::start();
    let uploaded = fixture.uploaded("image/jpeg", jpeg(90, 60, 1)).await;
    for _ in 0..8 {
        // The first call begins the check.
        assert_eq!(Process::start(&fixture, 1, Fault::KillAfter).hand(&uploaded.event), None);
    }
    let mut calm = Process::undisturbed(&fixture);
    assert_eq!(calm.hand(&uploaded.event).as_deref(), Some("rejected"));
    let item = fixture.item(&uploaded).await.unwrap();
    assert_eq!(item.state, MediaState::Rejected);
    assert!(item.reason.unwrap().contains("too often"));
    assert_eq!(fixture.objects().await, [""; 0]);
    let again = fixture.replace(&uploaded, "image/jpeg", jpeg(90, 60, 2)).await;
    // Every later event still costs a look for what is left, but not for ever.
    for _ in 8..16 {
        assert_eq!(calm.hand(&again).as_deref(), Some("decided before"));
        assert_eq!(fixture.objects().await, [""; 0]);
    }
    costs_nothing_after_eight(&mut calm, &again, "settled");
    // The form outlives the item too.
    fixture.uploads.remove(uploaded.owner, uploaded.id).await.unwrap();
    costs_nothing_after_eight(&mut Process::undisturbed(&fixture), &again, "no such media");
}

/// A process passes over further events of a media item once it has handled enough.
fn costs_nothing_after_eight(process: &mut Process, event: &Value, done: &str) {
    for _ in 0..8 {
        assert_eq!(process.hand(event).as_deref(), Some(done));
    }
    let calls = process.calls();
    assert_eq!(process.hand(event).as_deref(), Some("settled"));
    assert_eq!(process.calls(), calls, "the process remembers it");
}
