//! The function's state.

use std::sync::Arc;

use aviary_accounts::AccountContext;
use aviary_auth::{Authenticates, Authenticator};
use aviary_media::{Bucket, MediaUrls};
use aviary_runtime::{Start, StartError};
use aviary_store::{
    Comments, Db, Integers, IntegersTable, JobsTable, MediaUploads, PageReads, Reports, SocialTable, Tweets,
};

/// The state of the process. All handlers share it.
pub type AdminState = Arc<AdminParts>;

/// What the handlers need.
#[derive(Debug)]
pub struct AdminParts {
    pub(crate) account: AccountContext,
    pub(crate) authenticator: Authenticator,
    pub(crate) tweets: Tweets,
    pub(crate) comments: Comments,
    pub(crate) reports: Reports,
    pub(crate) page_reads: PageReads,
    pub(crate) uploads: MediaUploads,
    pub(crate) integers: Integers,
    pub(crate) media: MediaUrls,
    pub(crate) bucket: Bucket,
    /// The origin of pictures, which pages may show.
    pub(crate) media_url: String,
    pub(crate) logs: aws_sdk_cloudwatchlogs::Client,
    pub(crate) audit_group: String,
    /// The log groups of all functions.
    pub(crate) function_groups: Vec<String>,
}

impl AdminParts {
    /// Reads the settings and the public keys.
    ///
    /// # Errors
    /// When a setting is missing or invalid, or DynamoDB does not answer.
    pub async fn new(start: &Start) -> Result<Self, StartError> {
        let settings = &start.settings;
        let db = Db::new(&start.aws, start.entropy.clone());
        let authenticator = Authenticator::start(start, &db).await?;
        let social = SocialTable::new(&db, settings.required("AVIARY_SOCIAL_TABLE")?);
        let jobs = JobsTable::new(&db, settings.required("AVIARY_JOBS_TABLE")?);
        let media_url = settings.required("AVIARY_MEDIA_URL")?.to_owned();
        Ok(Self {
            account: AccountContext::new(start, &db, authenticator.limiter.clone(), "admin")?,
            authenticator,
            tweets: Tweets::new(&social),
            comments: Comments::new(&social),
            reports: Reports::new(&social),
            page_reads: PageReads::new(&social),
            uploads: MediaUploads::new(&social),
            integers: Integers::new(&IntegersTable::new(&db, settings.required("AVIARY_INTEGERS_TABLE")?), &jobs),
            media: MediaUrls::new(media_url.clone()),
            bucket: Bucket::start(start)?,
            media_url,
            logs: aws_sdk_cloudwatchlogs::Client::new(&start.aws),
            audit_group: settings.required("AVIARY_AUDIT_LOG_GROUP")?.to_owned(),
            function_groups: settings
                .required("AVIARY_FUNCTION_LOG_GROUPS")?
                .split(',')
                .map(|group| group.trim().to_owned())
                .collect(),
        })
    }
}

impl Authenticates for AdminParts {
    fn authenticator(&self) -> &Authenticator {
        &self.authenticator
    }
}
