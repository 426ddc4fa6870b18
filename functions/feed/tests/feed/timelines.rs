//! Home timelines below, above and across the fan-out limit.

use aviary_model::{TweetId, UserId};
use aviary_store::{Task, Tweet};
use serde_json::Value;

use crate::world::{Random, World};

impl World {
    /// The number of timelines that have a tweet.
    pub(crate) async fn readers_of(&self, tweet: &Tweet) -> usize {
        let sort_key = format!("HOME#{}", tweet.id);
        self.items("FeedTable").await.keys().filter(|(_, sk)| *sk == sort_key).count()
    }

    /// The tweets that were written to a user's timeline.
    async fn home_of(&self, user: UserId) -> Vec<TweetId> {
        let page = self.home.page(user, None, 100, self.now()).await.unwrap();
        page.entries.into_iter().map(|entry| entry.tweet).collect()
    }
}

fn ids(tweets: &[&Tweet]) -> Vec<TweetId> {
    let mut ids: Vec<TweetId> = tweets.iter().map(|tweet| tweet.id).collect();
    ids.sort();
    ids.reverse();
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn only_followers_get_a_tweet() {
    let world = World::start();
    let [author, a, b, stranger] = world.users::<4>().await;
    world.follow(a, author).await;
    world.follow(b, author).await;
    world.settle().await;
    let (one, two) = (world.tweet(author, "One").await, world.tweet(author, "Two").await);
    world.settle().await;
    for reader in [a, b] {
        assert_eq!(world.home_of(reader).await, ids(&[&one, &two]));
    }
    for other in [author, stranger] {
        assert_eq!(world.home_of(other).await, []);
    }
    assert_eq!(world.items("JobsTable").await.len(), 2, "only the follows' second rounds are left");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeline_is_read_in_pages_by_position() {
    let world = World::start();
    let [author, reader] = world.users::<2>().await;
    world.follow(reader, author).await;
    world.settle().await;
    for number in 0..7 {
        world.tweet(author, &format!("Number {number}")).await;
    }
    world.settle().await;
    let (mut after, mut seen) = (None, Vec::new());
    for expected in [3, 3, 1] {
        let page = world.home.page(reader, after, 3, world.now()).await.unwrap();
        assert_eq!(page.entries.len(), expected);
        seen.extend(page.entries.into_iter().map(|entry| entry.tweet));
        after = page.next.map(|next| next.parse().unwrap());
        assert_eq!(after.is_some(), expected == 3);
    }
    assert_eq!(seen, world.home_of(reader).await);
    assert_eq!(world.home.page(reader, None, 100, world.now().plus_seconds(91 * 86_400)).await.unwrap().entries, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_follower_gets_the_last_tweets_unless_the_follow_ended() {
    let world = World::start();
    let [author, late, fickle] = world.users::<3>().await;
    let mut tweets = Vec::new();
    for number in 0..25 {
        tweets.push(world.tweet(author, &format!("Number {number}")).await);
    }
    world.settle().await;
    world.follow(late, author).await;
    world.follow(fickle, author).await;
    let records = world.records().await;
    world.unfollow(fickle, author).await;
    assert_eq!(world.hand(0, &records).await, Vec::<String>::new());
    world.work().await;
    let mut all: Vec<TweetId> = tweets.iter().map(|tweet| tweet.id).collect();
    all.sort();
    all.reverse();
    assert_eq!(world.home_of(late).await, all[..20]);
    assert_eq!(world.home_of(fickle).await, []);
    // A tweet from before the index showed the follower is added by the second round.
    world.clock.forward(1);
    let missed = world.tweet(author, "Missed").await;
    world.clock.forward(61);
    world.work().await;
    assert!(world.home_of(late).await.contains(&missed.id));
}

#[tokio::test(flavor = "multi_thread")]
async fn followers_get_a_retweet_once_until_it_is_undone() {
    let world = World::start();
    let [author, fan, other, reader] = world.users::<4>().await;
    world.follow(reader, fan).await;
    world.follow(author, fan).await;
    world.settle_twice().await;
    let tweet = world.tweet(author, "Worth it").await;
    world.settle().await;
    world.retweet(fan, &tweet).await;
    world.settle().await;
    world.retweet(other, &tweet).await;
    world.settle().await;
    let page = world.home.page(reader, None, 10, world.now()).await.unwrap();
    assert_eq!(page.entries.len(), 1);
    assert_eq!((page.entries[0].via, page.entries[0].author), (Some(fan), author));
    assert_eq!(world.home_of(author).await, [], "no author gets an own tweet");
    world.unretweet(fan, &tweet).await;
    world.settle().await;
    assert_eq!(world.home_of(reader).await, []);
    // Retweeted again: the removal of the first must not affect the second.
    world.retweet(fan, &tweet).await;
    world.settle().await;
    assert_eq!(world.home_of(reader).await, [tweet.id]);
    world.settle_twice().await;
    assert_eq!(world.home_of(reader).await, [tweet.id]);
}

/// The fan-out is late, and the tweet or the retweet is gone by then.
#[tokio::test(flavor = "multi_thread")]
async fn deleted_tweets_and_undone_retweets_are_not_fanned_out() {
    let world = World::start();
    let [author, fan, reader] = world.users::<3>().await;
    world.follow(reader, author).await;
    world.follow(reader, fan).await;
    let kept = world.tweet(author, "Kept").await;
    world.settle_twice().await;
    let gone = world.tweet(author, "Gone").await;
    world.retweet(fan, &kept).await;
    let records = world.records().await;
    world.tweets.delete(&gone, &world.tables.jobs, world.now()).await.unwrap();
    world.unretweet(fan, &kept).await;
    assert_eq!(world.hand(0, &records).await, Vec::<String>::new());
    world.work().await;
    let page = world.home.page(reader, None, 10, world.now()).await.unwrap();
    assert_eq!(page.entries.len(), 1);
    assert_eq!((page.entries[0].tweet, page.entries[0].via), (kept.id, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn above_the_limit_followers_merge_at_reading() {
    let world = World::with_limit(2);
    let [author, a, b, c, late] = world.users::<5>().await;
    for reader in [a, b] {
        world.follow(reader, author).await;
    }
    world.settle().await;
    let before = world.tweet(author, "Two followers").await;
    world.settle().await;
    assert_eq!(world.home_of(a).await, [before.id]);
    assert_eq!(world.home.pulls(a).await.unwrap(), []);
    // Upwards across the limit: after the first tweet above it all followers merge, earlier ones too.
    world.follow(c, author).await;
    world.settle().await;
    assert_eq!(world.home.pulls(c).await.unwrap(), [author]);
    let above = world.tweet(author, "Three followers").await;
    world.settle().await;
    for reader in [a, b, c] {
        assert_eq!(world.home.pulls(reader).await.unwrap(), [author]);
        assert!(!world.home_of(reader).await.contains(&above.id));
    }
    world.follow(late, author).await;
    world.settle().await;
    assert_eq!(world.home.pulls(late).await.unwrap(), [author]);
    // Downwards: tweets are written again. Remaining followers still merge, those who left do not.
    for reader in [c, late] {
        world.unfollow(reader, author).await;
    }
    world.settle().await;
    assert_eq!(world.home.pulls(c).await.unwrap(), []);
    let below = world.tweet(author, "Two again").await;
    world.settle().await;
    assert_eq!(world.home_of(a).await, ids(&[&before, &below]));
    assert_eq!(world.home_of(late).await, []);
    assert_eq!(world.home.pulls(a).await.unwrap(), [author]);
    world.follow(late, author).await;
    world.settle_twice().await;
    assert_eq!(world.home.pulls(late).await.unwrap(), [author]);
}

/// The record of an ended follow is delivered again after the next follow. It must not end the new one's merging.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_record_does_not_undo_a_new_follow() {
    let world = World::with_limit(0);
    let [author, reader] = world.users::<2>().await;
    world.follow(reader, author).await;
    let mut old = world.records().await;
    world.hand(0, &old).await;
    world.unfollow(reader, author).await;
    old.extend(world.records().await);
    world.hand(0, &old).await;
    assert_eq!(world.home.pulls(reader).await.unwrap(), []);
    world.follow(reader, author).await;
    let new = world.records().await;
    world.hand(0, &new).await;
    assert_eq!(world.hand(1, &old).await, Vec::<String>::new());
    assert_eq!(world.home.pulls(reader).await.unwrap(), [author]);
    world.assert_counts().await;
    // A repeated record of an old follow starts nothing.
    world.unfollow(reader, author).await;
    let end = world.records().await;
    world.hand(0, &end).await;
    for records in [&old, &new] {
        world.hand(1, records).await;
    }
    assert_eq!(world.home.pulls(reader).await.unwrap(), []);
    world.assert_counts().await;
}

/// The index does not show the follower at the fan-out, and the backfill ran before the tweet.
#[tokio::test(flavor = "multi_thread")]
async fn the_second_round_adds_a_tweet_from_the_moment_of_a_follow() {
    let world = World::with_index_delay(std::time::Duration::from_millis(700));
    let [author, reader] = world.users::<2>().await;
    world.follow(reader, author).await;
    world.settle().await;
    let tweet = world.tweet(author, "Hello").await;
    world.settle().await;
    assert_eq!(world.home_of(reader).await, [], "the index showed everything: the test proves nothing");
    world.settle_twice().await;
    assert_eq!(world.home_of(reader).await, [tweet.id]);
}

/// More followers than one page has, and enough for one job per shard.
#[tokio::test(flavor = "multi_thread")]
async fn hundreds_get_a_tweet_by_shards_and_pages_and_lose_it() {
    let world = World::start();
    let [author] = world.users::<1>().await;
    let readers: Vec<UserId> = (0..510).map(|_| UserId::new(world.now(), &Random).unwrap()).collect();
    for some in readers.chunks(16) {
        futures_util::future::join_all(some.iter().map(|reader| world.follow(*reader, author))).await;
    }
    for some in world.records().await.chunks(100) {
        assert_eq!(world.hand(0, some).await, Vec::<String>::new());
    }
    assert_eq!(world.tables.profiles.by_id(author).await.unwrap().unwrap().followers, 510);
    // Removes the backfill jobs: there is no tweet yet.
    for (pk, _) in world.items("JobsTable").await.into_keys() {
        world.tables.jobs.done(pk.strip_prefix("J#").unwrap().parse().unwrap()).await.unwrap();
    }
    let (sharded, paged) = (world.tweet(author, "In shards").await, world.tweet(author, "In pages").await);
    let records = world.records().await;
    let is_first = |record: &&Value| record["dynamodb"]["NewImage"]["id"]["S"] == sharded.id.to_string();
    let first: Vec<Value> = records.iter().filter(is_first).cloned().collect();
    assert_eq!(world.hand(0, &first).await, Vec::<String>::new());
    assert_eq!(world.items("JobsTable").await.len(), 4);
    let (tweet, position) = (paged.id, paged.id.into());
    let all = Task::FanOut { user: author, tweet, author, position, shard: None, after: None };
    world.tables.jobs.put(&world.tables.jobs.job(all, world.now()).unwrap()).await.unwrap();
    world.work().await;
    for tweet in [&sharded, &paged] {
        assert_eq!(world.readers_of(tweet).await, 510);
    }
    for some in readers[..250].chunks(16) {
        futures_util::future::join_all(some.iter().map(|reader| world.like(*reader, &sharded))).await;
    }
    assert!(world.tweets.delete(&sharded, &world.tables.jobs, world.now()).await.unwrap());
    world.work().await;
    assert_eq!((world.readers_of(&sharded).await, world.readers_of(&paged).await), (0, 510));
    let social = world.items("SocialTable").await;
    assert_eq!(social.keys().filter(|(_, sk)| sk.starts_with("LIKE#")).count(), 0);
}

/// The limit itself moves down and up again, while users follow and unfollow.
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_limit_applies_to_existing_followers() {
    let mut world = World::with_limit(10);
    let [author, a, b, c, d] = world.users::<5>().await;
    world.follow(a, author).await;
    world.follow(b, author).await;
    world.settle_twice().await;
    let below = world.tweet(author, "Two followers of ten").await;
    world.settle().await;
    assert_eq!(world.home_of(a).await, [below.id]);
    world.set_limit(1);
    let above = world.tweet(author, "Two followers of one").await;
    world.settle_twice().await;
    for reader in [a, b] {
        assert_eq!(world.home.pulls(reader).await.unwrap(), [author]);
        assert!(!world.home_of(reader).await.contains(&above.id));
    }
    let jobs = world.items("JobsTable").await.len();
    let again = world.tweet(author, "They know").await;
    world.settle().await;
    assert_eq!(world.items("JobsTable").await.len(), jobs, "followers are switched to merging once");
    assert!(!world.home_of(a).await.contains(&again.id));
    // Up, with a new follower who does not merge, and down again: that follower must be switched too.
    world.set_limit(10);
    world.follow(c, author).await;
    world.settle_twice().await;
    assert_eq!(world.home.pulls(c).await.unwrap(), []);
    world.set_limit(1);
    world.follow(d, author).await;
    world.tweet(author, "Four followers of one").await;
    world.settle_twice().await;
    for reader in [a, b, c, d] {
        assert_eq!(world.home.pulls(reader).await.unwrap(), [author]);
    }
}
