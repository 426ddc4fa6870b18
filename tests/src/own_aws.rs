//! A local AWS that a test has for itself, for what would disturb all others: rotating keys, cutting connections.

use aviary_localaws::{Config, LocalAws};
use xtask::workspace::Workspace;

use crate::Service;

/// A running local AWS with the tables, buckets and log groups of the template, and no gateway: functions are started
/// over it one by one. It ends with this value.
#[derive(Debug)]
pub struct OwnAws {
    /// What functions are started over.
    pub service: Service,
    _local: LocalAws,
}

impl OwnAws {
    /// Starts it in a temporary folder, on free ports.
    #[must_use]
    pub fn start() -> Self {
        let workspace = Workspace::locate().expect("the workspace");
        let config = Config::temporary(&workspace.template()).expect("template.yaml is read");
        let local = LocalAws::start(config).expect("a local AWS");
        let service = Service::without_gateway(&local.dynamodb_url(), &local.aws_url(), xtask::local::STACK);
        Self { service, _local: local }
    }
}
