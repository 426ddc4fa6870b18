//! The function's state.

use std::sync::Arc;

use aviary_auth::{AuditTrail, Authenticates, Authenticator};
use aviary_media::Bucket;
use aviary_model::{Clock, Entropy};
use aviary_runtime::{SettingsError, Start, StartError};
use aviary_store::{Accounts, AccountsTable, Db, PageReads, Profiles, Ranked, Relations, Reports, SocialTable};

const MAX_FOLLOWS: &str = "AVIARY_MAX_FOLLOWS";

/// The state of the process. All handlers share it.
pub type ProfilesState = Arc<ProfilesParts>;

/// What the handlers need.
#[derive(Debug)]
pub struct ProfilesParts {
    pub(crate) authenticator: Authenticator,
    pub(crate) audit: AuditTrail,
    pub(crate) accounts: Accounts,
    pub(crate) profiles: Profiles,
    pub(crate) relations: Relations,
    pub(crate) reports: Reports,
    pub(crate) ranked: Ranked,
    pub(crate) page_reads: PageReads,
    pub(crate) bucket: Bucket,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl ProfilesParts {
    /// Reads the settings and the public keys.
    ///
    /// # Errors
    /// When a setting is missing or invalid, or DynamoDB does not answer.
    pub async fn new(start: &Start) -> Result<Self, StartError> {
        let settings = &start.settings;
        let db = Db::new(&start.aws, start.entropy.clone());
        let authenticator = Authenticator::start(start, &db).await?;
        let social = SocialTable::new(&db, settings.required("AVIARY_SOCIAL_TABLE")?);
        let accounts = AccountsTable::new(&db, settings.required("AVIARY_ACCOUNTS_TABLE")?);
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
            accounts: Accounts::new(&accounts),
            authenticator,
            audit: AuditTrail::start(start, "profiles")?,
            relations,
            reports: Reports::new(&social),
            ranked: Ranked::new(&social),
            page_reads: PageReads::new(&social),
            profiles: Profiles::new(&social),
            bucket: Bucket::start(start)?,
            entropy: start.entropy.clone(),
            clock: start.clock.clone(),
        })
    }
}

impl Authenticates for ProfilesParts {
    fn authenticator(&self) -> &Authenticator {
        &self.authenticator
    }
}
