//! Starts a local AWS for each test, and makes its clients.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use aviary_localaws::{Config, LocalAws};
use aws_sdk_dynamodb::types::AttributeValue;

pub(crate) const TABLE: &str = "aviary-local-ItemsTable";
pub(crate) const BUCKET: &str = "aviary-local-mediabucket";
pub(crate) const GROUP: &str = "/aviary/audit";

pub(crate) type Item = HashMap<String, AttributeValue>;

pub(crate) fn template() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/template.yaml")
}

pub(crate) fn start() -> LocalAws {
    LocalAws::start(Config::temporary(&template()).unwrap()).unwrap()
}

pub(crate) fn dynamodb(url: &str) -> aws_sdk_dynamodb::Client {
    aws_sdk_dynamodb::Client::new(&aviary_aws::sdk_config_for(url, "local", "local-secret"))
}

pub(crate) fn s3(url: &str) -> aws_sdk_s3::Client {
    s3_as(url, "local", "local-secret")
}

pub(crate) fn s3_as(url: &str, access_key: &str, secret_key: &str) -> aws_sdk_s3::Client {
    let config = aviary_aws::sdk_config_for(url, access_key, secret_key);
    let config = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
    aws_sdk_s3::Client::from_conf(config)
}

pub(crate) fn logs(url: &str) -> aws_sdk_cloudwatchlogs::Client {
    aws_sdk_cloudwatchlogs::Client::new(&aviary_aws::sdk_config_for(url, "local", "local-secret"))
}

pub(crate) fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

pub(crate) fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// The key of an item with a fixed sort key, which most tests do not use.
pub(crate) fn key(pk: &str) -> Item {
    HashMap::from([("pk".to_owned(), text(pk)), ("sk".to_owned(), text("-"))])
}

pub(crate) fn item(pk: &str, rest: &[(&str, AttributeValue)]) -> Item {
    let mut item = key(pk);
    item.extend(rest.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    item
}

pub(crate) async fn put(client: &aws_sdk_dynamodb::Client, item: Item) {
    client.put_item().table_name(TABLE).set_item(Some(item)).send().await.unwrap();
}

pub(crate) async fn get(client: &aws_sdk_dynamodb::Client, pk: &str) -> Option<Item> {
    client.get_item().table_name(TABLE).set_key(Some(key(pk))).send().await.unwrap().item
}

pub(crate) async fn put_object(client: &aws_sdk_s3::Client, key: &str, body: &'static str) {
    client.put_object().bucket(BUCKET).key(key).body(body.as_bytes().to_vec().into()).send().await.unwrap();
}

/// The object's text; `None` if there is no object.
pub(crate) async fn object(client: &aws_sdk_s3::Client, key: &str) -> Option<String> {
    match client.get_object().bucket(BUCKET).key(key).send().await {
        Ok(found) => Some(String::from_utf8(found.body.collect().await.unwrap().to_vec()).unwrap()),
        Err(error) => {
            assert!(error.as_service_error().unwrap().is_no_such_key(), "{error:?}");
            None
        }
    }
}
