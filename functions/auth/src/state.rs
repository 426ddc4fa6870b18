//! The state that every handler of the function receives.

use std::sync::Arc;

use aviary_accounts::AccountContext;
use aviary_auth::{Authenticates, Authenticator, Issuer, Limiter, Passwords, Policy, Refresh, fresh_seconds};
use aviary_media::{Bucket, MediaUrls};
use aviary_model::{Clock, Entropy};
use aviary_runtime::{Start, StartError};
use aviary_store::{
    AccountTables, Credentials, CredentialsTable, Db, Exports, FeedTable, JobsTable, KeysTable, SigningKeys,
};

/// The state of the process. All handlers share it.
pub type AuthState = Arc<AuthParts>;

/// What the handlers need.
#[derive(Debug)]
pub struct AuthParts {
    /// What operations that `admin` shares need: the same tables, passwords, limits and clock.
    pub(crate) account: AccountContext,
    pub(crate) tables: AccountTables,
    pub(crate) authenticator: Authenticator,
    pub(crate) issuer: Issuer,
    pub(crate) passwords: Passwords,
    pub(crate) policy: Policy,
    /// Whether a new address of an account waits until its mailbox confirms it. Without a sender no mailbox could.
    pub(crate) confirms_addresses: bool,
    pub(crate) refresh: Refresh,
    pub(crate) limiter: Limiter,
    pub(crate) media: MediaUrls,
    pub(crate) bucket: Bucket,
    pub(crate) exports: Exports,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl AuthParts {
    /// Reads the settings, the signing key and the public keys; makes the first key if there is none.
    ///
    /// # Errors
    /// When a setting is missing or wrong, or DynamoDB does not answer.
    pub async fn new(start: &Start) -> Result<Self, StartError> {
        let settings = &start.settings;
        let (clock, entropy) = (start.clock.clone(), start.entropy.clone());
        let db = Db::new(&start.aws, entropy.clone());
        let keys = SigningKeys::new(&KeysTable::new(&db, settings.required("AVIARY_KEYS_TABLE")?));
        // The first signing key must exist before the public keys are read.
        let credentials_table = CredentialsTable::new(&db, settings.required("AVIARY_CREDENTIALS_TABLE")?);
        let credentials = Credentials::new(&credentials_table);
        let issuer = Issuer::load(keys, &credentials, clock.clone(), entropy.clone()).await?;
        let issuer = issuer.fresh_for(fresh_seconds(settings)?);
        let authenticator = Authenticator::start(start, &db).await?;
        let account = AccountContext::new(start, &db, authenticator.limiter.clone(), "auth")?;
        Ok(Self {
            limiter: authenticator.limiter.clone(),
            authenticator,
            refresh: Refresh { credentials, clock: clock.clone(), entropy: entropy.clone() },
            bucket: Bucket::start(start)?,
            exports: Exports::new(
                &FeedTable::new(&db, settings.required("AVIARY_FEED_TABLE")?),
                &JobsTable::new(&db, settings.required("AVIARY_JOBS_TABLE")?),
            ),
            media: MediaUrls::new(settings.required("AVIARY_MEDIA_URL")?),
            passwords: account.passwords.clone(),
            policy: Policy::of(settings)?,
            confirms_addresses: settings.boolean("AVIARY_CONFIRM_ADDRESS")?.unwrap_or(false)
                && settings.optional("AVIARY_MAIL_FROM").is_some(),
            tables: account.tables.clone(),
            account,
            issuer,
            clock,
            entropy,
        })
    }
}

impl Authenticates for AuthParts {
    fn authenticator(&self) -> &Authenticator {
        &self.authenticator
    }
}
