//! The function's state.

use std::sync::Arc;

use aviary_auth::{AuditTrail, Authenticates, Authenticator, Limiter};
use aviary_media::Bucket;
use aviary_model::{Clock, Entropy};
use aviary_runtime::{Start, StartError};
use aviary_store::{
    Comments, Db, FeedTable, HomeTimelines, Jobs, JobsTable, MediaUploads, PageReads, Profiles, Ranked, Reactions,
    Reports, SocialTable, Tweets,
};

/// The state of the process. All handlers share it.
pub type TweetsState = Arc<TweetsParts>;

/// What the handlers need.
#[derive(Debug)]
pub struct TweetsParts {
    pub(crate) authenticator: Authenticator,
    pub(crate) audit: AuditTrail,
    pub(crate) profiles: Profiles,
    pub(crate) page_reads: PageReads,
    pub(crate) bucket: Bucket,
    pub(crate) tweets: Tweets,
    pub(crate) uploads: MediaUploads,
    pub(crate) limiter: Limiter,
    pub(crate) comments: Comments,
    pub(crate) reactions: Reactions,
    pub(crate) reports: Reports,
    pub(crate) ranked: Ranked,
    pub(crate) home: HomeTimelines,
    pub(crate) jobs: Jobs,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl TweetsParts {
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
            limiter: authenticator.limiter.clone(),
            authenticator,
            audit: AuditTrail::start(start, "tweets")?,
            uploads: MediaUploads::new(&social),
            page_reads: PageReads::new(&social),
            home: HomeTimelines::new(&social, &feed),
            profiles: Profiles::new(&social),
            tweets: Tweets::new(&social),
            comments: Comments::new(&social),
            reactions: Reactions::new(&social),
            reports: Reports::new(&social),
            ranked: Ranked::new(&social),
            jobs: Jobs::new(&JobsTable::new(&db, settings.required("AVIARY_JOBS_TABLE")?)),
            bucket: Bucket::start(start)?,
            clock: start.clock.clone(),
            entropy: start.entropy.clone(),
        })
    }
}

impl Authenticates for TweetsParts {
    fn authenticator(&self) -> &Authenticator {
        &self.authenticator
    }
}
