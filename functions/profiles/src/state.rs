//! What the handlers work with.

use std::sync::Arc;

use aviary_auth::{Guard, Limiter, Limits};
use aviary_media::Bucket;
use aviary_model::{Clock, Entropy};
use aviary_store::{Db, Profiles, Relations, Views};
use aviary_web::{Start, StartError};
use axum::extract::FromRef;

/// The function's state; cheap to clone.
#[derive(Clone, Debug)]
pub struct ProfilesState {
    pub(crate) guard: Guard,
    pub(crate) profiles: Profiles,
    pub(crate) relations: Relations,
    pub(crate) views: Views,
    pub(crate) bucket: Bucket,
    pub(crate) limiter: Limiter,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl ProfilesState {
    /// Reads the settings and the public keys.
    ///
    /// # Errors
    /// When a setting is missing, or DynamoDB does not answer.
    pub async fn new(start: &Start) -> Result<Self, StartError> {
        let settings = &start.settings;
        let db = Db::new(&start.aws, start.entropy.clone());
        let guard = Guard::start(start, &db).await?;
        let profiles = Profiles::new(db, settings.required("AVIARY_SOCIAL_TABLE")?);
        Ok(Self {
            limiter: Limiter {
                credentials: guard.credentials.clone(),
                limits: Limits::of(settings)?,
                clock: start.clock.clone(),
            },
            guard,
            relations: Relations::new(&profiles),
            views: Views::new(&profiles),
            profiles,
            bucket: Bucket::start(start)?,
            entropy: start.entropy.clone(),
            clock: start.clock.clone(),
        })
    }
}

impl FromRef<ProfilesState> for Guard {
    fn from_ref(state: &ProfilesState) -> Self {
        state.guard.clone()
    }
}
