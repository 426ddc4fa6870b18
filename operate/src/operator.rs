//! The tables, clock, randomness and audit trail that the tasks use.

use std::sync::Arc;

use aviary_model::{Clock, Entropy, EntropyError, UserId};
use aviary_runtime::{OsEntropy, Settings, SettingsError, SystemClock};
use aviary_store::{
    Accounts, AccountsTable, Credentials, CredentialsTable, Db, FeedTable, MediaNames, Migrator, Profiles, Recount,
    SocialTable, kind,
};
use aviary_telemetry::{Audit, AuditEvent};
use aws_types::SdkConfig;

/// Everything a task needs; cheap to clone.
#[derive(Clone, Debug)]
pub struct Operator {
    /// Commits transactions over several tables.
    pub db: Db,
    /// Users, and who owns which name and address.
    pub accounts: Accounts,
    /// Principals: active, staff, epoch.
    pub credentials: Credentials,
    /// Profiles and their names.
    pub profiles: Profiles,
    /// Rewrites what earlier versions of the service wrote in `social`.
    pub migrator: Migrator<kind::Social>,
    /// Compares and sets counters.
    pub recount: Recount,
    /// Reads which objects of the bucket items name.
    pub media_names: MediaNames,
    /// The audit trail; `None` without `AVIARY_AUDIT_LOG_GROUP`.
    pub audit: Option<Audit>,
    /// The system's clock.
    pub clock: Arc<dyn Clock>,
    /// The operating system's randomness.
    pub entropy: Arc<dyn Entropy>,
}

/// Why no task can begin.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// A setting is missing.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The operating system gives no randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}

impl Operator {
    /// Reads the names of the tables from the settings. Makes no connection.
    ///
    /// # Errors
    /// When the setting of a table is missing.
    pub fn new(aws: &SdkConfig, settings: &Settings) -> Result<Self, OperatorError> {
        let entropy: Arc<dyn Entropy> = Arc::new(OsEntropy);
        let db = Db::new(aws, entropy.clone());
        let stream = format!("operate/{}", entropy.secret::<16>()?.expose());
        let audit = settings.optional("AVIARY_AUDIT_LOG_GROUP").map(|group| Audit::new(aws, group, stream));
        let social = SocialTable::new(&db, settings.required("AVIARY_SOCIAL_TABLE")?);
        let feed = FeedTable::new(&db, settings.required("AVIARY_FEED_TABLE")?);
        Ok(Self {
            accounts: Accounts::new(&AccountsTable::new(&db, settings.required("AVIARY_ACCOUNTS_TABLE")?)),
            credentials: Credentials::new(&CredentialsTable::new(&db, settings.required("AVIARY_CREDENTIALS_TABLE")?)),
            migrator: Migrator::of_social(&social),
            recount: Recount::new(&social, &feed),
            media_names: MediaNames::new(&social),
            profiles: Profiles::new(&social),
            audit,
            db,
            clock: Arc::new(SystemClock),
            entropy,
        })
    }

    /// Sends an event to the audit trail. A failure is logged and does not fail the task.
    pub async fn record(&self, event: &'static str, user: UserId) {
        let Some(audit) = &self.audit else { return };
        let now = self.clock.now();
        audit
            .record(AuditEvent {
                event,
                at: now.to_string(),
                at_millis: now.millis(),
                user: Some(user.to_string()),
                actor: None,
                subject: None,
                // There is no client: the operator acts from a terminal.
                address: String::new(),
                user_agent: "operate".to_owned(),
                request_id: String::new(),
            })
            .await;
    }
}
