//! The outbox: pending jobs. A job is written in the transaction of its cause. The table's stream starts the worker,
//! and a schedule sweeps the jobs that were missed. Every job can run twice.
//!
//! The key is `J#<area>#<id> / JOB`. `due_pk` and `due_sk` are the sweep's index.

mod id;
mod task;

use aviary_model::{SessionId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Condition, Update};
use crate::dynamodb::item::{Item, Key, digest, item, number, shard, text};
use crate::dynamodb::pages::{Order, id_behind};
use crate::dynamodb::sharded_list::ShardedList;
use crate::dynamodb::table::{JobsTable, run_query};
use crate::dynamodb::transaction::{Committed, Transaction};

pub use id::{JobArea, JobId, NoJobId};
pub use task::Task;

/// The shards of the sweep's index, by the last hex digit of the job's id.
const SHARDS: std::ops::Range<u8> = 0..16;

/// A pending job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The id, random unless the job is named.
    pub id: JobId,
    /// What a job does.
    pub task: Task,
    /// The earliest time at which the job may begin.
    pub due_at: Timestamp,
    /// How many times the job was begun.
    #[serde(default)]
    pub attempts: u32,
}

impl Job {
    /// Whether the job lies where only those functions write whose business it is.
    #[must_use]
    pub fn is_in_its_area(&self) -> bool {
        self.id.is_of(self.task.area())
    }
}

/// The `jobs` table.
#[derive(Clone, Debug)]
pub struct Jobs {
    pub(crate) table: JobsTable,
}

impl Jobs {
    /// Uses this table. Makes no call.
    #[must_use]
    pub fn new(table: &JobsTable) -> Self {
        Self { table: table.clone() }
    }

    /// A new job that is due now. The caller writes it in the transaction of its cause.
    ///
    /// # Errors
    /// When the system has no random bytes.
    pub fn job(&self, task: Task, now: Timestamp) -> Result<Job, StoreError> {
        let id = JobId::new(task.area(), SessionId::new(now, self.table.entropy())?);
        Ok(Job { id, task, due_at: now, attempts: 0 })
    }

    /// A job whose id is derived from `name`, so that a cause that is delivered twice makes one job.
    #[must_use]
    pub fn named(&self, name: &str, task: Task, now: Timestamp) -> Job {
        let id = JobId::new(task.area(), SessionId::of_digest(digest(name)));
        Job { id, task, due_at: now, attempts: 0 }
    }

    /// The same job, due later.
    #[must_use]
    pub fn after(&self, seconds: i64, job: Job) -> Job {
        Job { due_at: job.due_at.plus_seconds(seconds), ..job }
    }

    /// Writes a job outside any transaction. An existing job stays as it is. One round trip.
    pub async fn put(&self, job: &Job) -> Result<(), StoreError> {
        self.table.create(job_item(job)?).await
    }

    /// The job's current state. `None` if it is done. One round trip.
    ///
    /// Its id is that of its key, whatever the item says: only the key's area is what its writer may write.
    pub async fn by_id(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        let found: Option<Job> = self.table.get(key(id)).await?;
        Ok(found.map(|job| Job { id, ..job }))
    }

    /// Begins a job if it is still as it was read. It is first postponed to `again_at` and its attempt counted, so that
    /// nobody else begins it meanwhile, and a worker that dies only delays it. `None` if another worker was faster or
    /// the job is done. One round trip.
    pub async fn begin(&self, job: &Job, again_at: Timestamp) -> Result<Option<Job>, StoreError> {
        let begun = Job { attempts: job.attempts.saturating_add(1), due_at: again_at, ..job.clone() };
        let update = Update::new()
            .set("due_at", number(begun.due_at.millis()))
            .set("due_sk", text(due_sk(&begun)))
            .set("attempts", number(begun.attempts))
            .when(Condition::equals("due_sk", text(due_sk(job))))
            .when(Condition::equals("attempts", number(job.attempts)));
        let mut transaction = Transaction::default();
        transaction.update(&self.table, key(job.id), &update)?;
        let begun_by_us = matches!(transaction.commit(&self.table.db).await?, Committed::Done);
        Ok(begun_by_us.then_some(begun))
    }

    /// Removes a job that is done. One round trip.
    pub async fn done(&self, id: JobId) -> Result<(), StoreError> {
        let mut transaction = Transaction::default();
        transaction.delete(&self.table, key(id))?;
        transaction.commit(&self.table.db).await.map(|_| ())
    }

    /// Writes a job's new task, due time and attempts, if the job still exists. One round trip.
    pub async fn again(&self, job: &Job) -> Result<(), StoreError> {
        let fields: Item = serde_dynamo::aws_sdk_dynamodb_1::to_item(job)
            .map_err(|cause| StoreError::Rejected(format!("a job can't be written: {cause}")))?;
        let update = Update::new()
            .set_some("task", fields.get("task").cloned())
            .set_some("due_at", fields.get("due_at").cloned())
            .set_some("attempts", fields.get("attempts").cloned())
            .set("due_sk", text(due_sk(job)))
            .when(Condition::item_exists());
        let mut transaction = Transaction::default();
        transaction.update(&self.table, key(job.id), &update)?;
        transaction.commit(&self.table.db).await.map(|_| ())
    }

    /// The ids of jobs that are due: up to 50 of each shard, each shard's oldest first. The index lags, so each job
    /// must be read again. One round trip per shard.
    pub async fn due(&self, now: Timestamp) -> Result<Vec<JobId>, StoreError> {
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
                ids.extend(id.and_then(|id| id.parse::<JobId>().ok()));
            }
        }
        Ok(ids)
    }

    /// The jobs that are due first, late ones before all. The index lags. Two round trips.
    pub async fn first_due(&self, limit: i32) -> Result<Vec<Job>, StoreError> {
        let list = ShardedList { index: "due", keys: ("due_pk", "due_sk"), list: "DUE", begin: "" };
        let page = self.table.db.sharded_page(&self.table.name, list, Order::OldestFirst, None, limit).await?;
        let ids = page.entries.iter().filter_map(|item| id_behind::<JobId>(item, "pk", "J#"));
        let found = self.table.batch_get_many_lagging(ids.map(key).collect()).await?;
        let mut jobs = found.into_iter().map(|item| self.table.read(item)).collect::<Result<Vec<Job>, _>>()?;
        jobs.sort_by_key(|job| job.due_at);
        Ok(jobs)
    }

    /// The job in an image of the table's stream, given in DynamoDB's JSON.
    ///
    /// # Errors
    /// When the image cannot be read.
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

pub(crate) fn key(id: JobId) -> Key {
    Key::new(format!("J#{id}"), "JOB")
}
