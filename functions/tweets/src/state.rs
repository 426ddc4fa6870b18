//! The function's state.

use std::sync::Arc;

use aviary_auth::{Authenticator, Limiter, Limits};
use aviary_media::Bucket;
use aviary_model::{Clock, Entropy};
use aviary_runtime::{Start, StartError};
use aviary_store::{Comments, Db, HomeTimelines, Jobs, PageReads, Profiles, Reactions, SecurityEvents, Tweets};
use axum::extract::FromRef;

/// What the handlers need. Clones are cheap.
#[derive(Clone, Debug)]
pub struct TweetsState {
    pub(crate) authenticator: Authenticator,
    pub(crate) profiles: Profiles,
    pub(crate) page_reads: PageReads,
    pub(crate) bucket: Bucket,
    pub(crate) tweets: Tweets,
    pub(crate) comments: Comments,
    pub(crate) reactions: Reactions,
    pub(crate) home: HomeTimelines,
    pub(crate) jobs: Jobs,
    pub(crate) limiter: Limiter,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl TweetsState {
    /// Reads the settings and the public keys.
    ///
    /// # Errors
    /// When a setting is missing or invalid, or DynamoDB does not answer.
    pub async fn new(start: &Start) -> Result<Self, StartError> {
        let settings = &start.settings;
        let db = Db::new(&start.aws, start.entropy.clone());
        let authenticator = Authenticator::start(start, &db).await?;
        let social = settings.required("AVIARY_SOCIAL_TABLE")?;
        let profiles = Profiles::new(db.clone(), social);
        Ok(Self {
            limiter: Limiter::new(authenticator.credentials.clone(), Limits::of(settings)?, start.clock.clone()),
            authenticator,
            page_reads: PageReads::new(&profiles),
            home: HomeTimelines::new(
                &profiles,
                &SecurityEvents::new(db.clone(), settings.required("AVIARY_FEED_TABLE")?),
            ),
            profiles,
            tweets: Tweets::new(db.clone(), social),
            comments: Comments::new(db.clone(), social),
            reactions: Reactions::new(db.clone(), social),
            jobs: Jobs::new(db, settings.required("AVIARY_JOBS_TABLE")?),
            bucket: Bucket::start(start)?,
            clock: start.clock.clone(),
            entropy: start.entropy.clone(),
        })
    }
}

impl FromRef<TweetsState> for Authenticator {
    fn from_ref(state: &TweetsState) -> Self {
        state.authenticator.clone()
    }
}
