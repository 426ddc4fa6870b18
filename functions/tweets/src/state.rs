//! What the handlers work with.

use std::sync::Arc;

use aviary_auth::{Guard, Limiter, Limits};
use aviary_media::Bucket;
use aviary_model::{Clock, Entropy};
use aviary_store::{Db, Profiles, Tweets};
use aviary_web::{Start, StartError};
use axum::extract::FromRef;

/// The function's state; cheap to clone.
#[derive(Clone, Debug)]
pub struct TweetsState {
    pub(crate) guard: Guard,
    pub(crate) profiles: Profiles,
    pub(crate) bucket: Bucket,
    pub(crate) tweets: Tweets,
    pub(crate) limiter: Limiter,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl TweetsState {
    /// Reads the settings and the public keys.
    ///
    /// # Errors
    /// When a setting is missing, or DynamoDB does not answer.
    pub async fn new(start: &Start) -> Result<Self, StartError> {
        let settings = &start.settings;
        let db = Db::new(&start.aws, start.entropy.clone());
        let guard = Guard::start(start, &db).await?;
        Ok(Self {
            limiter: Limiter {
                credentials: guard.credentials.clone(),
                limits: Limits::of(settings)?,
                clock: start.clock.clone(),
            },
            guard,
            profiles: Profiles::new(db.clone(), settings.required("AVIARY_SOCIAL_TABLE")?),
            tweets: Tweets::new(db, settings.required("AVIARY_SOCIAL_TABLE")?),
            bucket: Bucket::start(start)?,
            clock: start.clock.clone(),
            entropy: start.entropy.clone(),
        })
    }
}

impl FromRef<TweetsState> for Guard {
    fn from_ref(state: &TweetsState) -> Self {
        state.guard.clone()
    }
}
