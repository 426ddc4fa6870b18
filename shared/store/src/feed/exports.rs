//! The state of a user's export: `U#<user> / EXPORT` of the `feed` table, kept for 7 days.

use aviary_model::{SessionId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Condition, Update};
use crate::dynamodb::item::{Key, item, text};
use crate::dynamodb::table::{FeedTable, JobsTable};
use crate::dynamodb::transaction::{Committed, Transaction};
use crate::feed::security_events::{SecurityEvent, activity_item};
use crate::jobs::{Jobs, Task, job_item};

/// An export is kept for so long.
const KEPT_SECONDS: i64 = 7 * 24 * 3_600;
/// After so long a user may ask for another one.
const AGAIN_SECONDS: i64 = 24 * 3_600;
/// The same after one that failed, which may have read as much as one that was made.
const AFTER_FAILURE_SECONDS: i64 = 3_600;

/// How far an export is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportState {
    /// The job has not ended.
    Preparing,
    /// The file is there.
    Ready,
    /// It could not be made.
    Failed,
}

/// A user's export.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Export {
    /// The id, which changes with every request for another one.
    pub id: SessionId,
    /// How far it is.
    pub state: ExportState,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// The key of its file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    expires_at: i64,
}

impl Export {
    /// Whether the user may ask for another one.
    #[must_use]
    pub fn may_be_replaced(&self, now: Timestamp) -> bool {
        let seconds = if self.state == ExportState::Failed { AFTER_FAILURE_SECONDS } else { AGAIN_SECONDS };
        self.asked_at.plus_seconds(seconds) <= now
    }
}

/// The exports in the `feed` table, and their jobs.
#[derive(Clone, Debug)]
pub struct Exports {
    table: FeedTable,
    jobs: Jobs,
}

impl Exports {
    /// Uses these tables. Makes no call.
    #[must_use]
    pub fn new(feed: &FeedTable, jobs: &JobsTable) -> Self {
        Self { table: feed.clone(), jobs: Jobs::new(jobs) }
    }

    /// The user's export, if one was asked for in the last 7 days. One round trip.
    pub async fn current(&self, user: UserId, now: Timestamp) -> Result<Option<Export>, StoreError> {
        let export: Option<Export> = self.table.get(key(user)).await?;
        Ok(export.filter(|export| export.expires_at > now.seconds()))
    }

    /// Asks for an export in place of the one that was read, and writes its job. False if another request was faster.
    /// One round trip.
    pub async fn ask(
        &self,
        user: UserId,
        before: Option<&Export>,
        now: Timestamp,
        activity: &SecurityEvent,
    ) -> Result<bool, StoreError> {
        let (id, expires_at) = (SessionId::new(now, self.table.entropy())?, now.plus_seconds(KEPT_SECONDS).seconds());
        let export = Export { id, state: ExportState::Preparing, asked_at: now, key: None, expires_at };
        let unchanged = match before {
            Some(before) => Condition::equals("id", text(before.id.to_string())),
            // One that has expired may not be removed yet.
            None => Condition::item_missing()
                .or(Condition::at_most("expires_at", crate::dynamodb::item::number(now.seconds()))),
        };
        let mut transaction = Transaction::default();
        transaction.put_if(&self.table, item(key(user), &export, [])?, &unchanged)?;
        transaction.create(&self.jobs.table, job_item(&self.jobs.job(Task::Export { user, export: id }, now)?)?)?;
        transaction.create(&self.table, activity_item(user, activity)?)?;
        Ok(matches!(transaction.commit(&self.table.db).await?, Committed::Done))
    }

    /// Ends an export: with the key of its file, or failed. False if another one was asked for meanwhile, or the
    /// account is gone. One round trip.
    pub async fn finish(&self, user: UserId, export: SessionId, file: Option<&str>) -> Result<bool, StoreError> {
        let state = if file.is_some() { "ready" } else { "failed" };
        let update = Update::new()
            .set("state", text(state))
            .set_some("key", file.map(text))
            .when(Condition::equals("id", text(export.to_string())));
        Ok(update.apply(&self.table, key(user)).await?.is_some())
    }
}

fn key(user: UserId) -> Key {
    Key::new(format!("U#{user}"), "EXPORT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_may_ask_again_after_a_day_and_after_a_failure_in_an_hour() {
        let asked_at = Timestamp::from_millis(1_800_000_000_000);
        let id = "019a0000-0000-7000-8000-0000000000aa".parse().expect("an id");
        for (state, seconds) in
            [(ExportState::Preparing, 86_400), (ExportState::Ready, 86_400), (ExportState::Failed, 3_600)]
        {
            let export = Export { id, state, asked_at, key: None, expires_at: i64::MAX };
            let may = |seconds| export.may_be_replaced(asked_at.plus_seconds(seconds));
            assert_eq!((may(seconds - 1), may(seconds)), (false, true), "{state:?}");
        }
    }
}
