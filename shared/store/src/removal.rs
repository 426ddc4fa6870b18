//! Removes the items that deleted accounts, tweets and comments leave behind.

pub(crate) mod account;
pub(crate) mod feed;
pub(crate) mod reports;
pub(crate) mod tweet;

use futures_util::{StreamExt, TryStreamExt};

use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::Key;
use crate::dynamodb::table::{CredentialsTable, FeedTable, SocialTable, Table};
use crate::feed::notifications::Notifications;
use crate::feed::timelines::HomeTimelines;
use crate::social::comments::Comments;

/// The size of a page, and the number of pages in one call.
pub(crate) const PAGE: i32 = 100;
pub(crate) const PAGES: usize = 8;
/// Single writes that run concurrently.
pub(crate) const AT_ONCE: usize = 16;

/// Removes the items that an account left. It does not check whether the account is deleted; the caller must.
#[derive(Clone, Debug)]
pub struct Purge {
    credentials: CredentialsTable,
    social: SocialTable,
    feed: FeedTable,
    timelines: HomeTimelines,
    notifications: Notifications,
    comments: Comments,
}

impl Purge {
    /// Uses the tables in which accounts leave items. Makes no call.
    #[must_use]
    pub fn new(credentials: &CredentialsTable, social: &SocialTable, feed: &FeedTable) -> Self {
        Self {
            credentials: credentials.clone(),
            social: social.clone(),
            feed: feed.clone(),
            timelines: HomeTimelines::new(social, feed),
            notifications: Notifications::new(social, feed),
            comments: Comments::new(social),
        }
    }

    /// Removes items one by one, a few of them concurrently.
    pub(crate) async fn delete_each<Kind>(&self, table: &Table<Kind>, keys: Vec<Key>) -> Result<(), StoreError> {
        let deletes: Vec<_> = keys.into_iter().map(|key| table.delete(key)).collect();
        futures_util::stream::iter(deletes).buffer_unordered(AT_ONCE).try_collect().await
    }
}
