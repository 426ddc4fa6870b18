//! The delivery of stream records, events of rules and schedules to functions.

mod failures;
pub(crate) mod functions;
mod mails;
mod rules;
mod schedules;
mod streams;
mod trim;

use std::path::{Path, PathBuf};

use aviary_localaws::{Config, LocalAws};
use aviary_template::StreamSource;
use serde_json::Value;

use crate::fixture::{dynamodb, item, put};
use functions::Functions;

pub(crate) fn template() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/delivery.yaml")
}

fn config() -> Config {
    Config::temporary(&template()).unwrap()
}

/// A configuration with a changed event source.
fn config_with(change: impl FnOnce(&mut StreamSource)) -> Config {
    let mut config = config();
    change(&mut config.event_sources[0].streams[0]);
    config
}

/// Starts with `config` and delivers to `functions`.
fn start(config: &Config, functions: &Functions) -> LocalAws {
    start_at(config, &functions.url)
}

fn start_at(config: &Config, url: &str) -> LocalAws {
    let mut config = config.clone();
    config.functions_url = Some(url.parse().unwrap());
    LocalAws::start(config).unwrap()
}

async fn write(aws: &LocalAws, keys: &[&str]) {
    let client = dynamodb(&aws.dynamodb_url());
    for key in keys {
        put(&client, item(key, &[])).await;
    }
}

/// Writes without functions, so that all records are in one batch later.
async fn write_before(config: &Config, keys: &[&str]) {
    let aws = LocalAws::start(config.clone()).unwrap();
    write(&aws, keys).await;
    aws.stop();
}

/// The batches that were given up, newest first.
async fn given_up(aws: &LocalAws) -> Vec<Value> {
    let url = format!("{}/_local/failures", aws.aws_url());
    let text = reqwest::get(url).await.unwrap().error_for_status().unwrap().text().await.unwrap();
    serde_json::from_str(&text).unwrap()
}
