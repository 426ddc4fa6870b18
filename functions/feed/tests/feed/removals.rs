//! A deletion leaves nothing behind.

use std::time::{Duration, Instant};

use aviary_model::UserId;
use aviary_store::{Reaction, Tweet};
use aws_sdk_dynamodb::types::AttributeValue;
use test_support::table;

use crate::world::World;

impl World {
    /// The number of an actor's notifications in the index.
    async fn notifications_by(&self, actor: UserId) -> usize {
        let query = self.dynamodb.query().table_name(table("FeedTable")).index_name("by-origin");
        let query = query.key_condition_expression("origin_pk = :pk");
        let query = query.expression_attribute_values(":pk", AttributeValue::S(format!("ACTOR#{actor}")));
        query.send().await.unwrap().items().len()
    }

    /// The items of `social` and `feed` that contain this text.
    pub(crate) async fn left_of(&self, text: &str) -> Vec<String> {
        let mut left = Vec::new();
        for table in ["SocialTable", "FeedTable"] {
            for (key, item) in self.items(table).await {
                let shown = format!("{table} {key:?} {item:?}");
                if shown.contains(text) {
                    left.push(shown);
                }
            }
        }
        left
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_tweet_leaves_nothing() {
    let world = World::start();
    let [author, a, b, c] = world.users::<4>().await;
    for reader in [a, b] {
        world.follow(reader, author).await;
    }
    world.follow(c, a).await;
    world.settle_twice().await;
    let stays = world.tweet(author, "Stays").await;
    let tweet = world.tweet(author, "Hello @user3 #tag").await;
    world.settle().await;
    let comment = world.comment(a, &tweet, "@user2 look").await;
    world.like_comment(b, &comment).await;
    let reply = world.reply(b, &tweet, "So it is").await;
    for reader in [a, b] {
        world.like(reader, &tweet).await;
        world.like(reader, &stays).await;
        world.retweet(reader, &tweet).await;
        world.react(reader, Reaction::Save, &tweet).await;
    }
    world.settle().await;
    // The notification of an undone like is removed too.
    world.unlike(a, &tweet).await;
    world.settle().await;
    let id = tweet.id.to_string();
    assert!(world.left_of(&id).await.len() > 20);
    assert!(world.tweets.delete(&tweet, &world.tables.jobs, world.now()).await.unwrap());
    world.work().await;
    world.settle().await;
    // Requests that were under way when it was deleted.
    world.like(c, &tweet).await;
    world.comment(c, &tweet, "Late").await;
    world.settle_twice().await;
    world.settle_twice().await;
    assert_eq!(world.left_of(&id).await, Vec::<String>::new());
    assert_eq!(world.left_of(&comment.id.to_string()).await, Vec::<String>::new());
    assert_eq!(world.items("JobsTable").await.len(), 0);
    // Everything else stays, and a reply no longer names its parent.
    assert_eq!(world.tweets.by_id(reply.id).await.unwrap().unwrap().in_reply_to, None);
    assert_eq!(world.tweets.by_id(stays.id).await.unwrap().unwrap().likes, 2);
    assert_eq!(world.notifications_of(author).await.len(), 5, "two follows, two likes, the reply");
    world.assert_counts().await;
    world.assert_inboxes().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_comment_leaves_nothing() {
    let world = World::start();
    let [author, a, b] = world.users::<3>().await;
    let tweet = world.tweet(author, "Hello").await;
    let (gone, stays) = (world.comment(a, &tweet, "@user2 look").await, world.comment(a, &tweet, "Stays").await);
    for reader in [author, b] {
        world.like_comment(reader, &gone).await;
        world.like_comment(reader, &stays).await;
    }
    world.settle().await;
    world.reactions.unlike_comment(b, gone.id).await.unwrap();
    world.notifications.read_all(author).await.unwrap();
    assert!(world.comments.delete(&gone, &world.tables.jobs, world.now()).await.unwrap());
    world.settle_twice().await;
    assert_eq!(world.left_of(&gone.id.to_string()).await, Vec::<String>::new());
    assert_eq!(world.tweets.by_id(tweet.id).await.unwrap().unwrap().comments, 1);
    assert_eq!(
        (
            world.notifications_of(author).await.len(),
            world.notifications_of(a).await.len(),
            world.notifications_of(b).await.len()
        ),
        (1, 2, 0)
    );
    world.assert_counts().await;
    world.assert_inboxes().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_account_leaves_nothing() {
    let world = World::with_limit(1);
    let [a, b, c] = world.users::<3>().await;
    let gone = world.account("gone").await;
    let me = gone.id;
    // Follows in both directions, above and below the limit.
    for (who, whom) in [(a, me), (b, me), (me, a), (me, b), (c, a)] {
        world.follow(who, whom).await;
    }
    world.settle().await;
    let mine = world.tweet(me, "Hello @user0 #tag").await;
    let theirs = world.tweet(a, "Hello @gone").await;
    world.settle().await;
    let comments = [world.comment(me, &theirs, "@user1").await, world.comment(a, &mine, "@gone").await];
    for (who, tweet) in [(me, &theirs), (b, &theirs), (a, &mine)] {
        world.like(who, tweet).await;
        world.retweet(who, tweet).await;
        world.react(who, Reaction::Save, tweet).await;
    }
    world.like_comment(b, &comments[0]).await;
    world.like_comment(me, &comments[1]).await;
    world.reply(b, &mine, "So it is").await;
    world.reply(me, &theirs, "So it is").await;
    world.settle().await;
    for (who, whom) in [(c, me), (me, c)] {
        world.block(who, whom).await;
    }
    world.relations.mute(b, me, world.edge()).await.unwrap();
    world.relations.mute(me, b, world.edge()).await.unwrap();
    world.settle().await;
    world.assert_counts().await;
    world.assert_inboxes().await;
    let all = world.left_of(&me.to_string()).await;
    assert!(all.len() > 40, "{}: {all:#?}", all.len());

    world.delete_account(&gone).await;
    world.work().await;
    world.settle().await;
    // Requests that were under way.
    world.like(me, &theirs).await;
    world.tweet(me, "Late").await;
    world.settle().await;
    for seconds in [61, 601, 61] {
        world.clock.forward(seconds);
        world.work().await;
        world.settle().await;
    }
    assert_eq!(world.left_of(&me.to_string()).await, Vec::<String>::new());
    for id in [mine.id.to_string(), comments[0].id.to_string(), comments[1].id.to_string()] {
        assert_eq!(world.left_of(&id).await, Vec::<String>::new());
    }
    assert_eq!(world.items("JobsTable").await.len(), 0);
    let theirs = world.tweets.by_id(theirs.id).await.unwrap().unwrap();
    assert_eq!((theirs.likes, theirs.retweets, theirs.comments), (1, 1, 0));
    world.assert_counts().await;
    world.assert_inboxes().await;
}

/// The first round misses what indexes do not show yet; the second removes it.
#[tokio::test(flavor = "multi_thread")]
async fn the_second_round_removes_what_indexes_did_not_show() {
    let world = World::with_index_delay(Duration::from_millis(700));
    let [author, a, b] = world.users::<3>().await;
    world.follow(a, author).await;
    let tweet = world.tweet(author, "Hello @user2").await;
    let comment = world.comment(a, &tweet, "@user2 look").await;
    world.like(b, &tweet).await;
    world.like_comment(b, &comment).await;
    world.retweet(b, &tweet).await;
    world.reply(a, &tweet, "So it is").await;
    let records = world.records().await;
    assert_eq!(world.hand(0, &records).await, Vec::<String>::new());
    assert!(world.tweets.delete(&tweet, &world.tables.jobs, world.now()).await.unwrap());
    world.work().await;
    assert!(
        !world.left_of(&tweet.id.to_string()).await.is_empty(),
        "the indexes showed everything: the test proves nothing"
    );
    until_seen(&world, &tweet, b).await;
    world.settle_twice().await;
    world.settle_twice().await;
    assert_eq!(world.left_of(&tweet.id.to_string()).await, Vec::<String>::new());
    assert_eq!(world.left_of(&comment.id.to_string()).await, Vec::<String>::new());
    world.assert_inboxes().await;
}

/// Waits until the indexes show the last writes, and so all before them.
async fn until_seen(world: &World, tweet: &Tweet, actor: UserId) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let seen = world.reactions.of_tweet(Reaction::Retweet, tweet.id, None, 10).await.unwrap().entries;
        let replies = world.tweets.replies(tweet.id, None, 10).await.unwrap().entries;
        let notifications = world.notifications_by(actor).await;
        if seen == [actor] && replies.len() == 1 && notifications > 0 {
            return;
        }
        assert!(Instant::now() < deadline, "the index does not show it");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A worker that dies anywhere has only put off its job.
#[tokio::test(flavor = "multi_thread")]
async fn the_next_worker_finishes_a_stopped_removal() {
    let world = World::start();
    let [author, a, b] = world.users::<3>().await;
    world.follow(a, author).await;
    world.settle_twice().await;
    let tweet = world.tweet(author, "Hello @user2 #tag").await;
    let comment = world.comment(a, &tweet, "Oh").await;
    world.like_comment(b, &comment).await;
    world.like(a, &tweet).await;
    world.retweet(b, &tweet).await;
    world.settle().await;
    assert!(world.tweets.delete(&tweet, &world.tables.jobs, world.now()).await.unwrap());
    for patience in [0, 3, 10, 30, 60] {
        let begun = tokio::time::timeout(Duration::from_millis(patience), world.work()).await;
        // A job that was begun is put off, after its fifth attempt for 1,440 s.
        world.clock.forward(if begun.is_ok() { 0 } else { 1_500 });
    }
    world.work().await;
    world.settle_twice().await;
    world.settle_twice().await;
    assert_eq!(world.left_of(&tweet.id.to_string()).await, Vec::<String>::new());
    assert_eq!(world.items("JobsTable").await.len(), 0);
    world.assert_counts().await;
    world.assert_inboxes().await;
}
