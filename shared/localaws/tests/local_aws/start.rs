//! The start with a template, existing data, and ports or folders in use.

use std::net::TcpListener;
use std::path::Path;

use aviary_localaws::{Config, LocalAws, StartError};

use crate::fixture::{BUCKET, TABLE, dynamodb, get, item, logs, object, put, put_object, s3, start, template};

#[tokio::test]
async fn the_templates_resources_exist_as_defined() {
    let aws = start();
    let client = dynamodb(&aws.dynamodb_url());
    let table = client.describe_table().table_name(TABLE).send().await.unwrap().table.unwrap();
    assert_eq!(table.global_secondary_indexes()[0].index_name(), Some("by-time"));
    assert!(table.latest_stream_arn().is_some());
    assert_eq!(table.billing_mode_summary().unwrap().billing_mode().unwrap().as_str(), "PAY_PER_REQUEST");
    let ttl = client.describe_time_to_live().table_name(TABLE).send().await.unwrap();
    assert_eq!(ttl.time_to_live_description().unwrap().attribute_name(), Some("expires_at"));
    s3(&aws.aws_url()).head_bucket().bucket(BUCKET).send().await.unwrap();
}

#[tokio::test]
async fn everything_is_still_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let config = || {
        let storage = Config::temporary(&template()).unwrap().storage;
        Config::new(folder.path(), storage)
    };
    let aws = LocalAws::start(config()).unwrap();
    put(&dynamodb(&aws.dynamodb_url()), item("u1", &[])).await;
    put_object(&s3(&aws.aws_url()), "public/a", "pixels").await;
    let group = logs(&aws.aws_url()).create_log_group().log_group_name("/t/a").send();
    group.await.unwrap();
    aws.stop();

    let aws = LocalAws::start(config()).unwrap();
    assert!(get(&dynamodb(&aws.dynamodb_url()), "u1").await.is_some());
    assert_eq!(object(&s3(&aws.aws_url()), "public/a").await.unwrap(), "pixels");
    let found = logs(&aws.aws_url()).describe_log_groups().log_group_name_prefix("/t/").send().await.unwrap();
    assert_eq!(found.log_groups().len(), 1);
}

#[test]
fn a_port_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut config = Config::temporary(&template()).unwrap();
    config.aws_port = taken.local_addr().unwrap().port();
    let error = LocalAws::start(config.clone()).unwrap_err();
    assert!(matches!(&error, StartError::PortInUse { port, .. } if *port == config.aws_port), "{error}");
    assert!(error.to_string().contains("S3"), "{error}");
}

#[test]
fn a_folder_in_use_is_named_and_free_after_a_stop() {
    let config = Config::temporary(&template()).unwrap();
    let first = LocalAws::start(config.clone()).unwrap();
    let error = LocalAws::start(config.clone()).unwrap_err();
    assert!(matches!(error, StartError::FolderInUse { .. }), "{error}");
    first.stop();
    LocalAws::start(config).unwrap();
}

#[test]
fn a_table_with_another_definition_stops_the_start_with_advice() {
    let config = Config::temporary(&template()).unwrap();
    LocalAws::start(config.clone()).unwrap().stop();
    let changed = |change: fn(&mut aviary_template::Table)| {
        let mut config = config.clone();
        change(&mut config.storage.tables[0]);
        LocalAws::start(config).unwrap_err().to_string()
    };
    for (message, what) in [
        (changed(|table| table.indexes.clear()), "indexes"),
        (changed(|table| table.local_indexes.clear()), "indexes"),
        (changed(|table| table.stream_view = None), "stream"),
        (changed(|table| table.ttl_attribute = Some("other".to_owned())), "TTL"),
        (changed(|table| table.key_schema.truncate(1)), "keys"),
        (changed(|table| table.attributes[0].kind = "N".to_owned()), "types"),
    ] {
        assert!(message.contains(TABLE) && message.contains(what) && message.contains("--fresh"), "{message}");
    }
    // The data is unchanged by the refused starts.
    LocalAws::start(config).unwrap();
}

#[test]
fn the_projects_own_template_starts() {
    let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml");
    let config = Config::temporary(&template).unwrap();
    let ids: Vec<_> = config.storage.tables.iter().map(|table| table.logical_id.clone()).collect();
    let expected =
        ["AccountsTable", "CredentialsTable", "FeedTable", "IntegersTable", "JobsTable", "KeysTable", "SocialTable"];
    assert_eq!(ids, expected);
    LocalAws::start(config).unwrap().stop();
}
