//! The store with tables for one test only, so that the test knows every item in them.

mod tables;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use aviary_localaws::{Config, LocalAws};
use aviary_model::{Email, Entropy, EntropyError, Family, SessionId, Timestamp, TokenId, UserId, Username};
use aviary_store::{
    AccountTables, Accounts, AccountsTable, Credentials, CredentialsTable, Db, FeedTable, Integers, IntegersTable, Job,
    Jobs, JobsTable, KeysTable, Profile, Profiles, Registration, RegistrationError, SecurityEvent, SecurityEvents,
    SessionOpening, SignIn, SignInError, SigningKeys, SocialTable, Task, Tweets, User,
};
use aviary_template::{Settings, Storage, Template};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::types::{AttributeValue, Select};

pub(crate) type Item = HashMap<String, AttributeValue>;

/// The time at which every test starts: a whole second, so that TTLs are exact.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// The store, on tables that no other test uses.
pub(crate) struct Store {
    pub(crate) db: Db,
    pub(crate) accounts: Accounts,
    pub(crate) credentials: Credentials,
    pub(crate) profiles: Profiles,
    pub(crate) social: SocialTable,
    pub(crate) tweets: Tweets,
    pub(crate) keys: SigningKeys,
    pub(crate) jobs: Jobs,
    pub(crate) integers: Integers,
    pub(crate) activities: SecurityEvents,
    pub(crate) names: Names,
    /// A DynamoDB client that bypasses the store.
    pub(crate) raw: Client,
    // The fields are dropped in order: the server stops before its folder is deleted.
    _local: Option<(LocalAws, tempfile::TempDir)>,
}

/// The tables' names.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    pub(crate) accounts: String,
    pub(crate) keys: String,
    pub(crate) credentials: String,
    pub(crate) social: String,
    pub(crate) jobs: String,
    pub(crate) integers: String,
    pub(crate) feed: String,
}

#[derive(Debug)]
pub(crate) struct Random;

impl Entropy for Random {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        getrandom::fill(buffer).map_err(|_| EntropyError)
    }
}

impl Store {
    pub(crate) async fn start() -> Self {
        let stack = format!("aviary-{}", random_token().as_str());
        let storage = storage(&stack);
        let names = Names::of(&storage);
        if let Ok(url) = std::env::var("AVIARY_TEST_DYNAMODB_URL") {
            tables::create(&client(&url), &storage.tables).await;
            return Self::at(&url, names, None);
        }
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage { tables: storage.tables, ..Storage::default() };
        let local = LocalAws::start(Config::new(folder.path(), storage)).unwrap();
        Self::at(&local.dynamodb_url(), names, Some((local, folder)))
    }

    /// The store on the DynamoDB at this URL.
    pub(crate) fn at(url: &str, names: Names, local: Option<(LocalAws, tempfile::TempDir)>) -> Self {
        let db = Db::new(&config(url), Arc::new(Random));
        let social = SocialTable::new(&db, &names.social);
        let jobs = JobsTable::new(&db, &names.jobs);
        Self {
            accounts: Accounts::new(&AccountsTable::new(&db, &names.accounts)),
            credentials: Credentials::new(&CredentialsTable::new(&db, &names.credentials)),
            profiles: Profiles::new(&social),
            tweets: Tweets::new(&social),
            keys: SigningKeys::new(&KeysTable::new(&db, &names.keys)),
            jobs: Jobs::new(&jobs),
            activities: SecurityEvents::new(&FeedTable::new(&db, &names.feed)),
            integers: Integers::new(&IntegersTable::new(&db, &names.integers), &jobs),
            social,
            db,
            names,
            raw: client(url),
            _local: local,
        }
    }

