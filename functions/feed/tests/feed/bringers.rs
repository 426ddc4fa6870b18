//! A tweet that several bring: it is in a timeline as long as one of them does, whoever came first.

use std::collections::BTreeSet;

use aviary_model::{TweetId, UserId};
use aviary_store::{TimelineEntry, Tweet};

use crate::world::{World, text};

impl World {
    async fn entry(&self, user: UserId, tweet: TweetId) -> Option<TimelineEntry> {
        let page = self.home.page(user, None, 100, self.now()).await.unwrap();
        page.entries.into_iter().find(|entry| entry.tweet == tweet)
    }

    async fn bringers_of(&self, user: UserId, tweet: TweetId) -> Vec<UserId> {
        let entry = self.entry(user, tweet).await;
        entry.iter().flat_map(|entry| entry.via.into_iter().chain(entry.also.iter().copied())).collect()
    }

    /// What is kept of those who bring a tweet that was there before.
    async fn also(&self) -> Vec<String> {
        let feed = self.items("FeedTable").await;
        feed.into_keys().map(|(_, sk)| sk).filter(|sk| sk.starts_with("ALSO#")).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tweet_stays_while_somebody_else_brings_it() {
    let world = World::start();
    let [author, one, two, three, reader] = world.users::<5>().await;
    for fan in [one, two, three] {
        world.follow(reader, fan).await;
    }
    world.settle_twice().await;
    let tweet = world.tweet(author, "Worth it").await;
    let mut places = Vec::new();
    for fan in [one, two, three] {
        world.clock.forward(1);
        world.retweet(fan, &tweet).await;
        world.settle().await;
        let edge = world.reactions.retweeted_by(fan, None, 1).await.unwrap();
        places.push(edge.entries[0].position);
    }
    assert_eq!(world.also().await.len(), 2);
    // Neither the last nor the first takes it away; the place is that of who came first of those who are left.
    world.unretweet(three, &tweet).await;
    world.settle_twice().await;
    let entry = world.entry(reader, tweet.id).await.unwrap();
    assert_eq!((entry.via, entry.position, entry.also), (Some(one), places[0], [two].into()));
    world.unretweet(one, &tweet).await;
    world.settle_twice().await;
    let entry = world.entry(reader, tweet.id).await.unwrap();
    assert_eq!((entry.via, entry.position, entry.also), (Some(two), places[1], [].into()));
    assert_eq!(world.also().await, Vec::<String>::new());
    world.unretweet(two, &tweet).await;
    world.settle_twice().await;
    assert_eq!(world.entry(reader, tweet.id).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retweet_that_is_taken_back_leaves_it_to_its_author() {
    let world = World::start();
    let [author, fan, reader] = world.users::<3>().await;
    world.follow(reader, fan).await;
    world.settle_twice().await;
    let tweet = world.tweet(author, "Worth it").await;
    world.retweet(fan, &tweet).await;
    world.settle().await;
    world.follow(reader, author).await;
    world.settle_twice().await;
    assert_eq!(world.entry(reader, tweet.id).await.unwrap().via, Some(fan));
    world.unretweet(fan, &tweet).await;
    world.settle_twice().await;
    assert_eq!(world.entry(reader, tweet.id).await, Some(TimelineEntry::tweeted(tweet.id, author)));
    // And an author's own place is not left to a retweet of it.
    world.retweet(fan, &tweet).await;
    world.settle_twice().await;
    let entry = world.entry(reader, tweet.id).await.unwrap();
    assert_eq!((entry.via, entry.position, entry.also), (None, tweet.id.into(), [fan].into()));
    assert!(world.tweets.delete(&tweet, &world.tables.jobs, world.now()).await.unwrap());
    world.settle_twice().await;
    assert_eq!((world.entry(reader, tweet.id).await, world.also().await), (None, vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_retweet_by_the_same_takes_its_place_and_is_not_lost_to_the_first_ones_end() {
    let world = World::start();
    let [author, one, two, reader] = world.users::<4>().await;
    world.follow(reader, one).await;
    world.follow(reader, two).await;
    world.settle_twice().await;
    let tweet = world.tweet(author, "Worth it").await;
    for fan in [one, two] {
        world.retweet(fan, &tweet).await;
        world.settle().await;
    }
    for fan in [two, one] {
        world.clock.forward(1);
        world.unretweet(fan, &tweet).await;
        let end = world.records().await;
        world.retweet(fan, &tweet).await;
        let again = world.records().await;
        // The end is heard of last.
        world.hand(0, &again).await;
        world.work().await;
        world.hand(0, &end).await;
        world.work().await;
    }
    world.settle_twice().await;
    assert_eq!(world.bringers_of(reader, tweet.id).await, [one, two]);
    for fan in [one, two] {
        assert!(world.entry(reader, tweet.id).await.is_some());
        world.unretweet(fan, &tweet).await;
        world.settle_twice().await;
    }
    assert_eq!((world.entry(reader, tweet.id).await, world.also().await), (None, vec![]));
}

/// An entry that nobody brings any more whom the reader follows does not hold back who brings the tweet next.
#[tokio::test(flavor = "multi_thread")]
async fn who_brings_a_tweet_next_takes_the_place_of_those_who_are_not_followed_any_more() {
    let world = World::start();
    let [author, fan, muted, reader] = world.users::<4>().await;
    for person in [author, fan, muted] {
        world.follow(reader, person).await;
    }
    world.settle_twice().await;
    let tweet = world.tweet(author, "Worth it").await;
    world.settle().await;
    world.retweet(muted, &tweet).await;
    world.settle().await;
    world.unfollow(reader, author).await;
    world.relations.mute(reader, muted, world.edge()).await.unwrap();
    world.settle_twice().await;
    world.retweet(fan, &tweet).await;
    world.settle().await;
    let entry = world.entry(reader, tweet.id).await.unwrap();
    assert_eq!((entry.via, entry.also), (Some(fan), [muted].into()));
    assert!(entry.position > tweet.id.into());
    // And what is over is as good as gone, though it was not removed yet.
    world.clock.forward(91 * 24 * 3_600);
    assert_eq!(world.entry(reader, tweet.id).await, None);
    world.unretweet(fan, &tweet).await;
    world.settle_twice().await;
    world.retweet(fan, &tweet).await;
    world.settle().await;
    assert_eq!(world.entry(reader, tweet.id).await.unwrap().via, Some(fan));
}

/// A retweet in the moment of a follow, which the index did not have yet.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_follower_gets_what_was_retweeted_since_the_follow_and_not_before() {
    let world = World::with_index_delay(std::time::Duration::from_secs(5));
    let [author, fan, reader] = world.users::<3>().await;
    let (before, since) = (world.tweet(author, "Before").await, world.tweet(author, "Since").await);
    world.retweet(fan, &before).await;
    world.settle().await;
    world.clock.forward(3_600);
    world.follow(reader, fan).await;
    world.settle().await;
    world.retweet(fan, &since).await;
    world.settle().await;
    assert_eq!(world.entry(reader, since.id).await, None, "the index has seen everything: no test");
    world.settle_twice().await;
    assert_eq!(world.bringers_of(reader, since.id).await, [fan]);
    assert_eq!(world.entry(reader, before.id).await, None);
}

/// Only the first few are kept beside the first: each is read with every page.
#[tokio::test(flavor = "multi_thread")]
async fn not_more_are_kept_than_a_page_can_read() {
    let world = World::start();
    let [author, reader, a, b, c, d, e, f] = world.users::<8>().await;
    for fan in [a, b, c, d, e, f] {
        world.follow(reader, fan).await;
    }
    world.settle_twice().await;
    let tweet = world.tweet(author, "Worth it").await;
    for fan in [a, b, c, d, e, f] {
        world.retweet(fan, &tweet).await;
        world.settle().await;
    }
    let kept = world.bringers_of(reader, tweet.id).await;
    assert_eq!((kept[0], kept.iter().copied().collect::<BTreeSet<_>>()), (a, [a, b, c, d, e].into()));
    assert_eq!(world.also().await.len(), 4);
}

/// Nothing of an account that goes is left in what others brought.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_goes_brings_nothing_any_more() {
    let world = World::start();
    let leaver = world.account("leaver").await;
    let author = world.user("author").await;
    let (fan, reader) = (world.user("fan").await, world.user("reader").await);
    for fan in [leaver.id, fan] {
        world.follow(reader, fan).await;
    }
    world.settle_twice().await;
    let (first, second): (Tweet, Tweet) = (world.tweet(author, "One").await, world.tweet(author, "Two").await);
    for (tweet, fans) in [(&first, [leaver.id, fan]), (&second, [fan, leaver.id])] {
        for fan in fans {
            world.retweet(fan, tweet).await;
            world.settle().await;
        }
    }
    world.delete_account(&leaver).await;
    for _ in 0..3 {
        world.settle_twice().await;
        world.clock.forward(700);
    }
    for tweet in [&first, &second] {
        assert_eq!(world.bringers_of(reader, tweet.id).await, [fan]);
    }
    let feed = world.items("FeedTable").await;
    let leaver = leaver.id.to_string();
    let traces = feed.iter().filter(|((pk, sk), item)| {
        let origin = text(item, "origin_pk");
        [pk, sk, &origin].into_iter().any(|text| text.contains(&leaver)) || format!("{item:?}").contains(&leaver)
    });
    assert_eq!(traces.count(), 0);
}
