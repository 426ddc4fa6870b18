//! The function's state.

use std::sync::Arc;

use aviary_auth::Authenticator;
use aviary_media::Bucket;
use aviary_model::Clock;
use aviary_runtime::{Start, StartError};
use aviary_store::{Db, Profiles, SocialTable};
use axum::extract::FromRef;

/// What the handlers need. Clones are cheap.
#[derive(Clone, Debug)]
pub struct UsersState {
    pub(crate) authenticator: Authenticator,
    pub(crate) profiles: Profiles,
    pub(crate) bucket: Bucket,
    pub(crate) clock: Arc<dyn Clock>,
}

impl UsersState {
    /// Reads the settings and the public keys.
    ///
    /// # Errors
    /// When a setting is missing or invalid, or DynamoDB does not answer.
    pub async fn new(start: &Start) -> Result<Self, StartError> {
        let settings = &start.settings;
        let db = Db::new(&start.aws, start.entropy.clone());
        let authenticator = Authenticator::start(start, &db).await?;
        Ok(Self {
            authenticator,
            profiles: Profiles::new(&SocialTable::new(&db, settings.required("AVIARY_SOCIAL_TABLE")?)),
            bucket: Bucket::start(start)?,
            clock: start.clock.clone(),
        })
    }
}

impl FromRef<UsersState> for Authenticator {
    fn from_ref(state: &UsersState) -> Self {
        state.authenticator.clone()
    }
}
