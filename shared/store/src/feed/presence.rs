//! Whether a user is online: `U#<user> / PRESENCE` of the `feed` table.
//!
//! The item only has `expires_at`: a user is online until then. Nothing of the user's is deduced from it but that.

use std::collections::HashSet;

use aviary_model::{Timestamp, UserId};
use serde::Deserialize;

use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::Update;
use crate::dynamodb::item::{Key, is_expired, number};
use crate::dynamodb::pages::id_behind;
use crate::dynamodb::table::FeedTable;
use crate::social::keys::{USER, user_pk};

/// How long a user who was seen counts as online.
const ONLINE_SECONDS: i64 = 5 * 60;
/// A user who is seen again within this time is not written again.
const WRITTEN_EVERY_SECONDS: i64 = 60;

/// Until when a user is online. The default is a user who never was.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct Presence {
    expires_at: i64,
}

impl Presence {
    /// Whether the user is online now.
    #[must_use]
    pub fn is_online(self, now: Timestamp) -> bool {
        self.expires_at > now.seconds()
    }
}

/// The presences in the `feed` table.
#[derive(Clone, Debug)]
pub struct Presences {
    table: FeedTable,
}

impl Presences {
    /// Uses this table. Makes no call.
    #[must_use]
    pub fn new(feed: &FeedTable) -> Self {
        Self { table: feed.clone() }
    }

    /// A user's presence. One round trip.
    pub async fn of(&self, user: UserId) -> Result<Presence, StoreError> {
        Ok(self.table.get_some(key(user), "expires_at").await?.unwrap_or_default())
    }

    /// Those of the users who are online, as of some seconds ago. One round trip, and half a read unit each.
    pub async fn online(&self, users: &[UserId], now: Timestamp) -> Result<HashSet<UserId>, StoreError> {
        let keys = users.iter().copied().collect::<HashSet<_>>().into_iter().map(key).collect();
        let found = self.table.batch_get_some_lagging(keys, "pk, expires_at").await?;
        let online = found.iter().filter(|item| !is_expired(item, now));
        Ok(online.filter_map(|item| id_behind(item, "pk", USER)).collect())
    }

    /// Says that a user is there. `was` is what was read: within a minute of the last time nothing is written. One round
    /// trip, or none.
    pub async fn seen(&self, user: UserId, was: Presence, now: Timestamp) -> Result<(), StoreError> {
        let until = now.plus_seconds(ONLINE_SECONDS).seconds();
        if was.expires_at > until - WRITTEN_EVERY_SECONDS {
            return Ok(());
        }
        self.set(user, until).await
    }

    /// Says that a user has left. One round trip; none for a user who is not online by what was read.
    pub async fn left(&self, user: UserId, was: Presence, now: Timestamp) -> Result<(), StoreError> {
        if was.is_online(now) { self.set(user, now.seconds()).await } else { Ok(()) }
    }

    async fn set(&self, user: UserId, until: i64) -> Result<(), StoreError> {
        Update::new().set("expires_at", number(until)).apply_once(&self.table, key(user)).await.map(drop)
    }
}

fn key(user: UserId) -> Key {
    Key::new(user_pk(user), "PRESENCE")
}
