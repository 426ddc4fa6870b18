//! A stack of its own for each test.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aviary_localaws::{Config, LocalAws};
use aviary_model::{Clock, Timestamp};
pub(crate) use aviary_runtime::OsEntropy as Random;
use aviary_runtime::{EventHandler, Settings, Start};
use aviary_store::{
    AccountTables, Accounts, Comments, Credentials, Db, HomeTimelines, Jobs, Notifications, Profiles, Reactions,
    Relations, SecurityEvents, Tweets,
};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_types::SdkConfig;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};
use feed_function::Feed;
use serde_json::{Value, json};
use worker_function::Worker;

use crate::proxy::Proxy;

pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// An item's key, and an item.
pub(crate) type Key = (String, String);
pub(crate) type Item = HashMap<String, AttributeValue>;

pub(crate) struct World {
    /// As many as there are processes.
    pub(crate) feeds: [Feed; 2],
    pub(crate) worker: Worker,
    pub(crate) db: Db,
    pub(crate) tables: AccountTables,
    pub(crate) relations: Relations,
    pub(crate) tweets: Tweets,
    pub(crate) comments: Comments,
    pub(crate) reactions: Reactions,
    pub(crate) home: HomeTimelines,
    pub(crate) notifications: Notifications,
    pub(crate) clock: Arc<Hands>,
    /// What the stream has brought is the difference to what is there.
    pub(crate) seen: Mutex<BTreeMap<Key, Item>>,
    pub(crate) events: Mutex<u64>,
    pub(crate) dynamodb: aws_sdk_dynamodb::Client,
    pub(crate) proxy: Option<Proxy>,
    pub(crate) local: LocalAws,
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub(crate) struct Hands(Mutex<Timestamp>);

impl Hands {
    pub(crate) fn forward(&self, seconds: i64) {
        let mut now = self.0.lock().unwrap();
        *now = now.plus_seconds(seconds);
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// DynamoDB has a port of its own.
#[derive(Debug)]
struct Endpoints {
    dynamodb: String,
    others: String,
}

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        Some(if key.service_id() == "DynamoDB" { self.dynamodb.clone() } else { self.others.clone() })
    }
}

impl World {
    pub(crate) fn start() -> Self {
        Self::with_limit(10_000)
    }

    /// Where nobody with more followers than this is written to all of them.
    pub(crate) fn with_limit(limit: u64) -> Self {
        Self::with(limit, Duration::ZERO, None)
    }

    /// Where indexes show a change only after a while.
    pub(crate) fn with_index_delay(delay: Duration) -> Self {
        Self::with(10_000, delay, None)
    }

    /// Where the processes have a DynamoDB that lets three of so many requests fail.
    pub(crate) fn with_faults(of_each: usize) -> Self {
        Self::with(10_000, Duration::ZERO, Some(of_each))
    }

    fn with(limit: u64, index_delay: Duration, faults: Option<usize>) -> Self {
        let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml");
        let mut config = Config::temporary(&template).unwrap();
        config.index_delay = index_delay;
        let local = LocalAws::start(config).unwrap();
        let proxy = faults.map(|of_each| Proxy::before(&local.dynamodb_url(), of_each));
        let aws = aws_as("local", &local, local.dynamodb_url());
        let clock = Arc::new(Hands(Mutex::new(NOW)));
        let db = Db::new(&aws, Arc::new(Random));
        let tables = AccountTables {
            accounts: Accounts::new(db.clone(), &table("AccountsTable")),
            credentials: Credentials::new(db.clone(), &table("CredentialsTable")),
            profiles: Profiles::new(db.clone(), &table("SocialTable")),
            jobs: Jobs::new(db.clone(), &table("JobsTable")),
            activities: SecurityEvents::new(db.clone(), &table("FeedTable")),
        };
        // Each in its role, as it is deployed.
        let start = |access_key: &str| Start {
            settings: settings(limit),
            aws: aws_as(
                access_key,
                &local,
                proxy.as_ref().map_or_else(|| local.dynamodb_url(), |proxy| proxy.url.clone()),
            ),
            clock: clock.clone(),
            entropy: Arc::new(Random),
        };
        let feed = || Feed::new(&start("local-feed")).unwrap();
        Self {
            feeds: [feed(), feed()],
            worker: Worker::new(&start("local-worker")).unwrap(),
            relations: Relations::new(&tables.profiles),
            tweets: Tweets::new(db.clone(), &table("SocialTable")),
            comments: Comments::new(db.clone(), &table("SocialTable")),
            reactions: Reactions::new(db.clone(), &table("SocialTable")),
            home: HomeTimelines::new(&tables.profiles, &tables.activities),
            notifications: Notifications::new(&tables.profiles, &tables.activities),
            dynamodb: aws_sdk_dynamodb::Client::new(&aws),
            seen: Mutex::default(),
            events: Mutex::default(),
            db,
            tables,
            clock,
            proxy,
            local,
        }
    }

