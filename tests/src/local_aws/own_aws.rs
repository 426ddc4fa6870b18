//! A local AWS for a single test that would disturb all others: key rotation, cut connections, missing rights.

use aviary_localaws::{Config, LocalAws};
use serde_json::Value;
use xtask::workspace::Workspace;

use crate::client::Service;

/// A running local AWS with the tables, buckets, log groups and roles of the template, and no gateway: functions are
/// started on it one by one. Dropping the value stops it.
#[derive(Debug)]
pub struct OwnAws {
    /// The endpoints on which functions are started.
    pub service: Service,
    local: LocalAws,
}

impl OwnAws {
    /// Starts it in a temporary folder, on free ports.
    #[must_use]
    pub fn start() -> Self {
        Self::of(config())
    }

    /// Starts it with the role of a function lacking one statement, which the template must have.
    #[must_use]
    pub fn start_without(function: &str, sid: &str) -> Self {
        let mut config = config();
        let role = config.roles.iter_mut().find(|role| role.binary == function);
        let role = role.unwrap_or_else(|| panic!("template.yaml has no function `{function}`"));
        let mut removed = 0;
        for policy in &mut role.policies {
            let before = policy.statements.len();
            policy.statements.retain(|statement| statement["Sid"] != sid);
            removed += before - policy.statements.len();
        }
        assert_eq!(removed, 1, "the role of `{function}` has one statement `{sid}`");
        Self::of(config)
    }

    /// Starts it with the server at this URL invoked for stream records, events and schedules.
    #[must_use]
    pub(crate) fn start_invoking(functions_url: &str) -> Self {
        let mut config = config();
        config.functions_url = Some(functions_url.parse().expect("a URL"));
        Self::of(config)
    }

    /// Writes many items into a table, without its stream. Blocks.
    pub fn import(&self, table: &str, items: Vec<Value>) {
        self.local.import(&format!("{}-{table}", self.service.stack), items).expect("items that the table takes");
    }

    fn of(config: Config) -> Self {
        let local = LocalAws::start(config).expect("a local AWS");
        let service = Service::without_gateway(&local.dynamodb_url(), &local.aws_url(), xtask::local::STACK);
        Self { service, local }
    }
}

fn config() -> Config {
    let workspace = Workspace::locate().expect("the workspace");
    Config::temporary(&workspace.template()).expect("template.yaml is read")
}
