//! What the tasks work with.

use std::sync::Arc;

use aviary_model::{Clock, Entropy, EntropyError, UserId};
use aviary_runtime::{OsEntropy, Settings, SettingsError, SystemClock};
use aviary_store::{Accounts, Credentials, Db, Profiles, Recount, SecurityEvents};
use aviary_telemetry::{Audit, AuditEvent};
use aws_types::SdkConfig;

/// Tables, the audit trail, time and randomness.
#[derive(Clone, Debug)]
pub struct Operator {
    /// The connection.
    pub db: Db,
    /// Users and guards.
    pub accounts: Accounts,
    /// Principals.
    pub credentials: Credentials,
    /// Profiles.
    pub profiles: Profiles,
    /// Counters.
    pub recount: Recount,
    /// The audit trail, where its log group is known.
    pub audit: Option<Audit>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
}

/// Why a task can't begin.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// A table is not named.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// No randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}

impl Operator {
    /// Takes the names of tables from the settings. Makes no connection.
    ///
    /// # Errors
    /// When a table is not named.
    pub fn new(aws: &SdkConfig, settings: &Settings) -> Result<Self, OperatorError> {
        let entropy: Arc<dyn Entropy> = Arc::new(OsEntropy);
        let db = Db::new(aws, entropy.clone());
        let stream = format!("operate/{}", entropy.secret::<16>()?.expose());
        let audit = settings
            .optional("AVIARY_AUDIT_LOG_GROUP")
            .map(|group| Audit::new(aws_sdk_cloudwatchlogs::Client::new(aws), group, stream));
        let profiles = Profiles::new(db.clone(), settings.required("AVIARY_SOCIAL_TABLE")?);
        let feed = SecurityEvents::new(db.clone(), settings.required("AVIARY_FEED_TABLE")?);
        Ok(Self {
            accounts: Accounts::new(db.clone(), settings.required("AVIARY_ACCOUNTS_TABLE")?),
            credentials: Credentials::new(db.clone(), settings.required("AVIARY_CREDENTIALS_TABLE")?),
            recount: Recount::new(&profiles, &feed),
            profiles,
            audit,
            db,
            clock: Arc::new(SystemClock),
            entropy,
        })
    }

    /// Sends an event to the audit trail; fails no task.
    pub async fn record(&self, event: &'static str, user: UserId) {
        let Some(audit) = &self.audit else { return };
        let now = self.clock.now();
        audit
            .record(AuditEvent {
                event,
                at: now.to_string(),
                at_millis: now.millis(),
                user: Some(user.to_string()),
                // No client: it was done from the operator's own terminal.
                address: String::new(),
                user_agent: "operate".to_owned(),
                request_id: String::new(),
            })
            .await;
    }
}
