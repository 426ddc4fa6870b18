//! The configuration of a local AWS.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aviary_template::{EventSources, Role, Settings, Storage, Template};
use tempfile::TempDir;

use crate::clock::Clock;
use crate::delivery::target::FunctionsUrl;
use crate::error::StartError;

/// The stack that the names of local resources begin with.
pub const DEFAULT_STACK: &str = "aviary-local";
/// The region of all local resources.
pub const DEFAULT_REGION: &str = "us-east-1";
/// The services whose requests are checked against the roles of the template.
const AUTHORIZED_SERVICES: [&str; 2] = ["dynamodb", "s3"];

/// What a local AWS contains, where it stores it, and on which ports it listens.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder for the data.
    pub data: PathBuf,
    /// The tables, buckets and log groups; missing ones are created at the start.
    pub storage: Storage,
    /// The port of DynamoDB; 0 for any free port.
    pub dynamodb_port: u16,
    /// The port of everything else; 0 for any free port.
    pub aws_port: u16,
    /// The streams and schedules of each function.
    pub event_sources: Vec<EventSources>,
    /// What each function may do with DynamoDB and S3.
    pub roles: Vec<Role>,
    /// What readers of public objects get with them, as the distribution adds it.
    pub served_headers: Vec<(String, String)>,
    /// The server that invokes functions. Without it nothing is delivered, and stream records wait.
    pub functions_url: Option<FunctionsUrl>,
    /// The least age of a stream record when it is delivered.
    pub stream_delay: Duration,
    /// The time after which a global index shows a change.
    pub index_delay: Duration,
    /// The time between the start and the first run of each schedule.
    pub first_schedule_after: Duration,
    /// The longest time a function may take to answer a delivery.
    pub invocation_limit: Duration,
    /// The keys of the caller that may do everything. A function has an access key of its own and the same secret.
    pub credentials: Credentials,
    /// The time between two removals of expired data.
    pub sweep_every: Duration,
    /// The time of logs and mails, and the time by which stream records are old enough to be removed.
    pub clock: Clock,
    /// Deletes the temporary folder when the last copy is dropped.
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
    /// A local AWS in the folder `data`, on free ports.
    #[must_use]
    pub fn new(data: impl Into<PathBuf>, storage: Storage) -> Self {
        Self {
            data: data.into(),
            storage,
            dynamodb_port: 0,
            aws_port: 0,
            event_sources: Vec::new(),
            roles: Vec::new(),
            served_headers: Vec::new(),
            functions_url: None,
            stream_delay: Duration::ZERO,
            index_delay: Duration::ZERO,
            // Short, so that a newcomer sees it work.
            first_schedule_after: Duration::from_secs(3),
            // Lambda's own limit. `cargo lambda watch` may have to build the function first.
            invocation_limit: Duration::from_secs(15 * 60),
            credentials: Credentials::default(),
            sweep_every: Duration::from_secs(10),
            clock: Clock::system(),
            temporary: None,
        }
    }

    /// A local AWS with the resources of `template` for `stack`, in the folder `data`, on free ports.
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
        let served_headers = template.served_headers(&settings)?;
        Ok(Self { event_sources, roles, served_headers, ..Self::new(data, template.storage(&settings)?) })
    }

    /// For tests: the resources of `template` in a temporary folder, which is deleted with the last copy of this value.
    ///
    /// # Errors
    /// If the template cannot be read or resolved, or the folder cannot be created.
    pub fn temporary(template: &Path) -> Result<Self, StartError> {
        let folder = TempDir::with_prefix("aviary-")
            .map_err(|source| StartError::Folder { path: std::env::temp_dir(), source })?;
        let mut config = Self::from_template(template, folder.path(), DEFAULT_STACK, BTreeMap::new())?;
        config.temporary = Some(Arc::new(folder));
        Ok(config)
    }
}
