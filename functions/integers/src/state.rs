//! The function's state.

use std::sync::Arc;

use aviary_auth::{Authenticates, Authenticator, Limiter};
use aviary_media::Bucket;
use aviary_model::{Clock, Entropy};
use aviary_runtime::{Start, StartError};
use aviary_store::{Db, Integers, IntegersTable, JobsTable, Profiles, SocialTable};

/// The state of the process. All handlers share it.
pub type IntegersState = Arc<IntegersParts>;

/// What the handlers need.
#[derive(Debug)]
pub struct IntegersParts {
    pub(crate) authenticator: Authenticator,
    pub(crate) integers: Integers,
    pub(crate) profiles: Profiles,
    pub(crate) bucket: Bucket,
    pub(crate) limiter: Limiter,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl IntegersParts {
    /// Reads the settings and the public keys.
    ///
    /// # Errors
    /// When a setting is missing or invalid, or DynamoDB does not answer.
    pub async fn new(start: &Start) -> Result<Self, StartError> {
        let settings = &start.settings;
        let db = Db::new(&start.aws, start.entropy.clone());
        let authenticator = Authenticator::start(start, &db).await?;
        let jobs = JobsTable::new(&db, settings.required("AVIARY_JOBS_TABLE")?);
        Ok(Self {
            limiter: authenticator.limiter.clone(),
            authenticator,
            profiles: Profiles::new(&SocialTable::new(&db, settings.required("AVIARY_SOCIAL_TABLE")?)),
            integers: Integers::new(&IntegersTable::new(&db, settings.required("AVIARY_INTEGERS_TABLE")?), &jobs),
            bucket: Bucket::start(start)?,
            clock: start.clock.clone(),
            entropy: start.entropy.clone(),
        })
    }
}

impl Authenticates for IntegersParts {
    fn authenticator(&self) -> &Authenticator {
        &self.authenticator
    }
}
