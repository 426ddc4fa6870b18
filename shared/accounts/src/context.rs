//! What an operation on an account needs.

use std::sync::Arc;

use aviary_auth::{AuditTrail, Limiter, Passwords};
use aviary_model::{Clock, Entropy};
use aviary_runtime::{Start, StartError};
use aviary_store::{AccountTables, AccountsTable, CredentialsTable, Db, FeedTable, JobsTable, SocialTable};

/// Tables, passwords, limits, the audit trail and the clock; cheap to clone.
#[derive(Clone, Debug)]
pub struct AccountContext {
    /// The tables that a change of an account writes to.
    pub tables: AccountTables,
    /// Hashes and verifies passwords.
    pub passwords: Passwords,
    /// Counts logins.
    pub limiter: Limiter,
    /// The audit trail.
    pub audit: AuditTrail,
    /// The time of what is done.
    pub clock: Arc<dyn Clock>,
    /// The source of secrets.
    pub entropy: Arc<dyn Entropy>,
}

impl AccountContext {
    /// Reads the settings. `function` begins the names of the process's streams in the audit trail. Makes no call.
    ///
    /// # Errors
    /// When a setting is missing, or the system has no random bytes.
    pub fn new(start: &Start, db: &Db, limiter: Limiter, function: &str) -> Result<Self, StartError> {
        let settings = &start.settings;
        let tables = AccountTables::new(
            &AccountsTable::new(db, settings.required("AVIARY_ACCOUNTS_TABLE")?),
            &CredentialsTable::new(db, settings.required("AVIARY_CREDENTIALS_TABLE")?),
            &SocialTable::new(db, settings.required("AVIARY_SOCIAL_TABLE")?),
            &FeedTable::new(db, settings.required("AVIARY_FEED_TABLE")?),
            &JobsTable::new(db, settings.required("AVIARY_JOBS_TABLE")?),
        );
        Ok(Self {
            tables,
            passwords: Passwords::new(start.entropy.clone()),
            limiter,
            audit: AuditTrail::start(start, function)?,
            clock: start.clock.clone(),
            entropy: start.entropy.clone(),
        })
    }
}
