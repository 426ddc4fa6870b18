//! Comments: `C#<id> / COMMENT`, listed by their tweet, with `U#<author> / COMMENT#<id>` that leads to them.

use aviary_model::{CommentId, Timestamp, TweetId, TweetText, UserId};
use serde::{Deserialize, Serialize};

use crate::credentials::idempotency_keys::{IdempotencyResult, lapsed};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::Expression;
use crate::dynamodb::item::{Item, count, item, shard};
use crate::dynamodb::pages::{ListPage, Order, id_behind};
use crate::dynamodb::table::SocialTable;
use crate::dynamodb::transaction::{Committed, Transaction};
use crate::jobs::{Jobs, Task, job_item};
use crate::social::block_checks::{WriteError, check_reach, is_blocked};
use crate::social::keys::{comment_key, commented_key, list_pk};
use crate::social::tweet_writes::{Edited, Nothing, edited, new_text};

/// A comment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Comment {
    /// The id.
    pub id: CommentId,
    /// Who wrote it.
    pub author: UserId,
    /// The tweet that it is on.
    pub tweet: TweetId,
    /// Who wrote that.
    pub tweet_author: UserId,
    /// What it says.
    pub message: TweetText,
    /// How many like it.
    #[serde(default, deserialize_with = "count")]
    pub likes: u64,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was last edited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
}

/// The comments of the `social` table.
#[derive(Clone, Debug)]
pub struct Comments {
    table: SocialTable,
}

impl Comments {
    /// In this table.
    #[must_use]
    pub fn new(table: &SocialTable) -> Self {
        Self { table: table.clone() }
    }

    /// The comment with this id. One round trip.
    pub async fn by_id(&self, id: CommentId) -> Result<Option<Comment>, StoreError> {
        self.table.get(comment_key(id)).await
    }

    /// The comments of a tweet and their authors, oldest first; lags. One round trip.
    pub async fn of_tweet(
        &self,
        tweet: TweetId,
        after: Option<CommentId>,
        limit: i32,
    ) -> Result<ListPage<(CommentId, UserId)>, StoreError> {
        let after = after.map(|id| id.to_string());
        let list = comments_list(tweet);
        let page = self.table.list_page(&list, Order::OldestFirst, after.as_deref(), limit).await?;
        Ok(page.filter_map(|item| Some((id_behind(&item, "pk", "C#")?, id_behind(&item, "author", "")?))))
    }

    /// Writes a new comment, on condition that neither the tweet's author nor anybody who is mentioned blocks its
    /// author; writing the same one again changes nothing. With an idempotency key, which is settled in the same
    /// transaction with this result. One round trip.
    ///
    /// # Errors
    /// When somebody blocks its author, or the key's claim has lapsed.
    pub async fn create(
        &self,
        comment: &Comment,
        mentioned: &[UserId],
        settled: Option<IdempotencyResult<'_>>,
    ) -> Result<(), WriteError> {
        let mut transaction = Transaction::default();
        let at = transaction.create(&self.table, comment_item(comment)?)?;
        let author = [("author", comment.author.to_string())];
        transaction.create(&self.table, item(commented_key(comment.author, comment.id), &Nothing {}, author)?)?;
        let reached = mentioned.iter().copied().chain([comment.tweet_author]);
        let checks = check_reach(&mut transaction, &self.table, comment.author, reached)?;
        if let Some((claim, credentials, result)) = &settled {
            claim.settle(&mut transaction, credentials, result)?;
        }
        match transaction.commit(&self.table.db).await? {
            Committed::Done => Ok(()),
            committed if committed.refused(at) => Ok(()),
            committed if is_blocked(&committed, &checks) => Err(WriteError::Blocked),
            Committed::Refused(_) => Err(lapsed().into()),
        }
    }

    /// Gives a comment another text, on condition that its text is the one that was read and that nobody whom it
    /// reaches now blocks its author. One round trip.
    ///
    /// # Errors
    /// When somebody blocks its author.
    pub async fn edit(
        &self,
        comment: &Comment,
        message: &TweetText,
        reached: &[UserId],
        now: Timestamp,
    ) -> Result<Edited<Comment>, WriteError> {
        let mut transaction = Transaction::default();
        let update = new_text(&comment.message, message, now);
        let at = transaction.update(&self.table, comment_key(comment.id), &update)?;
        let checks = check_reach(&mut transaction, &self.table, comment.author, reached.iter().copied())?;
        let committed = transaction.commit(&self.table.db).await?;
        edited(&self.table, &committed, at, &checks)
    }

    /// Removes a comment and what leads its author to it, and leaves a job that removes what hangs on it. False if it
    /// is gone already. One round trip.
    pub async fn delete(&self, comment: &Comment, jobs: &Jobs, now: Timestamp) -> Result<bool, StoreError> {
        let task = Task::RemoveComment {
            author: comment.author,
            comment: comment.id,
            tweet: comment.tweet,
            tweet_author: comment.tweet_author,
            round: 0,
        };
        let is_there = Expression::new("", "attribute_exists(pk)");
        let mut transaction = Transaction::default();
        transaction.delete_if(&self.table, comment_key(comment.id), &is_there)?;
        transaction.delete(&self.table, commented_key(comment.author, comment.id))?;
        transaction.create(&jobs.table, job_item(&jobs.job(task, now)?)?)?;
        Ok(matches!(transaction.commit(&self.table.db).await?, Committed::Done))
    }
}

/// The list of a tweet's comments.
pub(crate) fn comments_list(tweet: TweetId) -> String {
    format!("COMMENTS#{tweet}")
}

fn comment_item(comment: &Comment) -> Result<Item, StoreError> {
    let index = [
        ("time_pk", shard("COMMENTS", comment.id.uuid())),
        ("time_sk", comment.id.to_string()),
        ("list_pk", list_pk(&comments_list(comment.tweet), comment.id.uuid())),
        ("list_sk", comment.id.to_string()),
    ];
    item(comment_key(comment.id), comment, index)
}
