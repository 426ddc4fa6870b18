//! Tests of rate limit counters: no count is lost, and a window ends at its time.

use aviary_model::Timestamp;
use aviary_store::LimitCount;
use futures_util::future::join_all;

use crate::fixture::{NOW, Store};

const WINDOW: i64 = 60;
const END: Timestamp = Timestamp::from_millis(NOW.millis() + 60_000);

async fn count(store: &Store, now: Timestamp) -> LimitCount {
    store.credentials.count("what#whom", WINDOW, now).await.unwrap()
}

async fn counted(store: &Store, now: Timestamp) -> bool {
    store.credentials.counted("what#whom", now).await.unwrap()
}

#[tokio::test]
async fn a_window_begins_with_its_first_count_and_keeps_its_end() {
    let store = Store::start().await;
    assert!(!counted(&store, NOW).await);
    let just_before = Timestamp::from_millis(END.millis() - 1);
    for (expected, now) in [(1, NOW), (2, NOW), (3, NOW.plus_seconds(30)), (4, just_before)] {
        assert_eq!(count(&store, now).await, LimitCount { count: expected, resets_at: END.seconds() });
        assert!(counted(&store, now).await);
    }
    let other = store.credentials.count("what#another", WINDOW, NOW).await.unwrap();
    assert_eq!(other.count, 1, "counters know nothing of each other");
    assert_eq!(store.items().await, 2);
}

#[tokio::test]
async fn a_window_restarts_after_its_end_even_before_ttl_deletion() {
    let store = Store::start().await;
    for _ in 0..3 {
        count(&store, NOW).await;
    }
    assert!(!counted(&store, END).await);
    assert_eq!(count(&store, END).await, LimitCount { count: 1, resets_at: END.seconds() + WINDOW });
    assert_eq!(count(&store, END).await.count, 2);
}

#[tokio::test]
async fn undoing_a_count_stays_within_its_window_and_never_below_zero() {
    let store = Store::start().await;
    let first = count(&store, NOW).await;
    let second = count(&store, NOW).await;
    store.credentials.uncount("what#whom", second).await.unwrap();
    assert_eq!(count(&store, NOW).await.count, 2);
    for _ in 0..5 {
        store.credentials.uncount("what#whom", first).await.unwrap();
    }
    assert!(!counted(&store, NOW).await);
    assert_eq!(count(&store, NOW).await.count, 1);

    count(&store, END).await;
    store.credentials.uncount("what#whom", first).await.unwrap();
    assert_eq!(count(&store, END).await.count, 2, "that window is over");
    store.credentials.uncount("what#nobody", first).await.unwrap();
    assert_eq!(store.items().await, 1, "taking back makes no counter");
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_counts_are_all_counted_even_in_a_new_window() {
    let store = Store::start().await;
    for now in [NOW, END] {
        let mut counts: Vec<_> = join_all((0..30).map(|_| count(&store, now))).await;
        counts.sort_by_key(|counted| counted.count);
        let resets_at = now.seconds() + WINDOW;
        let expected: Vec<_> = (1..=30).map(|count| LimitCount { count, resets_at }).collect();
        assert_eq!(counts, expected);
    }
}
