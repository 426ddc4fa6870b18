//! Removing what deleted accounts, tweets and comments leave behind.

pub(crate) mod account;
pub(crate) mod feed;
pub(crate) mod tweet;

use futures_util::{StreamExt, TryStreamExt};

use crate::credentials::Credentials;
use crate::dynamodb::client::Db;
use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::Key;
use crate::feed::notifications::Notifications;
use crate::feed::security_events::SecurityEvents;
use crate::feed::timelines::HomeTimelines;
use crate::social::comments::Comments;
use crate::social::profiles::Profiles;

/// Entries of a page, and pages of one call.
pub(crate) const PAGE: i32 = 100;
pub(crate) const PAGES: usize = 8;
/// Single writes beside each other.
pub(crate) const AT_ONCE: usize = 16;

/// Removes what an account left. It does not ask whether the account is gone; its caller does.
#[derive(Clone, Debug)]
pub struct Purge {
    db: Db,
    credentials: String,
    social: String,
    feed: String,
    timelines: HomeTimelines,
    notifications: Notifications,
    comments: Comments,
}

impl Purge {
    /// Over the tables in which accounts leave things.
    #[must_use]
    pub fn new(db: Db, credentials: &Credentials, profiles: &Profiles, feed: &SecurityEvents) -> Self {
        Self {
            credentials: credentials.table.clone(),
            social: profiles.table.clone(),
            feed: feed.table.clone(),
            timelines: HomeTimelines::new(profiles, feed),
            notifications: Notifications::new(profiles, feed),
            comments: Comments::new(db.clone(), &profiles.table),
            db,
        }
    }

    /// Removes items one by one, a few beside each other.
    pub(crate) async fn delete_each(&self, table: &str, keys: Vec<Key>) -> Result<(), StoreError> {
        let deletes: Vec<_> = keys.into_iter().map(|key| self.db.delete(table, key)).collect();
        futures_util::stream::iter(deletes).buffer_unordered(AT_ONCE).try_collect().await
    }
}
