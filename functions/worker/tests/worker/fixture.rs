//! A local AWS for each test, with a worker whose clock the test moves.

use std::collections::HashMap;
use std::sync::Arc;

use aviary_localaws::LocalAws;
use aviary_media::Bucket;
use aviary_model::{Clock, Timestamp};
pub(crate) use aviary_runtime::OsEntropy as Random;
use aviary_runtime::{EventHandler, Start, SystemClock};
use aviary_store::{
    AccountTables, AccountsTable, CredentialsTable, Db, FeedTable, Integers, IntegersTable, Job, JobsTable, Purge,
    SocialTable, Task, Tweets,
};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_types::SdkConfig;
use e2e::Service;
use serde_json::{Value, json};
use test_support::{
    LOCAL_MEDIA_BUCKET, LOCAL_STACK, ManualClock, dynamodb_json, object_keys, sdk_config, settings, start_local_aws,
    stream_record, table,
};
use worker_function::Worker;

/// A whole second, so that TTLs are exact.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

pub(crate) struct Fixture {
    pub(crate) worker: Worker,
    pub(crate) db: Db,
    pub(crate) tables: AccountTables,
    pub(crate) tweets: Tweets,
    pub(crate) purge: Purge,
    pub(crate) integers: Integers,
    pub(crate) bucket: Bucket,
    pub(crate) clock: Arc<ManualClock>,
    dynamodb: aws_sdk_dynamodb::Client,
    s3: aws_sdk_s3::Client,
    local: LocalAws,
}

impl Fixture {
    pub(crate) fn start() -> Self {
        Self::start_with(&[("AVIARY_MAIL_FROM", "mail@example.com")])
    }

    pub(crate) fn start_with(others: &[(&str, &str)]) -> Self {
        let local = start_local_aws();
        let aws = sdk_config("local", &local);
        let clock = Arc::new(ManualClock::at(NOW));
        let db = Db::new(&aws, Arc::new(Random));
        let social = SocialTable::new(&db, &table("SocialTable"));
        let feed = FeedTable::new(&db, &table("FeedTable"));
        let jobs = JobsTable::new(&db, &table("JobsTable"));
        let credentials = CredentialsTable::new(&db, &table("CredentialsTable"));
        let accounts = AccountsTable::new(&db, &table("AccountsTable"));
        let tables = AccountTables::new(&accounts, &credentials, &social, &feed, &jobs);
        // The worker has its role, as in a deployment.
        let function = sdk_config("local-worker", &local);
        let start =
            Start { settings: settings(others), aws: function, clock: clock.clone(), entropy: Arc::new(Random) };
        Self {
            worker: Worker::new(&start).unwrap(),
            purge: Purge::new(&credentials, &social, &feed),
            integers: Integers::new(&IntegersTable::new(&db, &table("IntegersTable")), &jobs),
            tweets: Tweets::new(&social),
            bucket: Bucket::connect(&aws, LOCAL_MEDIA_BUCKET, "https://media.example.com"),
            dynamodb: aws_sdk_dynamodb::Client::new(&aws),
            s3: s3(&aws),
            db,
            tables,
            clock,
            local,
        }
    }

    pub(crate) fn social(&self) -> SocialTable {
        SocialTable::new(&self.db, &table("SocialTable"))
    }

    pub(crate) fn feed(&self) -> FeedTable {
        FeedTable::new(&self.db, &table("FeedTable"))
    }

    /// The same local AWS, for functions that run as processes.
    pub(crate) fn service(&self) -> Service {
        Service::without_gateway(&self.local.dynamodb_url(), &self.local.aws_url(), LOCAL_STACK)
    }

    /// Sets the clock to the system's, for tests in which another process takes part.
    pub(crate) fn use_system_time(&self) {
        self.clock.set(SystemClock.now());
    }

    /// Writes a job.
    pub(crate) async fn job(&self, task: Task) -> Job {
        let job = self.tables.jobs.job(task, self.clock.now()).unwrap();
        self.tables.jobs.put(&job).await.unwrap();
        job
    }

    /// A stream event with the current items of these jobs.
    pub(crate) async fn event(&self, jobs: &[&Job]) -> Value {
        let mut records = Vec::new();
        for (number, job) in jobs.iter().enumerate() {
            let key = [("pk", format!("J#{}", job.id)), ("sk", "JOB".to_owned())];
            let key = key.map(|(name, value)| (name.to_owned(), AttributeValue::S(value)));
            let call = self.dynamodb.get_item().table_name(table("JobsTable")).set_key(Some(HashMap::from(key)));
            let image = call.consistent_read(true).send().await.unwrap().item.unwrap();
            records.push(stream_record(&number.to_string(), None, Some(&image)));
        }
        json!({ "Records": records })
    }

    /// Delivers these jobs to the worker. Returns the sequence numbers of failed records.
    pub(crate) async fn deliver(&self, jobs: &[&Job]) -> Vec<String> {
        let event = self.event(jobs).await;
        self.hand(&event).await
    }

    pub(crate) async fn hand(&self, event: &Value) -> Vec<String> {
        let answer = self.worker.handle(event.clone(), self.deadline()).await.unwrap();
        let failures = answer["batchItemFailures"].as_array().unwrap().iter();
        failures.map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned()).collect()
    }

    /// Lets time pass, then runs a sweep. Returns how many jobs were due.
    pub(crate) async fn sweep_after(&self, seconds: i64) -> u64 {
        self.clock.forward(seconds);
        let event = json!({ "source": "aws.events", "detail-type": "Scheduled Event", "detail": {} });
        self.worker.handle(event, self.deadline()).await.unwrap()["due"].as_u64().unwrap()
    }

    pub(crate) fn deadline(&self) -> Timestamp {
        self.clock.now().plus_seconds(60)
    }

    /// The current item of the job.
    pub(crate) async fn now(&self, job: &Job) -> Option<Job> {
        self.tables.jobs.by_id(job.id).await.unwrap()
    }

    /// Every item of every table with the table's name, as texts for searches and comparisons. The ranked lists are
    /// left out: they follow the tweets with every sweep (`ranking.rs`).
    #[allow(clippy::disallowed_methods, reason = "a test inspects whole tables")]
    pub(crate) async fn items(&self) -> Vec<String> {
        let mut items = Vec::new();
        for name in self.dynamodb.list_tables().send().await.unwrap().table_names() {
            let page = self.dynamodb.scan().table_name(name).consistent_read(true).send().await.unwrap();
            assert_eq!(page.last_evaluated_key, None, "more than a page");
            let found = page.items.unwrap_or_default().into_iter();
            let found = found.filter(|item| item["pk"] != AttributeValue::S("RANKED".to_owned()));
            items.extend(found.map(|item| format!("{name}: {}", dynamodb_json(&item))));
        }
        items.sort();
        items
    }

    /// The keys of all objects.
    pub(crate) async fn objects(&self) -> Vec<String> {
        object_keys(&self.s3).await
    }

    /// The sent mails, newest first.
    pub(crate) fn mails(&self) -> Vec<Value> {
        let url = format!("{}/_local/emails", self.local.aws_url());
        let text = ureq::get(&url).call().unwrap().body_mut().read_to_string().unwrap();
        serde_json::from_str(&text).unwrap()
    }
}

fn s3(aws: &SdkConfig) -> aws_sdk_s3::Client {
    aws_sdk_s3::Client::from_conf(aws_sdk_s3::config::Builder::from(aws).force_path_style(true).build())
}
