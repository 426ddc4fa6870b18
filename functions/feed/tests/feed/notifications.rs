//! Notifications and unread counts.

use std::collections::HashSet;

use aviary_model::{TweetText, UserId};
use aviary_store::{Edited, NotificationKind, Tweet};

use crate::world::World;

impl World {
    /// A user's notifications, newest first.
    pub(crate) async fn notifications_of(&self, user: UserId) -> Vec<(NotificationKind, UserId)> {
        let page = self.notifications.page(user, None, 100, self.now()).await.unwrap();
        page.entries.into_iter().map(|found| (found.news.kind, found.news.actor)).collect()
    }

    async fn edit(&self, tweet: &Tweet, message: &str) -> Tweet {
        let message = TweetText::parse(message).unwrap();
        let edited = self.tweets.edit(tweet, &message, &[], self.now()).await.unwrap();
        assert!(matches!(edited, Edited::Done));
        self.tweets.by_id(tweet.id).await.unwrap().unwrap()
    }
}

use NotificationKind::{Comment, Follow, Like, Mention, Retweet};

#[tokio::test(flavor = "multi_thread")]
async fn everyone_concerned_is_notified() {
    let world = World::start();
    let [a, b, c] = world.users::<3>().await;
    world.follow(b, a).await;
    world.settle().await;
    let tweet = world.tweet(a, "Hello @user2").await;
    world.settle().await;
    world.like(b, &tweet).await;
    world.settle().await;
    world.retweet(c, &tweet).await;
    world.settle().await;
    let comment = world.comment(b, &tweet, "@user0 @user1 @user2 nice").await;
    world.settle().await;
    world.like_comment(a, &comment).await;
    world.settle().await;
    world.reply(b, &tweet, "@user0 and more").await;
    world.settle().await;
    assert_eq!(world.notifications_of(a).await, [(Mention, b), (Comment, b), (Retweet, c), (Like, b), (Follow, b)]);
    assert_eq!(world.notifications_of(b).await, [(Like, a)]);
    assert_eq!(world.notifications_of(c).await, [(Mention, b), (Mention, a)]);
    let page = world.notifications.page(b, None, 1, world.now()).await.unwrap();
    assert_eq!((page.entries[0].news.tweet, page.entries[0].news.comment), (Some(tweet.id), Some(comment.id)));
    world.assert_inboxes().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_notified_twice_or_of_their_own_acts() {
    let world = World::start();
    let [a, b] = world.users::<2>().await;
    let tweet = world.tweet(a, "Hello @user0, @USER1 and @user1").await;
    world.like(a, &tweet).await;
    world.retweet(a, &tweet).await;
    world.comment(a, &tweet, "@user0").await;
    world.reply(a, &tweet, "mine").await;
    world.settle().await;
    assert_eq!((world.notifications_of(a).await, world.notifications_of(b).await), (vec![], vec![(Mention, a)]));
    for _ in 0..3 {
        world.like(b, &tweet).await;
        world.settle().await;
        world.unlike(b, &tweet).await;
        world.settle().await;
    }
    assert_eq!(world.notifications_of(a).await, [(Like, b)]);
    assert_eq!(world.notifications.unread(a, world.now()).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_notifies_only_new_mentions() {
    let world = World::start();
    let [a, b, c] = world.users::<3>().await;
    let tweet = world.tweet(a, "Hello @user1").await;
    world.settle().await;
    world.notifications.read_all(b).await.unwrap();
    world.clock.forward(5);
    let tweet = world.edit(&tweet, "Hello @user2 and @user1").await;
    world.settle().await;
    assert_eq!(
        (world.notifications_of(b).await, world.notifications_of(c).await),
        (vec![(Mention, a)], vec![(Mention, a)])
    );
    assert_eq!(world.notifications.unread(b, world.now()).await.unwrap(), 0);
    let page = world.notifications.page(c, None, 1, world.now()).await.unwrap();
    assert_eq!(page.entries[0].news.created_at, world.now());
    world.edit(&tweet, "Nobody").await;
    world.settle().await;
    assert_eq!(world.notifications_of(c).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn hidden_or_deleted_actors_and_deleted_tweets_notify_nobody() {
    let world = World::start();
    let [a, blocked, blocker, muted, other] = world.users::<5>().await;
    let ghost = world.account("ghost").await;
    let (tweet, gone) = (world.tweet(a, "Hello").await, world.tweet(a, "Gone").await);
    for actor in [blocked, blocker, muted, ghost.id, other] {
        world.like(actor, &tweet).await;
    }
    world.like(other, &gone).await;
    world.tweet(other, "@ghost").await;
    let records = world.records().await;
    world.block(a, blocked).await;
    world.block(blocker, a).await;
    world.relations.mute(a, muted, world.edge()).await.unwrap();
    world.delete_account(&ghost).await;
    world.tweets.delete(&gone, &world.tables.jobs, world.now()).await.unwrap();
    assert_eq!(world.hand(0, &records).await, Vec::<String>::new());
    assert_eq!(world.notifications_of(a).await, [(Like, other)]);
    assert_eq!(world.notifications_of(ghost.id).await, []);
    assert_eq!(world.notifications.unread(a, world.now()).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_unread_notifications_are_counted() {
    let world = World::start();
    let [a, others @ ..] = world.users::<6>().await;
    assert_eq!(world.notifications.unread(a, world.now()).await.unwrap(), 0);
    world.notifications.read_all(a).await.unwrap();
    for other in others {
        world.follow(other, a).await;
    }
    world.settle().await;
    let page = world.notifications.page(a, None, 2, world.now()).await.unwrap();
    assert!(page.entries.iter().all(|found| !found.read) && page.next.is_some());
    let next = page.next.clone().unwrap().parse().unwrap();
    let rest = world.notifications.page(a, Some(next), 100, world.now()).await.unwrap();
    assert_eq!((rest.entries.len(), rest.next), (3, None));
    let ids: HashSet<_> = page.entries.iter().map(|found| found.id).collect();
    assert_eq!(world.notifications.read(a, &ids, world.now()).await.unwrap(), 3);
    assert_eq!(world.notifications.read(a, &ids, world.now()).await.unwrap(), 3);
    assert_eq!(world.notifications.read(others[0], &ids, world.now()).await.unwrap(), 0);
    world.assert_inboxes().await;
    let read: Vec<bool> =
        world.notifications.page(a, None, 9, world.now()).await.unwrap().entries.iter().map(|n| n.read).collect();
    assert_eq!(read, [true, true, false, false, false]);
    // Concurrently, some are read, all are read, and new ones arrive: the count stays exact.
    let some: HashSet<_> = rest.entries.iter().take(2).map(|found| found.id).collect();
    let tweet = world.tweet(a, "Hello").await;
    world.like(others[1], &tweet).await;
    let records = world.records().await;
    let (read, all, failed) = tokio::join!(
        world.notifications.read(a, &some, world.now()),
        world.notifications.read_all(a),
        world.hand(0, &records)
    );
    read.unwrap();
    all.unwrap();
    assert_eq!(failed, Vec::<String>::new());
    world.assert_inboxes().await;
    world.notifications.read_all(a).await.unwrap();
    assert_eq!(world.notifications.unread(a, world.now()).await.unwrap(), 0);
    world.assert_inboxes().await;
}

/// Many batches of two processes write to one inbox at once.
#[tokio::test(flavor = "multi_thread")]
async fn an_inbox_takes_many_concurrent_writes() {
    let world = World::start();
    let users = world.users::<24>().await;
    let tweet = world.tweet(users[0], "Hello").await;
    world.settle().await;
    for user in &users[1..] {
        world.like(*user, &tweet).await;
    }
    let records = world.records().await;
    let (one, other) = records.split_at(records.len() / 2);
    let hands = one.chunks(4).map(|some| world.hand(0, some)).chain(other.chunks(4).map(|some| world.hand(1, some)));
    let failed = futures_util::future::join_all(hands).await;
    // A count that lost too often fails; Lambda would deliver its records again.
    if failed.iter().any(|failed| !failed.is_empty()) {
        assert_eq!(world.hand(0, &records).await, Vec::<String>::new());
    }
    // A notification that lost too often is left to a job.
    world.clock.forward(31);
    world.work().await;
    assert_eq!(world.notifications_of(users[0]).await.len(), 23);
    assert_eq!(world.notifications.unread(users[0], world.now()).await.unwrap(), 23);
    world.assert_inboxes().await;
    world.assert_counts().await;
}

/// Unread notifications expire after ninety days and then do not count.
#[tokio::test(flavor = "multi_thread")]
async fn expired_notifications_are_not_unread() {
    let world = World::start();
    let [a, b, c] = world.users::<3>().await;
    world.follow(b, a).await;
    world.settle().await;
    world.clock.forward(50 * 86_400);
    world.follow(c, a).await;
    world.settle().await;
    assert_eq!(world.notifications.unread(a, world.now()).await.unwrap(), 2);
    world.clock.forward(41 * 86_400);
    assert_eq!(world.notifications.unread(a, world.now()).await.unwrap(), 1);
    assert_eq!(world.notifications_of(a).await, [(Follow, c)]);
    // It stays so at the next read, and when new ones arrive.
    assert_eq!(world.notifications.unread(a, world.now()).await.unwrap(), 1);
    let tweet = world.tweet(a, "Hello").await;
    world.like(b, &tweet).await;
    world.settle().await;
    assert_eq!(world.notifications.unread(a, world.now()).await.unwrap(), 2);
    world.clock.forward(91 * 86_400);
    assert_eq!(world.notifications.unread(a, world.now()).await.unwrap(), 0);
}

/// Notifications that a mute or a block hides are not unread, in both directions of a block. Others stay unread.
#[tokio::test(flavor = "multi_thread")]
async fn notifications_hidden_later_are_not_unread() {
    let world = World::start();
    let [a, b, c] = world.users::<3>().await;
    let (tweet, other) = (world.tweet(a, "Hello").await, world.tweet(b, "Hello").await);
    for actor in [b, c] {
        world.like(actor, &tweet).await;
        world.comment(actor, &tweet, "Nice").await;
    }
    world.like(a, &other).await;
    world.settle().await;
    let unread = async |user| world.notifications.unread(user, world.now()).await.unwrap();
    assert_eq!((unread(a).await, unread(b).await), (4, 1));
    world.relations.mute(a, c, world.edge()).await.unwrap();
    world.settle().await;
    assert_eq!((unread(a).await, unread(b).await), (2, 1));
    world.block(a, b).await;
    world.settle_twice().await;
    assert_eq!((unread(a).await, unread(b).await), (0, 0));
    world.assert_inboxes().await;
}
