//! The function's state.

use std::sync::Arc;

use aviary_auth::{Authenticates, Authenticator};
use aviary_media::Bucket;
use aviary_model::Clock;
use aviary_runtime::{Start, StartError};
use aviary_store::{Db, FeedTable, Notifications, PageReads, SocialTable};

/// The state of the process. All handlers share it.
pub type NotificationsState = Arc<NotificationsParts>;

/// What the handlers need.
#[derive(Debug)]
pub struct NotificationsParts {
    pub(crate) authenticator: Authenticator,
    pub(crate) notifications: Notifications,
    pub(crate) page_reads: PageReads,
    pub(crate) bucket: Bucket,
    pub(crate) clock: Arc<dyn Clock>,
}

impl NotificationsParts {
    /// Reads the settings and the public keys.
    ///
    /// # Errors
    /// When a setting is missing or invalid, or DynamoDB does not answer.
    pub async fn new(start: &Start) -> Result<Self, StartError> {
        let settings = &start.settings;
        let db = Db::new(&start.aws, start.entropy.clone());
        let authenticator = Authenticator::start(start, &db).await?;
        let social = SocialTable::new(&db, settings.required("AVIARY_SOCIAL_TABLE")?);
        let feed = FeedTable::new(&db, settings.required("AVIARY_FEED_TABLE")?);
        Ok(Self {
            authenticator,
            notifications: Notifications::new(&social, &feed),
            page_reads: PageReads::new(&social),
            bucket: Bucket::start(start)?,
            clock: start.clock.clone(),
        })
    }
}

impl Authenticates for NotificationsParts {
    fn authenticator(&self) -> &Authenticator {
        &self.authenticator
    }
}
