//! Ranked lists: a slower run replaces nothing, and the set of followed users has a bound.

use std::collections::BTreeSet;

use aviary_model::{TweetId, UserId};
use aviary_store::{Ranked, RankedTweets, Ranking};

use crate::fixture::{NOW, Random, Store};

fn users(count: usize) -> BTreeSet<UserId> {
    (0..count).map(|_| UserId::new(NOW, &Random).unwrap()).collect()
}

fn entries(count: usize) -> Vec<(TweetId, UserId)> {
    let author = UserId::new(NOW, &Random).unwrap();
    (0..count).map(|_| (TweetId::new(NOW, &Random).unwrap(), author)).collect()
}

#[tokio::test]
async fn a_list_is_read_as_it_was_written() {
    let store = Store::start().await;
    let ranked = Ranked::new(&store.social);
    assert_eq!(ranked.tweets(RankedTweets::Latest).await.unwrap(), []);
    assert_eq!(ranked.popular().await.unwrap(), []);
    let [before, top, media] = ranked.stored_tweets().await.unwrap();
    let latest = entries(500);
    assert!(ranked.replace_tweets(RankedTweets::Latest, &before, &latest, NOW).await.unwrap());
    assert_eq!(ranked.tweets(RankedTweets::Latest).await.unwrap(), latest);
    assert_eq!([top, media], [Ranking::default(), Ranking::default()]);
    let popular: Vec<UserId> = users(100).into_iter().rev().collect();
    assert!(ranked.replace_popular(&Ranking::default(), &popular, NOW).await.unwrap());
    assert_eq!(ranked.popular().await.unwrap(), popular);
    assert_eq!(ranked.stored_people().await.unwrap().before.entries, popular);
}

#[tokio::test]
async fn a_run_replaces_no_list_that_it_did_not_read() {
    let store = Store::start().await;
    let ranked = Ranked::new(&store.social);
    let (first, second, late) = (entries(2), entries(2), entries(2));
    let [nothing, ..] = ranked.stored_tweets().await.unwrap();
    assert!(ranked.replace_tweets(RankedTweets::Latest, &nothing, &first, NOW).await.unwrap());
    // A run that began before the first list was there.
    assert!(!ranked.replace_tweets(RankedTweets::Latest, &nothing, &late, NOW.plus_seconds(1)).await.unwrap());
    let [read, ..] = ranked.stored_tweets().await.unwrap();
    assert!(ranked.replace_tweets(RankedTweets::Latest, &read, &second, NOW.plus_seconds(60)).await.unwrap());
    assert!(!ranked.replace_tweets(RankedTweets::Latest, &read, &late, NOW.plus_seconds(61)).await.unwrap());
    assert_eq!(ranked.tweets(RankedTweets::Latest).await.unwrap(), second);
    // The same list again is no write, so nothing is refused.
    assert!(ranked.replace_tweets(RankedTweets::Top, &read, &first, NOW).await.unwrap());
    assert_eq!(ranked.tweets(RankedTweets::Top).await.unwrap(), []);
}

#[tokio::test]
async fn who_was_followed_is_kept_once_up_to_a_bound_and_taken_out_by_name() {
    let store = Store::start().await;
    let ranked = Ranked::new(&store.social);
    let (some, more) = (users(600), users(600));
    for _ in 0..2 {
        assert!(ranked.add_followed(&some).await.unwrap());
    }
    assert_eq!(ranked.stored_people().await.unwrap().followed, some);
    assert!(ranked.add_followed(&more).await.unwrap());
    assert!(!ranked.add_followed(&users(1)).await.unwrap(), "there are 1,200 already");
    ranked.remove_followed(&some).await.unwrap();
    assert_eq!(ranked.stored_people().await.unwrap().followed, more, "who came meanwhile stays");
    ranked.remove_followed(&more).await.unwrap();
    ranked.remove_followed(&BTreeSet::new()).await.unwrap();
    assert!(ranked.stored_people().await.unwrap().followed.is_empty());
    assert!(ranked.add_followed(&some).await.unwrap(), "there is room again");
}
