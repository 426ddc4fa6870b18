//! The outbox: what must still happen. A job is written in the transaction of its cause; the table's stream drives the
//! worker, a schedule sweeps what was left. Every job can run twice.
//!
//! `J#<id> / JOB`, with `due_pk` and `due_sk` for the sweep.

use aviary_model::{
    CommentId, EdgeId, Email, GenerationId, IntegerSession, SessionId, SetId, Timestamp, TweetId, UploadId, UserId,
};
use serde::{Deserialize, Serialize};

use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::Expression;
use crate::dynamodb::item::{Item, Key, digest, item, number, shard, text};
use crate::dynamodb::table::{JobsTable, run_query};
use crate::dynamodb::transaction::{Committed, Transaction};

/// The shards of the sweep's index.
const SHARDS: std::ops::Range<u8> = 0..16;

/// What must happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Task {
    /// Mail a link that sets a new password. Written for unknown addresses too, with the id of nobody, so that the way
    /// is the same.
    ResetMail {
        /// Whose password.
        user: UserId,
    },
    /// Tell the old address that it was changed, with a link that takes the change back.
    EmailChanged {
        /// Whose address.
        user: UserId,
        /// The address as it was.
        old: Email,
    },
    /// Remove the sessions of past epochs.
    SweepSessions {
        /// Whose sessions.
        user: UserId,
    },
    /// Remove everything that a deleted account left.
    Purge {
        /// Whose account it was.
        user: UserId,
        /// How often it has been done; done again after a while, for what was under way.
        round: u32,
    },
    /// Remove the object of an integer set that was replaced or deleted.
    RemoveIntegerObject {
        /// Whose it was.
        user: UserId,
        /// The object's key.
        key: String,
    },
    /// Remove the object of an integer set, unless the set names it: whoever wrote it may have died before.
    CheckIntegerObject {
        /// Whose it is.
        user: UserId,
        /// Where the set is.
        generation: GenerationId,
        /// The set.
        set: SetId,
        /// The object's key.
        key: String,
    },
    /// Remove a generation of integer sets with its objects, unless its session's manifest names it.
    RemoveIntegerGeneration {
        /// Whose it is.
        user: UserId,
        /// The session.
        session: IntegerSession,
        /// Which of it.
        generation: GenerationId,
    },
    /// Remove the answers about an integer session that were lent as files, and once more for what was under way.
    RemoveIntegerDownloads {
        /// Whose it was.
        user: UserId,
        /// The session.
        session: IntegerSession,
        /// How often it has been done.
        round: u32,
    },
    /// Delete a web session's integer session and those that were made under it, with everything in them, and once more
    /// for what was under way.
    DeleteIntegerSession {
        /// Whose it is.
        user: UserId,
        /// The session.
        session: IntegerSession,
        /// How often it has been done.
        round: u32,
    },
    /// Remove what a user uploaded for requests about integers; by now it was used or never will be.
    RemoveIntegerUpload {
        /// Whose it is.
        user: UserId,
        /// The upload.
        upload: UploadId,
    },
    /// Remove everything that hangs on a tweet that is gone.
    RemoveTweet {
        /// Who wrote it.
        author: UserId,
        /// Which.
        tweet: TweetId,
        /// How often it has been done; done again after a while, for what was under way.
        round: u32,
    },
    /// Remove everything that hangs on a comment that is gone.
    RemoveComment {
        /// Who wrote it.
        author: UserId,
        /// Which.
        comment: CommentId,
        /// The tweet that it was on.
        tweet: TweetId,
        /// Who wrote that.
        tweet_author: UserId,
        /// How often it has been done; done again after a while, for what was under way.
        round: u32,
    },
    /// Bring a tweet into the timelines of those who follow its author, or the one who retweeted it.
    FanOut {
        /// Who tweeted or retweeted.
        user: UserId,
        /// The tweet.
        tweet: TweetId,
        /// Who wrote it.
        author: UserId,
        /// Its place in the timelines: the tweet's id, or the retweet's.
        position: EdgeId,
        /// The shard of the followers; all of them where there are few.
        shard: Option<u8>,
        /// Goes on after this place in the list of followers.
        after: Option<String>,
    },
    /// Take a tweet out of the timelines into which a retweet brought it that was taken back.
    Withdraw {
        /// Who had retweeted.
        user: UserId,
        /// The tweet.
        tweet: TweetId,
        /// The retweet.
        edge: EdgeId,
        /// How often it has been done; done again after a while, for what was under way.
        round: u32,
    },
    /// Bring the last tweets of somebody into the timeline of a new follower.
    Backfill {
        /// Who follows.
        user: UserId,
        /// Whom.
        followed: UserId,
        /// How often it has been done; done again after a while, for what was tweeted meanwhile.
        round: u32,
    },
    /// Count what somebody was told by another as read: it is not shown any more.
    Quiet {
        /// Who was told.
        user: UserId,
        /// By whom.
        other: UserId,
        /// Goes on after this place in the inbox.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
        /// How often it has been done; done again after a while, for what was under way.
        round: u32,
    },
    /// Tell everybody who follows this one that there are too many to be written to.
    Cross {
        /// Who has them.
        user: UserId,
        /// Goes on after this place in the list of followers.
        after: Option<String>,
        /// How often it has been done; done again after a while, for whom the index did not have.
        round: u32,
    },
    /// What a newer version of the service has written, which runs beside this one while it is deployed. It is put off
    /// like a job that fails, and never written.
    #[serde(other)]
    Unknown,
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Its id.
    pub id: SessionId,
    /// What must happen.
    pub task: Task,
    /// Not before this moment.
    pub due_at: Timestamp,
    /// How often it was begun.
    #[serde(default)]
    pub attempts: u32,
}

