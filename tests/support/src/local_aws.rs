//! A local AWS for one test, made from `template.yaml`, and how a function finds it.

use std::collections::BTreeMap;
use std::path::Path;

use aviary_localaws::{Config, LocalAws};
use aviary_runtime::Settings;
use aws_types::SdkConfig;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

/// The stack's name, which begins the name of every table.
pub const LOCAL_STACK: &str = "aviary-local";
/// The bucket `MediaBucket` of the template.
pub const LOCAL_MEDIA_BUCKET: &str = "aviary-local-mediabucket";

/// DynamoDB listens on its own port; every other service shares one.
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

/// The configuration of a local AWS with the template's tables, bucket and roles, in a temporary folder.
///
/// # Panics
/// When `template.yaml` can't be read.
#[must_use]
pub fn local_config() -> Config {
    let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml");
    Config::temporary(&template).expect("template.yaml is read")
}

/// Starts a local AWS on free ports. It stops when the value is dropped.
///
/// # Panics
/// When it does not start.
#[must_use]
pub fn start_local_aws() -> LocalAws {
    LocalAws::start(local_config()).expect("a local AWS starts")
}

/// The keys of all objects in the media bucket, sorted.
///
/// # Panics
/// When the local AWS does not answer, or there are more than a page.
pub async fn object_keys(s3: &aws_sdk_s3::Client) -> Vec<String> {
    let list = s3.list_objects_v2().bucket(LOCAL_MEDIA_BUCKET).send().await.expect("a list");
    assert_ne!(list.is_truncated(), Some(true), "more than a page");
    let mut keys: Vec<String> = list.contents().iter().map(|object| object.key().expect("a key").to_owned()).collect();
    keys.sort();
    keys
}

/// The name of the table with this logical id.
#[must_use]
pub fn table(logical_id: &str) -> String {
    format!("{LOCAL_STACK}-{logical_id}")
}

/// SDK configuration for the owner of an access key: `local` may do everything, `local-<function>` has the function's
/// role.
#[must_use]
pub fn sdk_config(access_key: &str, local: &LocalAws) -> SdkConfig {
    sdk_config_with_dynamodb(access_key, local, local.dynamodb_url())
}

/// The same with a DynamoDB at another address, such as a proxy's.
#[must_use]
pub fn sdk_config_with_dynamodb(access_key: &str, local: &LocalAws, dynamodb_url: String) -> SdkConfig {
    let endpoints = Endpoints { dynamodb: dynamodb_url, others: local.aws_url() };
    let config = aviary_aws::sdk_config_for(&local.aws_url(), access_key, "local-secret");
    let mut config = config.into_builder().service_config(endpoints);
    config.set_endpoint_url(None);
    config.build()
}

/// The settings of the functions of streams: the tables without that of keys, the bucket, and `others`, which win.
///
/// # Panics
/// When one of `others` is no setting.
#[must_use]
pub fn settings(others: &[(&str, &str)]) -> Settings {
    let mut all: BTreeMap<String, String> = [
        ("AVIARY_ACCOUNTS_TABLE", table("AccountsTable")),
        ("AVIARY_CREDENTIALS_TABLE", table("CredentialsTable")),
        ("AVIARY_SOCIAL_TABLE", table("SocialTable")),
        ("AVIARY_FEED_TABLE", table("FeedTable")),
        ("AVIARY_JOBS_TABLE", table("JobsTable")),
        ("AVIARY_INTEGERS_TABLE", table("IntegersTable")),
        ("AVIARY_MEDIA_BUCKET", LOCAL_MEDIA_BUCKET.to_owned()),
        ("AVIARY_MEDIA_URL", "https://media.example.com".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    all.extend(others.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    Settings::of(all).unwrap()
}