    /// The processes that begin from now on have this limit.
    pub(crate) fn set_limit(&mut self, limit: u64) {
        let start = Start {
            settings: settings(limit),
            aws: aws_as("local-feed", &self.local, self.local.dynamodb_url()),
            clock: self.clock.clone(),
            entropy: Arc::new(Random),
        };
        self.feeds = [Feed::new(&start).unwrap(), Feed::new(&start).unwrap()];
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Every item of a table.
    #[allow(clippy::disallowed_methods, reason = "a test looks at everything")]
    pub(crate) async fn items(&self, logical_id: &str) -> BTreeMap<Key, Item> {
        let (mut all, mut start) = (BTreeMap::new(), None);
        loop {
            let call = self.dynamodb.scan().table_name(table(logical_id)).consistent_read(true);
            let page = call.set_exclusive_start_key(start).send().await.unwrap();
            for item in page.items.unwrap_or_default() {
                all.insert((text(&item, "pk"), text(&item, "sk")), item);
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                return all;
            }
        }
    }

    /// Has the jobs' stream bring those that are due, those that are made meanwhile too, until none is.
    pub(crate) async fn work(&self) {
        while let Some(failed) = self.bring_jobs().await {
            assert_eq!(failed, json!([]));
        }
    }

    /// Has the jobs' stream bring those that are due. Answers which are to come again; none if there was none.
    pub(crate) async fn bring_jobs(&self) -> Option<Value> {
        let jobs = self.items("JobsTable").await;
        let due = jobs.into_values().filter(|job| number(job, "due_at") <= self.now().millis());
        let records: Vec<Value> = due.map(|job| self.record(None, Some(&job))).collect();
        if records.is_empty() {
            return None;
        }
        let event = json!({ "Records": records });
        let answer = self.worker.handle(event, self.now().plus_seconds(60)).await.unwrap();
        Some(answer["batchItemFailures"].clone())
    }

    /// Has the stream bring what there is to bring, and the jobs done, until nothing follows any more.
    pub(crate) async fn settle(&self) {
        loop {
            let records = self.records().await;
            if records.is_empty() {
                return;
            }
            assert_eq!(self.hand(0, &records).await, Vec::<String>::new());
            self.work().await;
        }
    }

    /// The same, and again after a minute, when everything is done a second time.
    pub(crate) async fn settle_twice(&self) {
        self.settle().await;
        self.clock.forward(61);
        self.work().await;
        self.settle().await;
    }

    /// Hands records to one of the processes. Answers which are to come again.
    pub(crate) async fn hand(&self, process: usize, records: &[Value]) -> Vec<String> {
        let event = json!({ "Records": records });
        let answer = self.feeds[process].handle(event, self.now().plus_seconds(60)).await.unwrap();
        let failures = answer["batchItemFailures"].as_array().unwrap().iter();
        failures.map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned()).collect()
    }
}

pub(crate) fn text(item: &Item, name: &str) -> String {
    item.get(name).map(|value| value.as_s().unwrap().clone()).unwrap_or_default()
}

pub(crate) fn number(item: &Item, name: &str) -> i64 {
    item.get(name).map(|value| value.as_n().unwrap().parse().unwrap()).unwrap_or_default()
}

fn aws_as(access_key: &str, local: &LocalAws, dynamodb: String) -> SdkConfig {
    let endpoints = Endpoints { dynamodb, others: local.aws_url() };
    let config = aviary_aws::sdk_config_for(&local.aws_url(), access_key, "local-secret");
    let mut config = config.into_builder().service_config(endpoints);
    config.set_endpoint_url(None);
    config.build()
}

pub(crate) fn table(logical_id: &str) -> String {
    format!("aviary-local-{logical_id}")
}

fn settings(limit: u64) -> Settings {
    let all = [
        ("AVIARY_ACCOUNTS_TABLE", table("AccountsTable")),
        ("AVIARY_CREDENTIALS_TABLE", table("CredentialsTable")),
        ("AVIARY_SOCIAL_TABLE", table("SocialTable")),
        ("AVIARY_FEED_TABLE", table("FeedTable")),
        ("AVIARY_JOBS_TABLE", table("JobsTable")),
        ("AVIARY_INTEGERS_TABLE", table("IntegersTable")),
        ("AVIARY_MEDIA_BUCKET", "aviary-local-mediabucket".to_owned()),
        ("AVIARY_MEDIA_URL", "https://media.example.com".to_owned()),
        ("AVIARY_FAN_OUT_LIMIT", limit.to_string()),
    ];
    Settings::of(all.map(|(name, value)| (name.to_owned(), value))).unwrap()
}