/// The `jobs` table.
#[derive(Clone, Debug)]
pub struct Jobs {
    pub(crate) table: JobsTable,
}

impl Jobs {
    /// In this table.
    #[must_use]
    pub fn new(table: &JobsTable) -> Self {
        Self { table: table.clone() }
    }

    /// A job to be written with its cause.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn job(&self, task: Task, now: Timestamp) -> Result<Job, StoreError> {
        Ok(Job { id: SessionId::new(now, self.table.entropy())?, task, due_at: now, attempts: 0 })
    }

    /// A job that is the same job whenever it is made of the same name: a cause that comes twice is one job.
    #[must_use]
    pub fn named(&self, name: &str, task: Task, now: Timestamp) -> Job {
        Job { id: SessionId::of_digest(digest(name)), task, due_at: now, attempts: 0 }
    }

    /// Writes a job that is its own cause; one that is there already stays as it is. One round trip.
    pub async fn put(&self, job: &Job) -> Result<(), StoreError> {
        self.table.create(job_item(job)?).await
    }

    /// The job as it is now; none if it is done. One round trip.
    pub async fn by_id(&self, id: SessionId) -> Result<Option<Job>, StoreError> {
        self.table.get(key(id)).await
    }

    /// Begins a job that is still as it was read: it is put off to `again_at` and counted first, so that nobody else
    /// begins it meanwhile, and whoever dies over it has only put it off. None if somebody else was faster or it is
    /// done. One round trip.
    pub async fn begin(&self, job: &Job, again_at: Timestamp) -> Result<Option<Job>, StoreError> {
        let begun = Job { attempts: job.attempts.saturating_add(1), due_at: again_at, ..job.clone() };
        let update = Expression::new("", "due_sk = :was AND attempts = :attempts_was")
            .value(":was", text(due_sk(job)))
            .value(":attempts_was", number(job.attempts))
            .set("due_at", Some(number(begun.due_at.millis())))
            .set("due_sk", Some(text(due_sk(&begun))))
            .set("attempts", Some(number(begun.attempts)));
        let mut transaction = Transaction::default();
        transaction.update(&self.table, key(job.id), &update)?;
        let begun_by_us = matches!(transaction.commit(&self.table.db).await?, Committed::Done);
        Ok(begun_by_us.then_some(begun))
    }

    /// Removes a job that is done. One round trip.
    pub async fn done(&self, id: SessionId) -> Result<(), StoreError> {
        let mut transaction = Transaction::default();
        transaction.delete(&self.table, key(id))?;
        transaction.commit(&self.table.db).await.map(|_| ())
    }

    /// Puts a job off, if it is still there. One round trip.
    pub async fn again(&self, job: &Job) -> Result<(), StoreError> {
        let fields: Item = serde_dynamo::aws_sdk_dynamodb_1::to_item(job)
            .map_err(|cause| StoreError::Rejected(format!("a job can't be written: {cause}")))?;
        let update = Expression::new("", "attribute_exists(pk)")
            .set("task", fields.get("task").cloned())
            .set("due_at", fields.get("due_at").cloned())
            .set("attempts", fields.get("attempts").cloned())
            .set("due_sk", Some(text(due_sk(job))));
        let mut transaction = Transaction::default();
        transaction.update(&self.table, key(job.id), &update)?;
        transaction.commit(&self.table.db).await.map(|_| ())
    }

    /// Jobs that are due, oldest first, a page of each shard. The index lags: each must be read anew.
    pub async fn due(&self, now: Timestamp) -> Result<Vec<SessionId>, StoreError> {
        let mut ids = Vec::new();
        for shard in SHARDS {
            let call = self
                .table
                .query()
                .index_name("due")
                .key_condition_expression("due_pk = :pk AND due_sk < :now")
                .expression_attribute_values(":pk", text(format!("DUE#{shard:x}")))
                .expression_attribute_values(":now", text(format!("{:020}", now.millis() + 1)))
                .limit(50);
            let output = run_query(call).await?;
            for found in output.items.unwrap_or_default() {
                let id = found.get("pk").and_then(|pk| pk.as_s().ok()).and_then(|pk| pk.strip_prefix("J#"));
                ids.extend(id.and_then(|id| id.parse::<SessionId>().ok()));
            }
        }
        Ok(ids)
    }

    /// The job in an image of the table's stream, given as DynamoDB's JSON.
    ///
    /// # Errors
    /// When the image can't be read.
    pub fn in_image(&self, image: serde_dynamo::Item) -> Result<Job, StoreError> {
        serde_dynamo::from_item(image).map_err(|cause| self.table.corrupt(&cause.to_string()))
    }
}

pub(crate) fn job_item(job: &Job) -> Result<Item, StoreError> {
    let index = [("due_pk", shard("DUE", job.id.uuid())), ("due_sk", due_sk(job))];
    item(key(job.id), job, index)
}

fn due_sk(job: &Job) -> String {
    format!("{:020}#{}", job.due_at.millis(), job.id)
}

pub(crate) fn key(id: SessionId) -> Key {
    Key::new(format!("J#{id}"), "JOB")
}
