//! Functions may do what their roles allow, and nothing else.

use std::path::Path;

use aviary_localaws::{Config, LocalAws, StartError};
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{KeysAndAttributes, Put, TransactWriteItem};
use aws_sdk_s3::types::{Delete, ObjectIdentifier};

use crate::fixture::{BUCKET, TABLE, dynamodb, get, item, key, object, put, put_object, s3, s3_as, text};

const ITEMS: &str = "arn:aws:dynamodb:us-east-1:000000000000:table/aviary-local-ItemsTable";

fn config() -> Config {
    Config::temporary(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/roles.yaml")).unwrap()
}

fn start() -> LocalAws {
    LocalAws::start(config()).unwrap()
}

fn as_caller(aws: &LocalAws, access_key: &str) -> aws_sdk_dynamodb::Client {
    aws_sdk_dynamodb::Client::new(&aviary_aws::sdk_config_for(&aws.dynamodb_url(), access_key, "local-secret"))
}

#[tokio::test]
async fn a_function_reads_and_writes_what_its_role_allows_and_nothing_else() {
    let aws = start();
    let (root, reader) = (dynamodb(&aws.dynamodb_url()), as_caller(&aws, "local-reader"));
    put(&root, item("T#1", &[])).await;
    put(&reader, item("U#1", &[])).await;
    assert!(get(&reader, "U#1").await.is_some());
    assert!(get(&root, "T#1").await.is_some());

    let denied = reader.get_item().table_name(TABLE).set_key(Some(key("T#1"))).send().await.unwrap_err();
    assert_eq!(denied.raw_response().unwrap().status().as_u16(), 400);
    assert_eq!(denied.code(), Some("AccessDeniedException"));
    let message = format!(
        "User: arn:aws:sts::000000000000:assumed-role/aviary-local-ReaderRole/reader is not authorized to perform: \
         dynamodb:GetItem on resource: {ITEMS} because no identity-based policy allows the dynamodb:GetItem action"
    );
    assert_eq!(denied.message(), Some(&*message));
    let delete = reader.delete_item().table_name(TABLE).set_key(Some(key("U#1"))).send().await;
    assert_eq!(delete.unwrap_err().code(), Some("AccessDeniedException"));
    assert!(get(&root, "U#1").await.is_some());
    // A scan has no leading key.
    let scan = reader.scan().table_name(TABLE).send().await;
    assert_eq!(scan.unwrap_err().code(), Some("AccessDeniedException"));
}

#[tokio::test]
async fn an_index_is_a_resource_of_its_own() {
    let aws = start();
    let reader = as_caller(&aws, "local-reader");
    let query = |index: Option<&str>, partition: &str, value: &str| {
        let call = reader.query().table_name(TABLE).set_index_name(index.map(str::to_owned));
        let call = call.key_condition_expression("#p = :v").expression_attribute_names("#p", partition);
        call.expression_attribute_values(":v", text(value)).send()
    };
    query(Some("by-time"), "time_pk", "users").await.unwrap();
    for (index, partition, value) in
        [(Some("by-time"), "time_pk", "tweets"), (None, "pk", "users"), (None, "pk", "U#1")]
    {
        let error = query(index, partition, value).await.unwrap_err();
        assert_eq!(error.code(), Some("AccessDeniedException"), "{index:?} {value}");
    }
}

#[tokio::test]
async fn one_denied_part_denies_the_whole_batch_or_transaction() {
    let aws = start();
    let (root, reader) = (dynamodb(&aws.dynamodb_url()), as_caller(&aws, "local-reader"));
    let write = |pk: &str| {
        let put = Put::builder().table_name(TABLE).set_item(Some(item(pk, &[]))).build().unwrap();
        TransactWriteItem::builder().put(put).build()
    };
    reader.transact_write_items().transact_items(write("U#1")).transact_items(write("U#2")).send().await.unwrap();
    let mixed = reader.transact_write_items().transact_items(write("U#3")).transact_items(write("T#1")).send().await;
    assert_eq!(mixed.unwrap_err().code(), Some("AccessDeniedException"));
    assert!(get(&root, "U#3").await.is_none());

    let read = |pks: &[&str]| {
        let keys = pks.iter().map(|pk| key(pk)).collect();
        let keys = KeysAndAttributes::builder().set_keys(Some(keys)).build().unwrap();
        reader.batch_get_item().request_items(TABLE, keys).send()
    };
    assert_eq!(read(&["U#1", "U#2"]).await.unwrap().responses.unwrap()[TABLE].len(), 2);
    assert_eq!(read(&["U#1", "T#1"]).await.unwrap_err().code(), Some("AccessDeniedException"));
}

#[tokio::test]
async fn an_unknown_access_key_is_denied() {
    let aws = start();
    let stranger = as_caller(&aws, "local-writer").get_item().table_name(TABLE).set_key(Some(key("U#1"))).send().await;
    assert_eq!(stranger.unwrap_err().code(), Some("UnrecognizedClientException"));
}

#[tokio::test]
async fn a_function_reads_and_writes_objects_as_its_role_allows() {
    let aws = start();
    let (root, reader) = (s3(&aws.aws_url()), s3_as(&aws.aws_url(), "local-reader", "local-secret"));
    put_object(&root, "other/a", "theirs").await;
    put_object(&reader, "own/a", "mine").await;
    assert_eq!(object(&reader, "own/a").await.unwrap(), "mine");
    let get = |key: &str| reader.get_object().bucket(BUCKET).key(key).send();
    assert_eq!(get("other/a").await.unwrap_err().code(), Some("AccessDenied"));
    // A caller that may not list the whole bucket does not learn which objects are missing.
    assert_eq!(get("own/missing").await.unwrap_err().code(), Some("AccessDenied"));
    assert_eq!(object(&root, "own/missing").await, None);

    let list = |prefix: &str| reader.list_objects_v2().bucket(BUCKET).prefix(prefix).send();
    assert_eq!(list("own/a").await.unwrap().key_count(), Some(1));
    assert_eq!(list("other/").await.unwrap_err().code(), Some("AccessDenied"));
    assert_eq!(reader.list_objects_v2().bucket(BUCKET).send().await.unwrap_err().code(), Some("AccessDenied"));

    let delete = |keys: &[&str]| {
        let objects = keys.iter().map(|key| ObjectIdentifier::builder().key(*key).build().unwrap()).collect();
        let delete = Delete::builder().set_objects(Some(objects)).build().unwrap();
        reader.delete_objects().bucket(BUCKET).delete(delete).send()
    };
    assert_eq!(delete(&["own/a", "other/a"]).await.unwrap_err().code(), Some("AccessDenied"));
    assert_eq!(object(&root, "own/a").await.unwrap(), "mine");
    delete(&["own/a"]).await.unwrap();
    assert_eq!(object(&root, "own/a").await, None);
    let copy = reader.copy_object().bucket(BUCKET).key("own/b").copy_source(format!("{BUCKET}/other/a")).send().await;
    assert_eq!(copy.unwrap_err().code(), Some("AccessDenied"));
}

#[test]
fn a_policy_that_cannot_be_enforced_stops_the_start() {
    let mut config = config();
    config.roles[0].policies[0].statements[0]["Condition"]["StringEquals"]["aws:SourceIp"] = "127.0.0.1".into();
    let error = LocalAws::start(config).map(drop).unwrap_err();
    assert!(
        matches!(&error, StartError::Policy { place, .. } if place == "aviary-local-ReaderRole/tables/OwnItems"),
        "{error}"
    );
}
