use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aviary_template::{EventSources, Role, Settings, Storage, Template};
use tempfile::TempDir;

use crate::clock::Clock;
use crate::delivery::target::FunctionsUrl;
use crate::error::StartError;

/// The stack whose names everything local has.
pub const DEFAULT_STACK: &str = "aviary-local";
/// The region everything local is in.
pub const DEFAULT_REGION: &str = "us-east-1";
/// The services whose requests are checked against the roles of the template.
const AUTHORIZED_SERVICES: [&str; 2] = ["dynamodb", "s3"];

/// What a local AWS holds, where, and on which ports.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder that keeps the data.
    pub data: PathBuf,
    /// The tables, buckets and log groups to create where they are missing.
    pub storage: Storage,
    /// The port of DynamoDB; 0 is any free one.
    pub dynamodb_port: u16,
    /// The port of everything else; 0 is any free one.
    pub aws_port: u16,
    /// What is delivered to which function.
    pub event_sources: Vec<EventSources>,
    /// What each function may do with DynamoDB and S3.
    pub roles: Vec<Role>,
    /// Where functions are invoked; without it nothing is delivered, and streams wait.
    pub functions_url: Option<FunctionsUrl>,
    /// How old a stream record is when it is delivered, at least.
    pub stream_delay: Duration,
    /// How long after a change a global index shows it.
    pub index_delay: Duration,
    /// How long after the start a schedule fires first.
    pub first_schedule_after: Duration,
    /// How long a function may take to answer what is delivered.
    pub invocation_limit: Duration,
    /// The pair of keys that may do all; a function has an access key of its own and the same secret.
    pub credentials: Credentials,
    /// How often what has expired is removed.
    pub sweep_every: Duration,
    /// The time, for logs and mails, and for the age at which stream records are forgotten.
    pub clock: Clock,
    /// Keeps a temporary folder alive as long as anyone uses it.
    temporary: Option<Arc<TempDir>>,
}

/// A pair of AWS keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The access key id.
    pub access_key: String,
    /// The secret access key.
    pub secret_key: String,
}

impl Default for Credentials {
    fn default() -> Self {
        Self { access_key: "local".to_owned(), secret_key: "local-secret".to_owned() }
    }
}

impl Config {
    /// A local AWS in the folder `data`, on any free ports.
    #[must_use]
    pub fn new(data: impl Into<PathBuf>, storage: Storage) -> Self {
        Self {
            data: data.into(),
            storage,
            dynamodb_port: 0,
            aws_port: 0,
            event_sources: Vec::new(),
            roles: Vec::new(),
            functions_url: None,
            stream_delay: Duration::ZERO,
            index_delay: Duration::ZERO,
            // Soon, so that a newcomer sees it work.
            first_schedule_after: Duration::from_secs(3),
            // Lambda's longest; and `cargo lambda watch` may have to build the function first.
            invocation_limit: Duration::from_secs(15 * 60),
            credentials: Credentials::default(),
            sweep_every: Duration::from_secs(10),
            clock: Clock::system(),
            temporary: None,
        }
    }

    /// A local AWS with what `template` names for `stack`, in the folder `data`, on any free ports.
    ///
    /// # Errors
    /// If the template cannot be read or resolved.
    pub fn from_template(
        template: &Path,
        data: impl Into<PathBuf>,
        stack: &str,
        parameters: BTreeMap<String, String>,
    ) -> Result<Self, StartError> {
        let settings = Settings {
            stack: stack.to_owned(),
            region: DEFAULT_REGION.to_owned(),
            parameters,
            overrides: BTreeMap::new(),
        };
        let template = Template::load(template)?;
        let event_sources = template.event_sources(&settings)?;
        let roles = template.roles(&settings, &AUTHORIZED_SERVICES)?;
        Ok(Self { event_sources, roles, ..Self::new(data, template.storage(&settings)?) })
    }

    /// For tests: what `template` names, in a temporary folder that goes when the last copy of this goes.
    ///
    /// # Errors
    /// If the template cannot be read or resolved, or there is no room for a folder.
    pub fn temporary(template: &Path) -> Result<Self, StartError> {
        let folder = TempDir::with_prefix("aviary-")
            .map_err(|source| StartError::Folder { path: std::env::temp_dir(), source })?;
        let mut config = Self::from_template(template, folder.path(), DEFAULT_STACK, BTreeMap::new())?;
        config.temporary = Some(Arc::new(folder));
        Ok(config)
    }
}
