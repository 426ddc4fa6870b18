//! The function's state, and its handler.

use std::sync::Arc;

use aviary_model::{Clock, Timestamp};
use aviary_runtime::{EventHandler, SettingsError, Start, StartError, batch_response, stream_records};
use aviary_store::{
    Counters, Db, FeedTable, HomeTimelines, Jobs, JobsTable, Notifications, Profiles, Ranked, SocialTable,
};
use serde_json::Value;

const FAN_OUT_LIMIT: &str = "AVIARY_FAN_OUT_LIMIT";
const DEFAULT_FAN_OUT_LIMIT: u64 = 10_000;

/// The tables that records are applied to; cheap to clone.
#[derive(Clone, Debug)]
pub struct Feed {
    pub(crate) profiles: Profiles,
    pub(crate) counters: Counters,
    pub(crate) notifications: Notifications,
    pub(crate) home: HomeTimelines,
    pub(crate) ranked: Ranked,
    pub(crate) jobs: Jobs,
    /// With more followers than this, tweets are merged when timelines are read instead of written to each timeline.
    pub(crate) fan_out_limit: u64,
    pub(crate) clock: Arc<dyn Clock>,
}

/// The event is not a batch of a stream.
#[derive(Debug, thiserror::Error)]
#[error("the event is not a batch of a stream")]
struct UnknownEvent;

impl Feed {
    /// Reads the settings. Makes no call.
    ///
    /// # Errors
    /// When a setting is missing or invalid.
    pub fn new(start: &Start) -> Result<Self, StartError> {
        let settings = &start.settings;
        let db = Db::new(&start.aws, start.entropy.clone());
        let social = SocialTable::new(&db, settings.required("AVIARY_SOCIAL_TABLE")?);
        let feed = FeedTable::new(&db, settings.required("AVIARY_FEED_TABLE")?);
        let invalid = |value: &str| SettingsError::Invalid {
            name: FAN_OUT_LIMIT,
            value: value.to_owned(),
            takes: "a number of followers",
        };
        let limit = settings.optional(FAN_OUT_LIMIT).map(|value| value.parse().map_err(|_| invalid(value)));
        Ok(Self {
            counters: Counters::new(&social, &feed),
            notifications: Notifications::new(&social, &feed),
            home: HomeTimelines::new(&social, &feed),
            jobs: Jobs::new(&JobsTable::new(&db, settings.required("AVIARY_JOBS_TABLE")?)),
            ranked: Ranked::new(&social),
            profiles: Profiles::new(&social),
            fan_out_limit: limit.transpose()?.unwrap_or(DEFAULT_FAN_OUT_LIMIT),
            clock: start.clock.clone(),
        })
    }
}

impl EventHandler for Feed {
    /// Responds with the sequence numbers of the records that failed.
    async fn handle(&self, event: Value, _deadline: Timestamp) -> Result<Value, StartError> {
        let records = stream_records(&event).ok_or(UnknownEvent)?;
        batch_response(self.batch(records).await)
    }
}
