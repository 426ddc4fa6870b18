//! What the handlers work with.

use std::sync::Arc;

use aviary_auth::Guard;
use aviary_media::Bucket;
use aviary_model::Clock;
use aviary_store::{Activities, Db, Notifications, Profiles, Views};
use aviary_web::{Start, StartError};
use axum::extract::FromRef;

/// The function's state; cheap to clone.
#[derive(Clone, Debug)]
pub struct NotificationsState {
    pub(crate) guard: Guard,
    pub(crate) notifications: Notifications,
    pub(crate) views: Views,
    pub(crate) bucket: Bucket,
    pub(crate) clock: Arc<dyn Clock>,
}

impl NotificationsState {
    /// Reads the settings and the public keys.
    ///
    /// # Errors
    /// When a setting is missing, or DynamoDB does not answer.
    pub async fn new(start: &Start) -> Result<Self, StartError> {
        let settings = &start.settings;
        let db = Db::new(&start.aws, start.entropy.clone());
        let guard = Guard::start(start, &db).await?;
        let profiles = Profiles::new(db.clone(), settings.required("AVIARY_SOCIAL_TABLE")?);
        let feed = Activities::new(db, settings.required("AVIARY_FEED_TABLE")?);
        Ok(Self {
            guard,
            notifications: Notifications::new(&profiles, &feed),
            views: Views::new(&profiles),
            bucket: Bucket::start(start)?,
            clock: start.clock.clone(),
        })
    }
}

impl FromRef<NotificationsState> for Guard {
    fn from_ref(state: &NotificationsState) -> Self {
        state.guard.clone()
    }
}
