//! The user's own copy of security events: `U#<id> / A#<id>` of the `feed` table, for 90 days.

use aviary_model::{SessionId, Timestamp, UserId};
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use serde::{Deserialize, Serialize};

use crate::dynamodb::client::{Direction, metered};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, Key, item, text};
use crate::dynamodb::table::{FeedTable, run_query};

const KEPT_SECONDS: i64 = 90 * 24 * 3_600;

/// Something that happened to an account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SecurityEvent {
    /// Its id, which sorts by time.
    pub id: SessionId,
    /// What it was, by its stable name.
    pub event: String,
    /// When.
    pub at: Timestamp,
    /// From where.
    pub address: String,
    /// With what.
    pub user_agent: String,
    #[serde(default)]
    expires_at: i64,
}

/// A page of activities, newest first.
#[derive(Clone, Debug)]
pub struct SecurityEventPage {
    /// The page.
    pub activities: Vec<SecurityEvent>,
    /// There is more: the next page begins after the last of these.
    pub more: bool,
}

/// The `feed` table's activities.
#[derive(Clone, Debug)]
pub struct SecurityEvents {
    pub(crate) table: FeedTable,
}

impl SecurityEvents {
    /// In this table.
    #[must_use]
    pub fn new(table: &FeedTable) -> Self {
        Self { table: table.clone() }
    }

    /// An activity to be written with its cause.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn activity(
        &self,
        event: &str,
        at: Timestamp,
        address: &str,
        user_agent: &str,
    ) -> Result<SecurityEvent, StoreError> {
        Ok(SecurityEvent {
            id: SessionId::new(at, self.table.entropy())?,
            event: event.to_owned(),
            at,
            address: address.to_owned(),
            user_agent: user_agent.to_owned(),
            expires_at: at.plus_seconds(KEPT_SECONDS).seconds(),
        })
    }

    /// Writes an activity that has no transaction of its own. Nobody's is written too, over the last of its kind, so
    /// that the way is the same. One round trip.
    pub async fn put(&self, user: Option<UserId>, activity: &SecurityEvent) -> Result<(), StoreError> {
        let item = match user {
            Some(user) => activity_item(user, activity)?,
            None => item(Key::new("NOBODY", "NOBODY"), activity, [])?,
        };
        let call = self
            .table
            .db
            .client
            .put_item()
            .table_name(&self.table.name)
            .set_item(Some(item))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        metered(call.send(), Direction::Write, |o| o.consumed_capacity.as_slice()).await?;
        Ok(())
    }

    /// The user's activities, newest first, of those before `before`. One round trip.
    pub async fn page(
        &self,
        user: UserId,
        before: Option<SessionId>,
        limit: i32,
        now: Timestamp,
    ) -> Result<SecurityEventPage, StoreError> {
        let end = before.map_or_else(|| "A#~".to_owned(), |id| format!("A#{id}"));
        let call = self
            .table
            .query()
            .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :end")
            .expression_attribute_values(":pk", text(format!("U#{user}")))
            .expression_attribute_values(":first", text("A#"))
            .expression_attribute_values(":end", text(end))
            .scan_index_forward(false)
            .limit(limit + 2);
        let output = run_query(call).await?;
        let mut activities = Vec::new();
        for found in output.items.unwrap_or_default() {
            let activity: SecurityEvent = self.table.read(found)?;
            // `BETWEEN` has the end in it, and the TTL removes late.
            if Some(activity.id) != before && activity.expires_at > now.seconds() {
                activities.push(activity);
            }
        }
        let limit = usize::try_from(limit).unwrap_or_default();
        let more = activities.len() > limit;
        activities.truncate(limit);
        Ok(SecurityEventPage { activities, more })
    }
}

pub(crate) fn activity_item(user: UserId, activity: &SecurityEvent) -> Result<Item, StoreError> {
    item(Key::new(format!("U#{user}"), format!("A#{}", activity.id)), activity, [])
}
