//! Comments: `C#<id> / COMMENT`, listed by their tweet. `W#<author> / COMMENT#<id>` points from the author to the
//! comment; of a comment that answers another one the pointer is the entry in the list of its answers.

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
    /// The comment that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<AnswerTo>,
    /// The text.
    pub message: TweetText,
    /// The number of likes.
    #[serde(default, deserialize_with = "count")]
    pub likes: u64,
    /// The number of comments that answer this one.
    #[serde(default, deserialize_with = "count")]
    pub comments: u64,
    /// The time of creation.
    pub created_at: Timestamp,
    /// The time of the last edit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
}

/// The comment that another one answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerTo {
    /// The answered comment.
    pub comment: CommentId,
    /// Its author.
    pub author: UserId,
}

impl Comment {
    /// The users whom the comment concerns beside those it mentions: the authors of the tweet and of the comment that it
    /// answers, each once and without its own author.
    #[must_use]
    pub fn concerned(&self) -> Vec<UserId> {
        let answered = self.in_reply_to.map(|parent| parent.author).filter(|other| *other != self.tweet_author);
        [Some(self.tweet_author), answered].into_iter().flatten().filter(|other| *other != self.author).collect()
    }
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

    /// A page of a tweet's comments in this order, those that answer others among them, with their authors. The index
    /// lags. One round trip.
    pub async fn of_tweet(
        &self,
        tweet: TweetId,
        order: Order,
        after: Option<CommentId>,
        limit: i32,
    ) -> Result<ListPage<(CommentId, UserId)>, StoreError> {
        let after = after.map(|id| id.to_string());
        let page = self.table.list_page(&comments_list(tweet), order, after.as_deref(), limit).await?;
        Ok(page.filter_map(|item| Some((id_behind(&item, "pk", "C#")?, id_behind(&item, "author", "")?))))
    }

    /// Writes a new comment, unless the tweet's author, that of the answered comment or a mentioned user blocks its
    /// author. Writing the same comment again changes nothing. If there is an idempotency key, the same transaction
    /// stores this result with it. One round trip.
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
        transaction.create(&self.table, pointer_item(comment)?)?;
        let reached = mentioned.iter().copied().chain(comment.concerned());
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

/// The list of the comments that answer a comment.
pub(crate) fn answers_list(comment: CommentId) -> String {
    format!("ANSWERS#{comment}")
}

/// The author's pointer to a comment. A comment has one place in the index already, among those of its tweet, so its
/// place among the answers is the pointer's.
fn pointer_item(comment: &Comment) -> Result<Item, StoreError> {
    let answers = comment.in_reply_to.map(|parent| {
        let list = list_pk(&answers_list(parent.comment), comment.id.uuid());
        [("list_pk", list), ("list_sk", comment.id.to_string())]
    });
    let index = answers.into_iter().flatten().chain([("author", comment.author.to_string())]);
    item(commented_key(comment.author, comment.id), &Nothing {}, index)
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
