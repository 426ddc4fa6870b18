//! The real function as a process that is killed before and after each of its calls. The event comes again to another
//! process: the media is ready once, and nothing is left over.

use std::time::Duration;

use aviary_media::ObjectKey;
use aviary_store::{MediaState, MediaUpload};
use e2e::{Fault, eventually, jpeg, mov_with_position};
use serde_json::json;

use crate::fixture::{Fixture, Process, Uploaded};

const FAULTS: [Fault; 2] = [Fault::KillBefore, Fault::KillAfter];

/// The keys that an item names, sorted.
pub(crate) fn named_by(item: &MediaUpload) -> Vec<String> {
    let file = item.file.clone().unwrap();
    let mut keys: Vec<String> = file.thumbnail.into_iter().chain([file.key]).collect();
    keys.sort();
    keys
}

/// Kills a process at each call of this event's handling, and hands the event to another process. `between` acts while
/// nobody handles it.
async fn others_finish(
    fixture: &Fixture,
    upload: impl AsyncFn() -> Uploaded,
    between: impl AsyncFn(&Uploaded),
    judge: impl AsyncFn(&Uploaded, &[String], &str),
) {
    let (mut calm, calls) = Process::counted(fixture, &upload().await);
    assert!(calls >= 5, "only {calls} calls: too few to prove anything");
    for fault in FAULTS {
        for at in 1..=calls {
            let before = fixture.objects().await;
            let uploaded = upload().await;
            let mut killed = Process::start(fixture, at, fault.clone());
            assert_eq!(killed.hand(&uploaded.event), None, "{fault:?} at call {at} of {calls}");
            between(&uploaded).await;
            // The next process dies too, elsewhere.
            let next = 1 + at * 3 % calls;
            Process::start(fixture, next, Fault::KillAfter).hand(&uploaded.event);
            let done = calm.hand(&uploaded.event).unwrap();
            let mut added = fixture.objects().await;
            added.retain(|key| !before.contains(key));
            judge(&uploaded, &added, &format!("{fault:?} at call {at} of {calls}: {done}")).await;
        }
    }
}

async fn is_ready_once(fixture: &Fixture, uploaded: &Uploaded, added: &[String], when: &str) {
    let item = fixture.item(uploaded).await.unwrap();
    assert_eq!((item.state, &item.reason), (MediaState::Ready, &None), "{when}");
    assert_eq!(added, named_by(&item), "{when}: the bucket has what the item names, and nothing else");
    // Once more changes nothing.
    let mut calm = Process::undisturbed(fixture);
    assert_eq!(calm.hand(&uploaded.event).as_deref(), Some("decided before"), "{when}");
    let again = fixture.item(uploaded).await.unwrap();
    assert_eq!((again.file, again.etag, again.state), (item.file, item.etag, item.state), "{when}");
}

