//! A deployment for each test.

use std::path::{Path, PathBuf};
use std::time::Duration;

use aviary_localaws::{Config, LocalAws};
use aviary_model::{NameKey, UserId};
use aviary_runtime::Settings;
use aviary_store::{Principal, Profile, Registration, User};
use aviary_template::{LogGroup, Settings as Stack, Storage, Template};
use operate::operator::Operator;

const AUDIT: &str = "/aviary/tests/audit";

/// Tables for one test, and the operator.
pub(crate) struct Deployment {
    pub(crate) operator: Operator,
    pub(crate) local: LocalAws,
    pub(crate) variables: Vec<(String, String)>,
    // Dropped last: the server stops before its folder is removed.
    _folder: tempfile::TempDir,
}

impl Deployment {
    pub(crate) fn start() -> Self {
        Self::lagging(Duration::ZERO)
    }

    /// A deployment whose indexes lag by this much.
    pub(crate) fn lagging(index_delay: Duration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (storage, variables) = storage();
        let mut here = Config::new(folder.path(), storage);
        here.index_delay = index_delay;
        let local = LocalAws::start(here).unwrap();
        let settings = Settings::of(variables.clone()).unwrap();
        let mut operator = Operator::new(&config(&local.dynamodb_url()), &settings).unwrap();
        let logs = config(&local.aws_url());
        operator.audit = Some(aviary_telemetry::Audit::new(&logs, AUDIT, "operate/tests".to_owned()));
        Self { operator, local, variables, _folder: folder }
    }

    /// The user with this name.
    pub(crate) async fn user(&self, name: &str) -> Option<User> {
        let id = self.operator.accounts.owner_of(&NameKey::of(name)).await.unwrap()?;
        self.operator.accounts.by_id(id).await.unwrap()
    }

    pub(crate) async fn principal(&self, id: UserId) -> Option<Principal> {
        self.operator.credentials.principal(id).await.unwrap()
    }

    /// Registers a user, as a signup does.
    pub(crate) async fn registered(&self, name: &str) -> User {
        let operator = &self.operator;
        let now = operator.clock.now();
        let id = UserId::new(now, operator.entropy.as_ref()).unwrap();
        let username = aviary_model::Username::parse(name).unwrap();
        let email = aviary_model::Email::parse(&format!("{name}@example.com")).unwrap();
        let profile = Profile::new(id, username.clone(), now);
        let user = User::new(id, username, Some(email), "!".to_owned(), now);
        Registration::new(&operator.accounts, &operator.credentials, &operator.profiles, user.clone(), profile)
            .commit()
            .await
            .unwrap();
        user
    }

    /// The audit trail's events about a user.
    pub(crate) async fn events_of(&self, id: UserId) -> Vec<String> {
        let logs = aws_sdk_cloudwatchlogs::Client::new(&config(&self.local.aws_url()));
        let found = logs.filter_log_events().log_group_name(AUDIT).send().await.unwrap();
        let events = found.events().iter().map(|event| serde_json::from_str(event.message().unwrap()).unwrap());
        let events = events.filter(|event: &serde_json::Value| event["user.id"] == id.to_string());
        events.map(|event| event["event"].as_str().unwrap().to_owned()).collect()
    }
}

pub(crate) fn config(url: &str) -> aws_types::SdkConfig {
    aviary_aws::sdk_config_for(url, "local", "local-secret")
}

/// The tables of the project's template, and the settings that name them.
fn storage() -> (Storage, Vec<(String, String)>) {
    let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml");
    let stack = Stack { stack: "aviary-tests".to_owned(), region: "us-east-1".to_owned(), ..Stack::default() };
    let Storage { tables, buckets, .. } = Template::load(template).unwrap().storage(&stack).unwrap();
    let names = [
        ("AccountsTable", "AVIARY_ACCOUNTS_TABLE"),
        ("CredentialsTable", "AVIARY_CREDENTIALS_TABLE"),
        ("SocialTable", "AVIARY_SOCIAL_TABLE"),
        ("FeedTable", "AVIARY_FEED_TABLE"),
    ];
    let variables = names.iter().map(|(id, variable)| {
        let table = tables.iter().find(|table| table.logical_id == *id).unwrap();
        ((*variable).to_owned(), table.name.clone())
    });
    let variables = variables.collect();
    let audit = LogGroup { logical_id: "AuditLogGroup".to_owned(), name: AUDIT.to_owned(), retention_days: None };
    (Storage { tables, buckets, log_groups: vec![audit] }, variables)
}

/// The dump of a Django project with four users and three that can't be imported. Django made its hashes.
pub(crate) fn dump_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/users.json")
}
