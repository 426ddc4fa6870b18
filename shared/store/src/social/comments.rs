//! Comments: `C#<id> / COMMENT`, listed by their tweet. `U#<author> / COMMENT#<id>` points from the author to the
//! comment.

use aviary_model::{CommentId, Timestamp, TweetId, TweetText, UserId};
use serde::{Deserialize, Serialize};

use crate::credentials::idempotency_keys::{IdempotencyResult, lapsed};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::Condition;
use crate::dynamodb::item::{Item, count, item, shard};
use crate::dynamodb::pages::{ListPage, Order, id_behind};
use crate::dynamodb::table::SocialTable;
use crate::dynamodb::transaction::{Committed, Transaction};
use crate::jobs::{Jobs, Task, job_item};
use crate::social::block_checks::{WriteError, check_blocks, is_blocked};
use crate::social::keys::{comment_key, commented_key, list_pk};
use crate::social::tweet_writes::{Edited, Nothing, edited, new_text};

/// A comment as it is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Comment {
    /// The id, which sorts by time.
    pub id: CommentId,
    /// The comment's author.
    pub author: UserId,
    /// The tweet to which it belongs.
    pub tweet: TweetId,
    /// The tweet's author.
    pub tweet_author: UserId,
    /// The text.
    pub message: TweetText,
    /// The number of likes.
    #[serde(default, deserialize_with = "count")]
    pub likes: u64,
    /// The time of creation.
    pub created_at: Timestamp,
    /// The time of the last edit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
}

/// The comments of the `social` table.
#[derive(Clone, Debug)]
pub struct Comments {
    pub(crate) table: SocialTable,
}

impl Comments {
    /// Uses this table. Makes no call.
    #[must_use]
    pub fn new(table: &SocialTable) -> Self {
        Self { table: table.clone() }
    }

    /// The comment with this id. One round trip.
    pub async fn by_id(&self, id: CommentId) -> Result<Option<Comment>, StoreError> {
        self.table.get(comment_key(id)).await
    }

    /// A page of a tweet's comments, with their authors, oldest first. The index lags. One round trip.
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

    /// Writes a new comment, unless the tweet's author or a mentioned user blocks its author. Writing the same comment
    /// again changes nothing. If there is an idempotency key, the same transaction stores this result with it. One
    /// round trip.
    ///
    /// # Errors
    /// If one of these users blocks the author, or the idempotency claim has expired.
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
        let checks = check_blocks(&mut transaction, &self.table, comment.author, reached)?;
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

    /// Replaces a comment's text, if it is still the text that was read and none of the users in `reached` blocks the
    /// author. One round trip.
    ///
    /// # Errors
    /// If one of these users blocks the author.
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
        let checks = check_blocks(&mut transaction, &self.table, comment.author, reached.iter().copied())?;
        let committed = transaction.commit(&self.table.db).await?;
        edited(&self.table, &committed, at, &checks)
    }

    /// Deletes a comment and its author's pointer to it, and creates a job that removes everything that refers to it.
    /// False if it is deleted already. One round trip.
    pub async fn delete(&self, comment: &Comment, jobs: &Jobs, now: Timestamp) -> Result<bool, StoreError> {
        let task = Task::RemoveComment {
            author: comment.author,
            comment: comment.id,
            tweet: comment.tweet,
            tweet_author: comment.tweet_author,
            round: 0,
        };
        let mut transaction = Transaction::default();
        transaction.delete_if(&self.table, comment_key(comment.id), &Condition::item_exists())?;
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
