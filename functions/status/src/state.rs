//! The function's state.

use std::sync::Arc;

use aviary_media::Bucket;
use aviary_model::Clock;
use aviary_runtime::{Start, StartError};
use aviary_store::{Credentials, CredentialsTable, Db};

use crate::kept_checks::KeptChecks;

/// The state of the process. All handlers share it.
pub type StatusState = Arc<StatusParts>;

/// What the handlers need.
#[derive(Debug)]
pub struct StatusParts {
    pub(crate) credentials: Credentials,
    pub(crate) bucket: Bucket,
    pub(crate) logs: aws_sdk_cloudwatchlogs::Client,
    pub(crate) log_group: String,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) kept: Arc<KeptChecks>,
}

impl StatusParts {
    /// Reads the settings. Calls no other service: the status must be able to say that one fails.
    ///
    /// # Errors
    /// When a setting is missing or invalid.
    pub fn new(start: &Start) -> Result<Self, StartError> {
        let settings = &start.settings;
        let db = Db::new(&start.aws, start.entropy.clone());
        Ok(Self {
            credentials: Credentials::new(&CredentialsTable::new(&db, settings.required("AVIARY_CREDENTIALS_TABLE")?)),
            bucket: Bucket::start(start)?,
            logs: aws_sdk_cloudwatchlogs::Client::new(&start.aws),
            log_group: settings.required("AVIARY_LOG_GROUP")?.to_owned(),
            clock: start.clock.clone(),
            kept: Arc::default(),
        })
    }
}
