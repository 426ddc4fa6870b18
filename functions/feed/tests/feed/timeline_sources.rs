//! Entries with several sources: a tweet stays in a timeline as long as its author or one retweeter is left.

use std::collections::BTreeSet;

use aviary_model::{TweetId, UserId};
use aviary_store::{TimelineEntry, Tweet};

use crate::world::{World, text};

impl World {
    async fn entry(&self, user: UserId, tweet: TweetId) -> Option<TimelineEntry> {
        let page = self.home.page(user, None, 100, self.now()).await.unwrap();
        page.entries.into_iter().find(|entry| entry.tweet == tweet)
    }

    async fn sources_of(&self, user: UserId, tweet: TweetId) -> Vec<UserId> {
        let entry = self.entry(user, tweet).await;
        entry.iter().flat_map(|entry| entry.via.into_iter().chain(entry.also.iter().copied())).collect()
    }

    /// The stored further sources of entries.
    async fn also(&self) -> Vec<String> {
        let feed = self.items("FeedTable").await;
        feed.into_keys().map(|(_, sk)| sk).filter(|sk| sk.starts_with("ALSO#")).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_stays_while_another_retweet_is_left() {
    let world = World::start();
    let [author, one, two, three, reader] = world.users::<5>().await;
    for fan in [one, two, three] {
        world.follow(reader, fan).await;
    }
    world.settle_twice().await;
    let tweet = world.tweet(author, "Worth it").await;
    let mut positions = Vec::new();
    for fan in [one, two, three] {
        world.clock.forward(1);
        world.retweet(fan, &tweet).await;
        world.settle().await;
        let edge = world.reactions.retweeted_by(fan, None, 1).await.unwrap();
        positions.push(edge.entries[0].position);
    }
    assert_eq!(world.also().await.len(), 2);
    // Undoing the last or the first retweet keeps the entry. Its position is that of the earliest source left.
    world.unretweet(three, &tweet).await;
    world.settle_twice().await;
    let entry = world.entry(reader, tweet.id).await.unwrap();
    assert_eq!((entry.via, entry.position, entry.also), (Some(one), positions[0], [two].into()));
    world.unretweet(one, &tweet).await;
    world.settle_twice().await;
    let entry = world.entry(reader, tweet.id).await.unwrap();
    assert_eq!((entry.via, entry.position, entry.also), (Some(two), positions[1], [].into()));
    assert_eq!(world.also().await, Vec::<String>::new());
    world.unretweet(two, &tweet).await;
    world.settle_twice().await;
    assert_eq!(world.entry(reader, tweet.id).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undone_retweet_leaves_the_entry_to_the_author() {
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
    // A retweet does not replace the author's own entry.
    world.retweet(fan, &tweet).await;
    world.settle_twice().await;
    let entry = world.entry(reader, tweet.id).await.unwrap();
    assert_eq!((entry.via, entry.position, entry.also), (None, tweet.id.into(), [fan].into()));
    assert!(world.tweets.delete(&tweet, &world.tables.jobs, world.now()).await.unwrap());
    world.settle_twice().await;
    assert_eq!((world.entry(reader, tweet.id).await, world.also().await), (None, vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_retweet_survives_the_end_of_the_first() {
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
        // The record of the end is delivered last.
        world.hand(0, &again).await;
        world.work().await;
        world.hand(0, &end).await;
        world.work().await;
    }
    world.settle_twice().await;
    assert_eq!(world.sources_of(reader, tweet.id).await, [one, two]);
    for fan in [one, two] {
        assert!(world.entry(reader, tweet.id).await.is_some());
        world.unretweet(fan, &tweet).await;
        world.settle_twice().await;
    }
    assert_eq!((world.entry(reader, tweet.id).await, world.also().await), (None, vec![]));
}

/// An entry whose sources the reader no longer follows gives way to the next source.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_source_replaces_sources_no_longer_followed() {
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
    // An expired entry counts as gone, even before DynamoDB removes it.
    world.clock.forward(91 * 24 * 3_600);
    assert_eq!(world.entry(reader, tweet.id).await, None);
    world.unretweet(fan, &tweet).await;
    world.settle_twice().await;
    world.retweet(fan, &tweet).await;
    world.settle().await;
    assert_eq!(world.entry(reader, tweet.id).await.unwrap().via, Some(fan));
}

/// A retweet from before the index shows the follow.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_follower_gets_retweets_since_the_follow() {
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
    assert_eq!(world.entry(reader, since.id).await, None, "the index showed everything: the test proves nothing");
    world.settle_twice().await;
    assert_eq!(world.sources_of(reader, since.id).await, [fan]);
    assert_eq!(world.entry(reader, before.id).await, None);
}

/// An entry keeps only five sources, because each is read with every page.
#[tokio::test(flavor = "multi_thread")]
async fn an_entry_keeps_five_sources() {
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
    let kept = world.sources_of(reader, tweet.id).await;
    assert_eq!((kept[0], kept.iter().copied().collect::<BTreeSet<_>>()), (a, [a, b, c, d, e].into()));
    assert_eq!(world.also().await.len(), 4);
}

/// A deleted account leaves no trace in entries that others retweeted.
#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_account_is_no_source() {
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
        assert_eq!(world.sources_of(reader, tweet.id).await, [fan]);
    }
    let feed = world.items("FeedTable").await;
    let leaver = leaver.id.to_string();
    let traces = feed.iter().filter(|((pk, sk), item)| {
        let origin = text(item, "origin_pk");
        [pk, sk, &origin].into_iter().any(|text| text.contains(&leaver)) || format!("{item:?}").contains(&leaver)
    });
    assert_eq!(traces.count(), 0);
}