    pub(crate) fn registration(&self, user: &User) -> Registration<'_> {
        let profile = Profile::new(user.id, user.username.clone(), NOW);
        Registration::new(&self.accounts, &self.credentials, &self.profiles, user.clone(), profile)
    }

    pub(crate) async fn register(&self, user: &User) -> Result<(), RegistrationError> {
        self.registration(user).commit().await
    }

    /// Registers a user without an address or a session.
    pub(crate) async fn registered(&self, name: &str) -> User {
        let user = user(name, None);
        self.register(&user).await.unwrap();
        user
    }

    /// A sign-in without sessions yet.
    pub(crate) fn sign_in(&self, user: UserId) -> SignIn {
        SignIn::new(&self.credentials, opening(user))
    }

    pub(crate) async fn open_family(&self, user: UserId, sid: SessionId, family: &Family) -> Result<(), SignInError> {
        self.sign_in(user).with_family(sid, family)?.commit().await
    }

    /// The tables of an account.
    pub(crate) fn tables(&self) -> AccountTables {
        AccountTables {
            accounts: self.accounts.clone(),
            credentials: self.credentials.clone(),
            profiles: self.profiles.clone(),
            jobs: self.jobs.clone(),
            activities: self.activities.clone(),
        }
    }

    pub(crate) fn job(&self, task: Task) -> Job {
        self.jobs.job(task, NOW).unwrap()
    }

    pub(crate) fn activity(&self, event: &str) -> SecurityEvent {
        self.activities.activity(event, NOW, "192.0.2.7", "tests").unwrap()
    }

    /// The number of items in all tables together.
    pub(crate) async fn items(&self) -> i32 {
        let mut count = 0;
        let Names { accounts, keys, credentials, social, jobs, integers, feed } = &self.names;
        for table in [accounts, keys, credentials, social, jobs, integers, feed] {
            let call = self.raw.scan().table_name(table).select(Select::Count).consistent_read(true);
            let page = call.send().await.unwrap();
            assert_eq!(page.last_evaluated_key, None, "more than a page");
            count += page.count;
        }
        count
    }

    /// One item, read without the store.
    pub(crate) async fn raw_item(&self, table: &str, pk: &str, sk: &str) -> Option<Item> {
        let call = self.raw.get_item().table_name(table).set_key(Some(key(pk, sk))).consistent_read(true);
        call.send().await.unwrap().item
    }

    /// Writes one item without the store.
    pub(crate) async fn raw_put(&self, table: &str, item: Item) {
        self.raw.put_item().table_name(table).set_item(Some(item)).send().await.unwrap();
    }
}

impl Names {
    pub(crate) fn of(storage: &Storage) -> Self {
        let named = |id: &str| storage.tables.iter().find(|table| table.logical_id == id).unwrap().name.clone();
        Self {
            accounts: named("AccountsTable"),
            keys: named("KeysTable"),
            credentials: named("CredentialsTable"),
            social: named("SocialTable"),
            jobs: named("JobsTable"),
            integers: named("IntegersTable"),
            feed: named("FeedTable"),
        }
    }
}

/// The tables that the project's template declares, for this stack.
pub(crate) fn storage(stack: &str) -> Storage {
    let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml");
    let settings = Settings { stack: stack.to_owned(), region: "us-east-1".to_owned(), ..Settings::default() };
    Template::load(template).unwrap().storage(&settings).unwrap()
}

pub(crate) fn config(url: &str) -> aws_types::SdkConfig {
    aviary_aws::sdk_config_for(url, "local", "local-secret")
}

/// It fills tables, which takes AWS's own DynamoDB Local longer than the store waits for a request.
pub(crate) fn client(url: &str) -> Client {
    let patient = aws_sdk_dynamodb::config::Builder::from(&config(url));
    Client::from_conf(patient.timeout_config(TimeoutConfig::disabled()).build())
}

pub(crate) fn key(pk: &str, sk: &str) -> Item {
    HashMap::from([("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))])
}

pub(crate) fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

pub(crate) fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(crate) fn user(name: &str, email: Option<&str>) -> User {
    let (id, username) = (UserId::new(NOW, &Random).unwrap(), Username::parse(name).unwrap());
    let password = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".to_owned();
    User::new(id, username, email.map(|email| Email::parse(email).unwrap()), password, NOW)
}

pub(crate) fn opening(user: UserId) -> SessionOpening {
    SessionOpening { user, epoch: 0, now: NOW, address: "192.0.2.7".to_owned(), user_agent: "tests".to_owned() }
}

pub(crate) fn session_id() -> SessionId {
    SessionId::new(NOW, &Random).unwrap()
}

pub(crate) fn random_token() -> TokenId {
    TokenId::new(&Random).unwrap()
}
