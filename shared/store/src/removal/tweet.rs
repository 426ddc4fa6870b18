//! Removes the items that refer to a deleted tweet, comment or account. Items of other users are found through indexes,
//! which lag, so the caller repeats each removal later.
//!
//! Each method removes its items in bounded pages and returns true if there is more. Every call can be repeated and can
//! be killed at any point: a pointer to an item is removed together with it or after it.

use aviary_model::{CommentId, EdgeId, Timestamp, TweetId, UserId};
use futures_util::future::try_join_all;
use futures_util::{StreamExt, TryStreamExt};
use uuid::Uuid;

use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Condition, Update};
use crate::dynamodb::item::{Item, Key};
use crate::dynamodb::pages::{Order, id_behind};
use crate::dynamodb::transaction::Transaction;
use crate::jobs::{Jobs, Task, job_item};
use crate::removal::{AT_ONCE, PAGE, PAGES, Purge};
use crate::social::comments::{answers_list, comments_list};
use crate::social::keys::{
    EdgeKind, authored_key, comment_key, comment_like_key, commented_key, edge_key, list_of, reaction_key,
    relation_key, tweet_key, with_media_key,
};
use crate::social::tweets::replies_list;

/// The kind of a list's entries, with what their removal needs.
#[derive(Clone, Copy)]
enum Part<'a> {
    Comments { tweet: TweetId, tweet_author: UserId, jobs: &'a Jobs, now: Timestamp },
    Replies,
    Edges { kind: EdgeKind, target: Target },
}

/// What the edges of a list lead to.
#[derive(Clone, Copy)]
enum Target {
    Tweet(TweetId),
    Comment(CommentId),
    User(UserId),
}

impl Target {
    fn uuid(self) -> Uuid {
        match self {
            Self::Tweet(id) => id.uuid(),
            Self::Comment(id) => id.uuid(),
            Self::User(id) => id.uuid(),
        }
    }

    /// The item that makes the actor's edge unique; none for a like of a comment, whose own key does.
    fn state_key(self, actor: UserId) -> Option<Key> {
        match self {
            Self::Tweet(tweet) => Some(reaction_key(actor, tweet)),
            Self::User(user) => Some(relation_key(actor, user)),
            Self::Comment(_) => None,
        }
    }

    fn edge_key(self, actor: UserId, kind: EdgeKind, id: EdgeId) -> Key {
        match self {
            Self::Comment(comment) => comment_like_key(actor, comment),
            Self::Tweet(_) | Self::User(_) => edge_key(actor, kind, id),
        }
    }
}

impl Purge {
    /// Removes the likes, retweets and saves of a tweet.
    pub async fn reactions(&self, tweet: TweetId) -> Result<bool, StoreError> {
        let kinds = [EdgeKind::Like, EdgeKind::Retweet, EdgeKind::Save];
        let lists = kinds.map(|kind| self.edges(kind, Target::Tweet(tweet)));
        Ok(try_join_all(lists).await?.contains(&true))
    }

    /// Removes the likes of a comment.
    pub async fn comment_likes(&self, comment: CommentId) -> Result<bool, StoreError> {
        self.edges(EdgeKind::CommentLike, Target::Comment(comment)).await
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

    /// Removes the comments that answer a comment on this tweet, as [`Self::comments_on`] does.
    pub async fn answers_to(
        &self,
        comment: CommentId,
        (tweet, tweet_author): (TweetId, UserId),
        jobs: &Jobs,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let part = Part::Comments { tweet, tweet_author, jobs, now };
        self.each_page(&answers_list(comment), part).await
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
        let task = Task::RemoveTweet { author, tweet, media: Vec::new(), round: 0 };
        let mut transaction = Transaction::default();
        transaction.delete(&self.social, tweet_key(tweet))?;
        transaction.delete(&self.social, authored_key(author, tweet))?;
        transaction.delete(&self.social, with_media_key(author, tweet))?;
        transaction.create(&jobs.table, job_item(&jobs.job(task, now)?)?)?;
        transaction.commit(&self.feed.db).await.map(|_| ())
    }

    /// Removes the follows, blocks and mutes of a user by others.
    pub async fn relations(&self, user: UserId) -> Result<bool, StoreError> {
        let mut more = false;
        for kind in [EdgeKind::Follow, EdgeKind::Block, EdgeKind::Mute] {
            more |= self.edges(kind, Target::User(user)).await?;
        }
        Ok(more)
    }

    async fn edges(&self, kind: EdgeKind, target: Target) -> Result<bool, StoreError> {
        self.each_page(&list_of(kind, target.uuid()), Part::Edges { kind, target }).await
    }

    /// Removes these edges to a target: first the items that make them unique, then the edges, by which they are found.
    async fn remove_edges(&self, edges: &[(UserId, EdgeId)], kind: EdgeKind, target: Target) -> Result<(), StoreError> {
        let states = edges.iter().filter_map(|(actor, _)| target.state_key(*actor));
        self.delete_each(&self.social, states.collect()).await?;
        let keys = edges.iter().map(|(actor, id)| target.edge_key(*actor, kind, *id));
        self.delete_each(&self.social, keys.collect()).await
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
                    let edge = |item| Some((id_behind(item, "pk", kind.partition())?, id_behind(item, "list_sk", "")?));
                    let edges: Vec<(UserId, EdgeId)> = page.entries.iter().filter_map(edge).collect();
                    self.remove_edges(&edges, kind, target).await?;
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
