//! The user's own copy of security events: `U#<id> / A#<id>` of the `feed` table, kept for 90 days.

use aviary_model::{SessionId, Timestamp, UserId};
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use serde::{Deserialize, Serialize};

use crate::dynamodb::client::{Direction, metered};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, Key, item, text};
use crate::dynamodb::table::{FeedTable, run_query};

const KEPT_SECONDS: i64 = 90 * 24 * 3_600;

/// A security event of an account, such as a login.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SecurityEvent {
    /// The id, which sorts by time.
    pub id: SessionId,
    /// The stable name of the event.
    pub event: String,
    /// The time of the event.
    pub at: Timestamp,
    /// The client's IP address.
    pub address: String,
    /// The client's user agent.
    pub user_agent: String,
    /// The confirmed caller. Only that of a staff member who acted on another's account is stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
    #[serde(default)]
    expires_at: i64,
}

/// A page of security events, newest first.
#[derive(Clone, Debug)]
pub struct SecurityEventPage {
    /// The events of the page.
    pub activities: Vec<SecurityEvent>,
    /// True if there are more. The next page begins after the last event of this one.
    pub more: bool,
}

/// The security events of the `feed` table.
#[derive(Clone, Debug)]
pub struct SecurityEvents {
    pub(crate) table: FeedTable,
}

impl SecurityEvents {
    /// Uses this table. Makes no call.
    #[must_use]
    pub fn new(table: &FeedTable) -> Self {
        Self { table: table.clone() }
    }

    /// Makes an event with a new id; it is written later, together with its cause.
    ///
    /// # Errors
    /// If there is no randomness.
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
            by: None,
            expires_at: at.plus_seconds(KEPT_SECONDS).seconds(),
        })
    }

    /// Writes an event that has no transaction of its own. An event without a user is written too, over the previous
    /// one, so that both cases make the same call. One round trip.
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

    /// A page of the user's events, newest first, before the event `before`. One round trip.
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
            // `BETWEEN` includes the event `before`, and the TTL removes expired items late.
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
    let stored = SecurityEvent { by: activity.by.filter(|by| *by != user), ..activity.clone() };
    item(Key::new(format!("U#{user}"), format!("A#{}", activity.id)), &stored, [])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_another_caller_is_stored_with_an_event() {
        let id = |last: char| format!("019a0000-0000-7000-8000-00000000000{last}");
        let (user, staff): (UserId, UserId) = (id('a').parse().expect("an id"), id('b').parse().expect("an id"));
        let stored = |by: Option<UserId>| {
            let (event, at) = ("login".to_owned(), Timestamp::from_millis(0));
            let (address, user_agent) = (String::new(), String::new());
            let id = id('c').parse().expect("an id");
            let activity = SecurityEvent { id, event, at, address, user_agent, by, expires_at: 0 };
            activity_item(user, &activity).expect("an item").get("by").cloned()
        };
        assert_eq!(stored(Some(staff)), Some(text(staff.to_string())));
        assert_eq!(stored(Some(user)), None);
        assert_eq!(stored(None), None);
    }
}
