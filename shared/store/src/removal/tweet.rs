//! Removes the items that refer to a deleted tweet, comment or account. Items of other users are found through indexes,
//! which lag, so the caller repeats each removal later.
//!
//! Each method removes its items in bounded pages and returns true if there is more. Every call can be repeated and can
//! be killed at any point: a pointer to an item is removed together with it or after it.

use aviary_model::{CommentId, Timestamp, TweetId, UserId};
use futures_util::future::try_join_all;
use futures_util::{StreamExt, TryStreamExt};
use uuid::Uuid;

use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Condition, Update};
use crate::dynamodb::item::Item;
use crate::dynamodb::pages::{Order, id_behind};
use crate::dynamodb::transaction::Transaction;
use crate::jobs::{Jobs, Task, job_item};
use crate::removal::{AT_ONCE, PAGE, PAGES, Purge};
use crate::social::comments::comments_list;
use crate::social::keys::{
    EdgeKind, authored_key, comment_key, commented_key, edge_key, hide_key, list_of, tweet_key, with_media_key,
};
use crate::social::tweets::replies_list;

/// The kind of a list's entries, with what their removal needs.
#[derive(Clone, Copy)]
enum Part<'a> {
    Comments { tweet: TweetId, tweet_author: UserId, jobs: &'a Jobs, now: Timestamp },
    Replies,
    Edges { kind: EdgeKind, target: Uuid },
}

impl Purge {
    /// Removes the likes, retweets and saves of a tweet.
    pub async fn reactions(&self, tweet: TweetId) -> Result<bool, StoreError> {
        let kinds = [EdgeKind::Like, EdgeKind::Retweet, EdgeKind::Save];
        let lists = kinds.map(|kind| self.edges(kind, tweet.uuid()));
        Ok(try_join_all(lists).await?.contains(&true))
    }

    /// Removes the likes of a comment.
    pub async fn comment_likes(&self, comment: CommentId) -> Result<bool, StoreError> {
        self.edges(EdgeKind::CommentLike, comment.uuid()).await
    }

    /// Removes the comments on a tweet. Each removal creates a job that removes everything that refers to the comment.
    pub async fn comments_on(
        &self,
        tweet: TweetId,
        tweet_author: UserId,
        jobs: &Jobs,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let part = Part::Comments { tweet, tweet_author, jobs, now };
        self.each_page(&comments_list(tweet), part).await
    }

    async fn comments_of(&self, tasks: Vec<Task>, jobs: &Jobs, now: Timestamp) -> Result<(), StoreError> {
        let removals: Vec<_> = tasks.into_iter().map(|task| self.comment(task, jobs, now)).collect();
        futures_util::stream::iter(removals).buffer_unordered(AT_ONCE).try_collect().await
    }

    /// Removes a comment, if it exists, and its author's pointer to it, and creates this job.
    async fn comment(&self, task: Task, jobs: &Jobs, now: Timestamp) -> Result<(), StoreError> {
        let Task::RemoveComment { author, comment, .. } = task else { return Ok(()) };
        let mut transaction = Transaction::default();
        transaction.delete_if(&self.social, comment_key(comment), &Condition::item_exists())?;
        transaction.delete(&self.social, commented_key(author, comment))?;
        transaction.create(&jobs.table, job_item(&jobs.job(task, now)?)?)?;
        transaction.commit(&self.feed.db).await.map(|_| ())
    }

    /// Keeps the replies to a tweet but removes their reference to it.
    pub async fn replies(&self, tweet: TweetId) -> Result<bool, StoreError> {
        self.each_page(&replies_list(tweet), Part::Replies).await
    }

    async fn free_all(&self, replies: Vec<TweetId>) -> Result<(), StoreError> {
        let writes: Vec<_> = replies.into_iter().map(|reply| self.free(reply)).collect();
        futures_util::stream::iter(writes).buffer_unordered(AT_ONCE).try_collect().await
    }

    async fn free(&self, reply: TweetId) -> Result<(), StoreError> {
        let update =
            Update::new().remove("in_reply_to").remove("list_pk").remove("list_sk").when(Condition::item_exists());
        let mut transaction = Transaction::default();
        transaction.update(&self.social, tweet_key(reply), &update)?;
        transaction.commit(&self.feed.db).await.map(|_| ())
    }

    /// Removes a tweet of a deleted account and its author's pointers to it, and creates a job that removes everything
    /// that refers to it. One round trip.
    pub async fn tweet(&self, author: UserId, tweet: TweetId, jobs: &Jobs, now: Timestamp) -> Result<(), StoreError> {
        let task = Task::RemoveTweet { author, tweet, round: 0 };
        let mut transaction = Transaction::default();
        transaction.delete(&self.social, tweet_key(tweet))?;
        transaction.delete(&self.social, authored_key(author, tweet))?;
        transaction.delete(&self.social, with_media_key(author, tweet))?;
        transaction.create(&jobs.table, job_item(&jobs.job(task, now)?)?)?;
        transaction.commit(&self.feed.db).await.map(|_| ())
    }

    /// Removes the follows, blocks and mutes of a user by others, and the flags for those blocks and mutes.
    pub async fn relations(&self, user: UserId) -> Result<bool, StoreError> {
        let mut more = false;
        for kind in [EdgeKind::Follow, EdgeKind::Block, EdgeKind::Mute] {
            more |= self.edges(kind, user.uuid()).await?;
        }
        Ok(more)
    }

    async fn edges(&self, kind: EdgeKind, target: Uuid) -> Result<bool, StoreError> {
        self.each_page(&list_of(kind, target), Part::Edges { kind, target }).await
    }

    /// Removes the edges from these actors to a target. The actors' flags for blocks and mutes are removed first.
    async fn edges_of(&self, actors: &[UserId], kind: EdgeKind, target: Uuid) -> Result<(), StoreError> {
        if let (EdgeKind::Block | EdgeKind::Mute, Ok(user)) = (kind, target.to_string().parse()) {
            let hides = actors.iter().map(|actor| hide_key(*actor, user));
            self.delete_each(&self.social, hides.collect()).await?;
        }
        let edges = actors.iter().map(|actor| edge_key(*actor, kind, target));
        self.delete_each(&self.social, edges.collect()).await
    }

    /// Reads pages of a list in the index `lists`, as many as one call may, and removes their entries.
    async fn each_page(&self, list: &str, part: Part<'_>) -> Result<bool, StoreError> {
        let mut after = None;
        for _ in 0..PAGES {
            let page = self.social.list_page(list, Order::OldestFirst, after.as_deref(), PAGE).await?;
            match part {
                Part::Comments { tweet, tweet_author, jobs, now } => {
                    let task = |item| comment_task(item, tweet, tweet_author);
                    self.comments_of(page.entries.iter().filter_map(task).collect(), jobs, now).await?;
                }
                Part::Replies => {
                    let replies = page.entries.iter().filter_map(|item| id_behind(item, "list_sk", ""));
                    self.free_all(replies.collect()).await?;
                }
                Part::Edges { kind, target } => {
                    let actors = page.entries.iter().filter_map(|item| id_behind(item, "pk", kind.partition()));
                    self.edges_of(&actors.collect::<Vec<_>>(), kind, target).await?;
                }
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(false),
            }
        }
        Ok(true)
    }
}

fn comment_task(item: &Item, tweet: TweetId, tweet_author: UserId) -> Option<Task> {
    let (comment, author) = (id_behind(item, "list_sk", "")?, id_behind(item, "author", "")?);
    Some(Task::RemoveComment { author, comment, tweet, tweet_author, round: 0 })
}
