//! The function's state.

use std::sync::Arc;

use aviary_auth::{Authenticator, Limiter};
use aviary_media::Bucket;
use aviary_model::{Clock, Entropy};
use aviary_runtime::{Start, StartError};
use aviary_store::{Db, Integers, IntegersTable, JobsTable, Profiles, SocialTable};
use axum::extract::FromRef;

/// What the handlers need. Clones are cheap.
#[derive(Clone, Debug)]
pub struct IntegersState {
    pub(crate) authenticator: Authenticator,
    pub(crate) integers: Integers,
    pub(crate) profiles: Profiles,
    pub(crate) bucket: Bucket,
    pub(crate) limiter: Limiter,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl IntegersState {
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

impl FromRef<IntegersState> for Authenticator {
    fn from_ref(state: &IntegersState) -> Self {
        state.authenticator.clone()
    }
}
