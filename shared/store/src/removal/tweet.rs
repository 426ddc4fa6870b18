//! What hangs on a tweet or a comment that is gone, and on an account. What others were led to it by is found through
//! indexes, which lag: whoever calls this does it again after a while.
//!
//! Each method removes what it finds in bounded pages and answers true if there is more. Everything can be done twice,
//! and be cut off anywhere: what leads to a thing goes with it or after it.

use aviary_model::{CommentId, Timestamp, TweetId, UserId};
use futures_util::future::try_join_all;
use futures_util::{StreamExt, TryStreamExt};
use uuid::Uuid;

use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::Expression;
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

/// What a list has that is removed.
#[derive(Clone, Copy)]
enum Part<'a> {
    Comments { tweet: TweetId, tweet_author: UserId, jobs: &'a Jobs, now: Timestamp },
    Replies,
    Edges { kind: EdgeKind, target: Uuid },
}

impl Purge {
    /// The likes, retweets and saves of a tweet.
    pub async fn reactions(&self, tweet: TweetId) -> Result<bool, StoreError> {
        let kinds = [EdgeKind::Like, EdgeKind::Retweet, EdgeKind::Save];
        let lists = kinds.map(|kind| self.edges(kind, tweet.uuid()));
        Ok(try_join_all(lists).await?.contains(&true))
    }

    /// The likes of a comment.
    pub async fn comment_likes(&self, comment: CommentId) -> Result<bool, StoreError> {
        self.edges(EdgeKind::CommentLike, comment.uuid()).await
    }

    /// The comments on a tweet. Each goes with a job that removes what hangs on it.
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

    /// Removes a comment, if it is there, with what leads its author to it, and leaves this job.
    async fn comment(&self, task: Task, jobs: &Jobs, now: Timestamp) -> Result<(), StoreError> {
        let Task::RemoveComment { author, comment, .. } = task else { return Ok(()) };
        let mut transaction = Transaction::default();
        transaction.delete_if(&self.social, comment_key(comment), &is_there())?;
        transaction.delete(&self.social, commented_key(author, comment))?;
        transaction.create(&jobs.table, job_item(&jobs.job(task, now)?)?)?;
        transaction.commit(&self.feed.db).await.map(|_| ())
    }

    /// Answers to a tweet stay, and answer nothing then.
    pub async fn replies(&self, tweet: TweetId) -> Result<bool, StoreError> {
        self.each_page(&replies_list(tweet), Part::Replies).await
    }

    async fn free_all(&self, replies: Vec<TweetId>) -> Result<(), StoreError> {
        let writes: Vec<_> = replies.into_iter().map(|reply| self.free(reply)).collect();
        futures_util::stream::iter(writes).buffer_unordered(AT_ONCE).try_collect().await
    }

    async fn free(&self, reply: TweetId) -> Result<(), StoreError> {
        let update = Expression::new("REMOVE #in_reply_to, #list_pk, #list_sk", "attribute_exists(pk)")
            .name("#in_reply_to", "in_reply_to")
            .name("#list_pk", "list_pk")
            .name("#list_sk", "list_sk");
        let mut transaction = Transaction::default();
        transaction.update(&self.social, tweet_key(reply), &update)?;
        transaction.commit(&self.feed.db).await.map(|_| ())
    }

    /// A tweet that an account left: it goes with what leads its author to it, and leaves a job that removes what hangs
    /// on it. One round trip.
    pub async fn tweet(&self, author: UserId, tweet: TweetId, jobs: &Jobs, now: Timestamp) -> Result<(), StoreError> {
        let task = Task::RemoveTweet { author, tweet, round: 0 };
        let mut transaction = Transaction::default();
        transaction.delete(&self.social, tweet_key(tweet))?;
        transaction.delete(&self.social, authored_key(author, tweet))?;
        transaction.delete(&self.social, with_media_key(author, tweet))?;
        transaction.create(&jobs.table, job_item(&jobs.job(task, now)?)?)?;
        transaction.commit(&self.feed.db).await.map(|_| ())
    }

    /// The follows, blocks and mutes by which others are led to somebody, and what stands between them.
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

    /// Edges of a kind that lead to a target, each after what stands between its actor and a user.
    async fn edges_of(&self, actors: &[UserId], kind: EdgeKind, target: Uuid) -> Result<(), StoreError> {
        if let (EdgeKind::Block | EdgeKind::Mute, Ok(user)) = (kind, target.to_string().parse()) {
            let hides = actors.iter().map(|actor| hide_key(*actor, user));
            self.delete_each(&self.social, hides.collect()).await?;
        }
        let edges = actors.iter().map(|actor| edge_key(*actor, kind, target));
        self.delete_each(&self.social, edges.collect()).await
    }

    /// Reads a list of the index `lists` page by page, as many as a call may, and removes what is in it.
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
                    let actors = page.entries.iter().filter_map(|item| id_behind(item, "pk", "U#"));
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

fn is_there() -> Expression {
    Expression::new("", "attribute_exists(pk)")
}
