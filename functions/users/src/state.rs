//! The function's state.

use std::sync::Arc;

use aviary_auth::{AuditTrail, Authenticates, Authenticator};
use aviary_media::Bucket;
use aviary_model::{Clock, Entropy};
use aviary_runtime::{SettingsError, Start, StartError};
use aviary_store::{Db, FeedTable, PageReads, Presences, Profiles, Relations, SocialTable};

const MAX_FOLLOWS: &str = "AVIARY_MAX_FOLLOWS";

/// The state of the process. All handlers share it.
pub type UsersState = Arc<UsersParts>;

/// What the handlers need.
#[derive(Debug)]
pub struct UsersParts {
    pub(crate) authenticator: Authenticator,
    pub(crate) audit: AuditTrail,
    pub(crate) profiles: Profiles,
    pub(crate) relations: Relations,
    pub(crate) page_reads: PageReads,
    pub(crate) presences: Presences,
    pub(crate) bucket: Bucket,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl UsersParts {
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
        let invalid = |value: &str| SettingsError::Invalid {
            name: MAX_FOLLOWS,
            value: value.to_owned(),
            takes: "a number of follows",
        };
        let most = settings.optional(MAX_FOLLOWS).map(|value| value.parse().map_err(|_| invalid(value))).transpose()?;
        let relations = match most {
            Some(most) => Relations::new(&social).with_max_follows(most),
            None => Relations::new(&social),
        };
        Ok(Self {
            authenticator,
            audit: AuditTrail::start(start, "users")?,
            profiles: Profiles::new(&social),
            relations,
            page_reads: PageReads::new(&social),
            presences: Presences::new(&feed),
            bucket: Bucket::start(start)?,
            clock: start.clock.clone(),
            entropy: start.entropy.clone(),
        })
    }
}

impl Authenticates for UsersParts {
    fn authenticator(&self) -> &Authenticator {
        &self.authenticator
    }
}