#[tokio::test(flavor = "multi_thread")]
async fn others_finish_the_photo_of_a_killed_process() {
    let fixture = Fixture::start();
    let upload = async || fixture.uploaded("image/jpeg", jpeg(90, 60, 1)).await;
    let judge = async |uploaded: &Uploaded, added: &[String], when: &str| {
        is_ready_once(&fixture, uploaded, added, when).await;
    };
    others_finish(&fixture, upload, async |_| {}, judge).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn others_finish_the_film_of_a_killed_process() {
    let fixture = Fixture::start();
    let upload = async || fixture.uploaded("video/quicktime", mov_with_position(3, 64, 48)).await;
    let judge = async |uploaded: &Uploaded, added: &[String], when: &str| {
        is_ready_once(&fixture, uploaded, added, when).await;
    };
    others_finish(&fixture, upload, async |_| {}, judge).await;
}

/// A tweet may show media that is processed, so it may come between two attempts.
#[tokio::test(flavor = "multi_thread")]
async fn a_tweet_that_shows_it_meanwhile_gets_the_ready_media() {
    let fixture = Fixture::start();
    let upload = async || fixture.uploaded("image/jpeg", jpeg(90, 60, 2)).await;
    let between = async |uploaded: &Uploaded| {
        if fixture.item(uploaded).await.unwrap().state != MediaState::Waiting {
            fixture.show(uploaded).await;
        }
    };
    let judge = async |uploaded: &Uploaded, added: &[String], when: &str| {
        let item = fixture.item(uploaded).await.unwrap();
        if let Some(tweet) = item.tweet {
            let tweet = fixture.tweets.by_id(tweet).await.unwrap().unwrap();
            assert_eq!(json!(tweet.media), json!([item.in_tweet()]), "{when}");
        }
        is_ready_once(&fixture, uploaded, added, when).await;
    };
    others_finish(&fixture, upload, between, judge).await;
}

/// As when the account is deleted: what the dead process wrote goes when the event comes again.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_removed_media_is_left_by_a_killed_process() {
    let fixture = Fixture::start();
    let upload = async || fixture.uploaded("image/jpeg", jpeg(90, 60, 3)).await;
    let between = async |uploaded: &Uploaded| fixture.uploads.remove(uploaded.owner, uploaded.id).await.unwrap();
    let judge = async |uploaded: &Uploaded, added: &[String], when: &str| {
        assert!(fixture.item(uploaded).await.is_none(), "{when}");
        assert_eq!(added, [""; 0], "{when}");
    };
    others_finish(&fixture, upload, between, judge).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_picture_of_a_tweet_gets_one_thumbnail() {
    let fixture = Fixture::start();
    let mut calm = Process::undisturbed(&fixture);
    let (_, event) = fixture.tweet_with_picture(jpeg(90, 60, 4)).await;
    assert_eq!(calm.hand(&event).as_deref(), Some("thumbnail"));
    let calls = calm.calls();
    for fault in FAULTS {
        for at in 1..=calls {
            let before = fixture.objects().await;
            let (tweet, event) = fixture.tweet_with_picture(jpeg(90, 60, 4)).await;
            let mut killed = Process::start(&fixture, at, fault.clone());
            assert_eq!(killed.hand(&event), None, "{fault:?} at call {at} of {calls}");
            assert_eq!(calm.hand(&event).as_deref(), Some("thumbnail"), "{fault:?} at call {at} of {calls}");
            let media = fixture.tweets.by_id(tweet).await.unwrap().unwrap().media.remove(0);
            let mut added = fixture.objects().await;
            added.retain(|key| !before.contains(key));
            let mut named = vec![media.key, media.thumbnail.unwrap()];
            named.sort();
            assert_eq!(added, named, "{fault:?} at call {at} of {calls}");
            assert!(media.blurhash.is_some());
        }
    }
}

/// A tweet is written after its pictures, and a deleted one is gone before they are.
#[tokio::test(flavor = "multi_thread")]
async fn a_picture_waits_a_little_for_its_tweet_or_for_its_removal() {
    let fixture = Fixture::start();
    let mut tweets = Vec::new();
    for is_written in [true, false] {
        let (tweet, event) = fixture.picture_of_a_tweet(jpeg(90, 60, 5)).await;
        let mut process = Process::undisturbed(&fixture);
        let held = tokio::spawn(async move { (process.hand(&event), process.calls()) });
        eventually("the thumbnail is stored", async || {
            let keys = fixture.objects().await;
            keys.iter().any(|key| key.starts_with("public/thumbnails/") && !tweets.contains(key)).then_some(())
        })
        .await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let key: ObjectKey = tweet.media[0].key.parse().unwrap();
        if is_written {
            fixture.tweets.create(&tweet, &[], None).await.unwrap();
        } else {
            fixture.bucket.delete(&[key]).await.unwrap();
        }
        let (done, calls) = held.await.unwrap();
        assert_eq!(done.as_deref(), Some(if is_written { "thumbnail" } else { "gone" }));
        assert!(calls > 4, "{calls} calls: it did not wait");
        tweets = fixture.objects().await;
    }
    assert_eq!(tweets.len(), 2, "the picture and thumbnail of the tweet that was written: {tweets:?}");
}
