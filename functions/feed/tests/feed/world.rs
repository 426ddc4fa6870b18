//! A local AWS for each test, with two feed processes and a worker.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aviary_localaws::LocalAws;
use aviary_model::{Clock, Timestamp, UserId};
pub(crate) use aviary_runtime::OsEntropy as Random;
use aviary_runtime::{EventHandler, Settings, Start};
use aviary_store::{
    AccountTables, AccountsTable, Comments, CredentialsTable, Db, FeedTable, HomeTimelines, JobsTable, Notifications,
    Reactions, Relations, SocialTable, Tweets,
};
use aws_sdk_dynamodb::types::AttributeValue;
use feed_function::Feed;
use serde_json::{Value, json};
use test_support::{ManualClock, local_config, sdk_config, sdk_config_with_dynamodb, stream_record, table};
use worker_function::Worker;

use crate::proxy::{Plan, Proxy};

pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// An item's key, and an item.
pub(crate) type Key = (String, String);
pub(crate) type Item = HashMap<String, AttributeValue>;

pub(crate) struct World {
    /// Two processes of the function.
    pub(crate) feeds: [Feed; 2],
    pub(crate) worker: Worker,
    pub(crate) tables: AccountTables,
    pub(crate) relations: Relations,
    pub(crate) tweets: Tweets,
    pub(crate) comments: Comments,
    pub(crate) reactions: Reactions,
    pub(crate) home: HomeTimelines,
    pub(crate) notifications: Notifications,
    pub(crate) clock: Arc<ManualClock>,
    /// The items of `social` at the last call of `records`: the stream reports the difference.
    pub(crate) seen: Mutex<BTreeMap<Key, Item>>,
    pub(crate) events: Mutex<u64>,
    pub(crate) dynamodb: aws_sdk_dynamodb::Client,
    pub(crate) proxy: Option<Proxy>,
    pub(crate) local: LocalAws,
}

impl World {
    pub(crate) fn start() -> Self {
        Self::with_limit(10_000)
    }

    /// A world with this `AVIARY_FAN_OUT_LIMIT`.
    pub(crate) fn with_limit(limit: u64) -> Self {
        Self::with(limit, Duration::ZERO, None)
    }

    /// A world whose indexes lag by this much.
    pub(crate) fn with_index_delay(delay: Duration) -> Self {
        Self::with(10_000, delay, None)
    }

    /// A world whose processes use a DynamoDB in which three of each `of_each` requests fail.
    pub(crate) fn with_faults(of_each: usize) -> Self {
        Self::with(10_000, Duration::ZERO, Some(Plan::EachOf(of_each)))
    }

    /// A world in which every write to the feed of `victim` is answered with this code, once there is a victim.
    pub(crate) fn with_victim(victim: Arc<Mutex<Option<UserId>>>, code: &'static str) -> Self {
        Self::with(10_000, Duration::ZERO, Some(Plan::WritesOf(victim, code)))
    }

    fn with(limit: u64, index_delay: Duration, faults: Option<Plan>) -> Self {
        let mut config = local_config();
        config.index_delay = index_delay;
        let local = LocalAws::start(config).unwrap();
        let proxy = faults.map(|plan| Proxy::before(&local.dynamodb_url(), plan));
        let aws = sdk_config("local", &local);
        let clock = Arc::new(ManualClock::at(NOW));
        let db = Db::new(&aws, Arc::new(Random));
        let social = SocialTable::new(&db, &table("SocialTable"));
        let feed_table = FeedTable::new(&db, &table("FeedTable"));
        let jobs = JobsTable::new(&db, &table("JobsTable"));
        let credentials = CredentialsTable::new(&db, &table("CredentialsTable"));
        let accounts = AccountsTable::new(&db, &table("AccountsTable"));
        let tables = AccountTables::new(&accounts, &credentials, &social, &feed_table, &jobs);
        // Each process has its role, as in a deployment.
        let start = |access_key: &str| Start {
            settings: settings(limit),
            aws: sdk_config_with_dynamodb(
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
            relations: Relations::new(&social),
            tweets: Tweets::new(&social),
            comments: Comments::new(&social),
            reactions: Reactions::new(&social),
            home: HomeTimelines::new(&social, &feed_table),
            notifications: Notifications::new(&social, &feed_table),
            dynamodb: aws_sdk_dynamodb::Client::new(&aws),
            seen: Mutex::default(),
            events: Mutex::default(),
            tables,
            clock,
            proxy,
            local,
        }
    }

    /// Restarts the feed processes with this limit.
    pub(crate) fn set_limit(&mut self, limit: u64) {
        let start = Start {
            settings: settings(limit),
            aws: sdk_config("local-feed", &self.local),
            clock: self.clock.clone(),
            entropy: Arc::new(Random),
        };
        self.feeds = [Feed::new(&start).unwrap(), Feed::new(&start).unwrap()];
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Every item of a table.
    #[allow(clippy::disallowed_methods, reason = "a test inspects whole tables")]
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

    /// Delivers due jobs to the worker until none is left, with those that are written meanwhile.
    pub(crate) async fn work(&self) {
        while let Some(failed) = self.deliver_jobs().await {
            assert_eq!(failed, json!([]));
        }
    }

    /// Delivers the due jobs once. Returns the failed ones; `None` if no job was due.
    pub(crate) async fn deliver_jobs(&self) -> Option<Value> {
        let jobs = self.items("JobsTable").await;
        let due = jobs.into_values().filter(|job| number(job, "due_at") <= self.now().millis());
        let records: Vec<Value> =
            due.map(|job| stream_record(&self.next_sequence_number(), None, Some(&job))).collect();
        if records.is_empty() {
            return None;
        }
        let event = json!({ "Records": records });
        let answer = self.worker.handle(event, self.now().plus_seconds(60)).await.unwrap();
        Some(answer["batchItemFailures"].clone())
    }

    /// Delivers all records and runs all due jobs, until nothing follows any more.
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

    /// The same, and once more after a minute, when second rounds are due.
    pub(crate) async fn settle_twice(&self) {
        self.settle().await;
        self.clock.forward(61);
        self.work().await;
        self.settle().await;
    }

    /// Hands records to one of the processes. Returns the sequence numbers of those that failed.
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

fn settings(limit: u64) -> Settings {
    test_support::settings(&[("AVIARY_FAN_OUT_LIMIT", &limit.to_string())])
}
