//! The schedule makes the ranked lists from what there is, however often it comes.

use aviary_model::{EdgeId, Link, TweetId, TweetText, UserId};
use aviary_store::{Count, Counter, Counters, Ranked, RankedTweets, Relations, Tweet};
use aviary_telemetry::Meter;

use crate::fixture::{Fixture, NOW, Random};

impl Fixture {
    pub(crate) fn ranked(&self) -> Ranked {
        Ranked::new(&self.social())
    }

    /// A tweet of this second, with a link to a picture or without.
    pub(crate) async fn tweet_at(&self, author: UserId, second: i64, linked: bool) -> TweetId {
        let at = NOW.plus_seconds(second);
        let tweet = Tweet::new(TweetId::new(at, &Random).unwrap(), author, TweetText::parse("Hello").unwrap(), at);
        let media_url = linked.then(|| Link::parse("https://example.com/a.png").unwrap());
        let tweet = Tweet { media_url, ..tweet };
        self.tweets.create(&tweet, &[], None).await.unwrap();
        tweet.id
    }

    /// Adds to a counter, as `feed` does.
    pub(crate) async fn count(&self, counter: Counter, by: i64) {
        let counts: Vec<Count> = (0..by.abs())
            .map(|n| Count { event: format!("{counter:?} {by} {n}"), by: vec![(counter, by.signum())] })
            .collect();
        for (_, written) in Counters::new(&self.social(), &self.feed()).add(&counts, NOW).await {
            written.unwrap();
        }
    }

    async fn listed(&self, list: RankedTweets) -> Vec<TweetId> {
        self.ranked().tweets(list).await.unwrap().into_iter().map(|(tweet, _)| tweet).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tweets_are_ranked_by_time_by_likes_and_if_they_have_media() {
    let fixture = Fixture::start();
    let ada = fixture.user("ada").await.id;
    assert_eq!(fixture.sweep_after(0).await, 0);
    assert_eq!(fixture.listed(RankedTweets::Latest).await, [], "nothing is written where there is nothing");
    let mut tweets = Vec::new();
    for second in 0..30 {
        tweets.push(fixture.tweet_at(ada, second, second % 10 == 0).await);
    }
    fixture.count(Counter::Likes(tweets[3]), 2).await;
    fixture.count(Counter::Likes(tweets[7]), 5).await;
    for _ in 0..2 {
        fixture.sweep_after(60).await;
        let newest_first: Vec<TweetId> = tweets.iter().rev().copied().collect();
        assert_eq!(fixture.listed(RankedTweets::Latest).await, newest_first);
        let top = fixture.listed(RankedTweets::Top).await;
        assert_eq!(top.len(), 20);
        assert_eq!(top[..3], [tweets[7], tweets[3], tweets[29]]);
        assert_eq!(fixture.listed(RankedTweets::Media).await, [tweets[20], tweets[10], tweets[0]]);
    }
    // A picture of our own counts as a linked one does.
    let uploaded = fixture.tweet(ada, 1).await;
    fixture.sweep_after(60).await;
    assert!(fixture.listed(RankedTweets::Media).await.contains(&uploaded));
}

#[tokio::test(flavor = "multi_thread")]
async fn deleted_tweets_and_users_leave_the_lists_with_the_next_run() {
    let fixture = Fixture::start();
    let (ada, goes) = (fixture.user("ada").await, fixture.user("goes").await);
    let (stays, deleted) = (fixture.tweet_at(ada.id, 1, true).await, fixture.tweet_at(ada.id, 2, true).await);
    let of_gone = fixture.tweet_at(goes.id, 3, false).await;
    let both = [goes.id, ada.id].into();
    fixture.count(Counter::Followers(goes.id), 2).await;
    fixture.count(Counter::Followers(ada.id), 1).await;
    assert!(fixture.ranked().add_followed(&both).await.unwrap());
    fixture.sweep_after(60).await;
    assert_eq!(fixture.listed(RankedTweets::Latest).await, [of_gone, deleted, stays]);
    assert_eq!(fixture.ranked().popular().await.unwrap(), [goes.id, ada.id]);

    let tweet = fixture.tweets.by_id(deleted).await.unwrap().unwrap();
    assert!(fixture.tweets.delete(&tweet, &fixture.tables.jobs, NOW).await.unwrap());
    let purge = fixture.delete(&goes).await;
    fixture.deliver(&[&purge]).await;
    fixture.sweep_after(60).await;
    assert_eq!(fixture.listed(RankedTweets::Latest).await, [stays]);
    assert_eq!(fixture.listed(RankedTweets::Top).await, [stays]);
    assert_eq!(fixture.listed(RankedTweets::Media).await, [stays]);
    assert_eq!(fixture.ranked().popular().await.unwrap(), [ada.id]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_most_followed_users_come_from_the_list_of_before_and_from_new_follows() {
    let fixture = Fixture::start();
    let (ada, bob, eve) = (fixture.user("ada").await.id, fixture.user("bob").await.id, fixture.user("eve").await.id);
    let relations = Relations::new(&fixture.social());
    relations.follow(eve, ada, EdgeId::new(NOW, &Random).unwrap()).await.unwrap();
    fixture.count(Counter::Followers(ada), 1).await;
    assert!(fixture.ranked().add_followed(&[ada, eve].into()).await.unwrap());
    fixture.sweep_after(60).await;
    assert_eq!(fixture.ranked().popular().await.unwrap(), [ada], "nobody follows eve");
    assert!(fixture.ranked().stored_people().await.unwrap().followed.is_empty(), "they are looked at once");

    fixture.count(Counter::Followers(bob), 3).await;
    fixture.sweep_after(60).await;
    assert_eq!(fixture.ranked().popular().await.unwrap(), [ada], "nobody said that bob was followed");
    assert!(fixture.ranked().add_followed(&[bob].into()).await.unwrap());
    fixture.sweep_after(60).await;
    assert_eq!(fixture.ranked().popular().await.unwrap(), [bob, ada]);
    // A list that stays is ranked anew without a new follow.
    fixture.count(Counter::Followers(bob), -3).await;
    fixture.sweep_after(60).await;
    assert_eq!(fixture.ranked().popular().await.unwrap(), [ada]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_costs_what_it_ranks() {
    let fixture = Fixture::start();
    let ada = fixture.user("ada").await.id;
    let cost = async || {
        let meter = Meter::default();
        meter.scope(fixture.sweep_after(60)).await;
        meter.cost()
    };
    let empty = cost().await;
    for second in 0..40 {
        fixture.tweet_at(ada, second, false).await;
    }
    let (first, second) = (cost().await, cost().await);
    println!("nothing: {empty:?}; forty tweets: {first:?}; the same: {second:?}");
    // The partitions of two lists, the lists themselves, and the sweep's own queries.
    assert!(empty.rcu <= 45.0 && empty.wcu <= 0.0, "{empty:?}");
    assert!(first.rcu <= empty.rcu + 40.0 * 0.5 + 16.0 * 0.5, "half a unit for each tweet: {first:?}");
    assert!(first.wcu > 0.0, "{first:?}");
    assert!(second.wcu <= 0.0, "a list that stays is not written: {second:?}");
}
