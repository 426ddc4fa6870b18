//! Global and local indexes, with and without a delay.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use aviary_localaws::{Config, LocalAws};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{PutRequest, Select, TransactWriteItem, Update, WriteRequest};

use crate::fixture::{TABLE, dynamodb, item, key, put, start, template, text};

/// Longer than a few requests take even on a busy machine.
const DELAY: Duration = Duration::from_millis(1_500);

fn lagging() -> LocalAws {
    let mut config = Config::temporary(&template()).unwrap();
    config.index_delay = DELAY;
    LocalAws::start(config).unwrap()
}

/// The partition keys of the entries of `kind` in the index `by-time`.
async fn indexed(client: &Client, kind: &str) -> Vec<String> {
    let call = client.query().table_name(TABLE).index_name("by-time").key_condition_expression("time_pk = :kind");
    let page = call.expression_attribute_values(":kind", text(kind)).send().await.unwrap();
    assert_eq!(usize::try_from(page.count()).unwrap(), page.items().len());
    page.items().iter().map(|item| item["pk"].as_s().unwrap().clone()).collect()
}

/// Waits until the index has exactly these entries of `kind`, and returns the time since `began`.
async fn until_indexed(client: &Client, kind: &str, wanted: &[&str], began: Instant) -> Duration {
    loop {
        let found = indexed(client, kind).await;
        if found == wanted {
            return began.elapsed();
        }
        assert!(began.elapsed() < DELAY * 10, "{found:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn timed(pk: &str, kind: &str) -> crate::fixture::Item {
    item(pk, &[("time_pk", text(kind)), ("time_sk", text(pk)), ("recent_sk", text("1"))])
}

#[tokio::test]
async fn an_index_is_read_page_by_page_in_its_order_and_holds_only_its_items() {
    let aws = start();
    let client = dynamodb(&aws.dynamodb_url());
    for n in 0..7 {
        let sort = text(&format!("{:02}", 9 - n));
        put(&client, item(&format!("u{n}"), &[("time_pk", text("users")), ("time_sk", sort), ("extra", text("x"))]))
            .await;
    }
    put(&client, item("not-indexed", &[("time_sk", text("00"))])).await;

    let (mut times, mut pages, mut start) = (Vec::new(), Vec::new(), None);
    loop {
        let page = client
            .query()
            .table_name(TABLE)
            .index_name("by-time")
            .key_condition_expression("time_pk = :users")
            .expression_attribute_values(":users", text("users"))
            .limit(3)
            .set_exclusive_start_key(start)
            .send()
            .await
            .unwrap();
        pages.push(page.items().len());
        for found in page.items() {
            // Keys only, as the template defines.
            assert!(!found.contains_key("extra"));
            times.push(found["time_sk"].as_s().unwrap().clone());
        }
        start = page.last_evaluated_key;
        if start.is_none() {
            break;
        }
    }
    assert_eq!(times, ["03", "04", "05", "06", "07", "08", "09"]);
    assert_eq!(pages.iter().sum::<usize>(), 7);
    assert!(pages.len() >= 3, "{pages:?}");
}

#[tokio::test]
async fn a_local_index_has_all_attributes_of_its_items_and_is_read_consistently() {
    let aws = lagging();
    let client = dynamodb(&aws.dynamodb_url());
    for n in 0..5 {
        let mut item = item("u", &[("recent_sk", text(&format!("{:02}", 9 - n))), ("extra", text("x"))]);
        item.insert("sk".to_owned(), text(&format!("EDGE#{n}")));
        if n == 2 {
            item.remove("recent_sk");
        }
        put(&client, item).await;
        let call = client.query().table_name(TABLE).index_name("by-recency").consistent_read(true);
        let call = call.key_condition_expression("pk = :u").expression_attribute_values(":u", text("u"));
        let page = call.scan_index_forward(false).send().await.unwrap();
        assert!(page.items().iter().all(|item| item.contains_key("extra")));
        let found: Vec<_> = page.items().iter().map(|item| item["sk"].as_s().unwrap().clone()).collect();
        let expected: Vec<_> = (0..=n).filter(|n| *n != 2).map(|n| format!("EDGE#{n}")).collect();
        assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn a_lagging_index_shows_a_new_item_late_however_it_was_written() {
    let aws = lagging();
    let client = dynamodb(&aws.dynamodb_url());
    let began = Instant::now();
    put(&client, timed("a", "new")).await;
    let batch =
        WriteRequest::builder().put_request(PutRequest::builder().set_item(Some(timed("b", "new"))).build().unwrap());
    client.batch_write_item().request_items(TABLE, vec![batch.build()]).send().await.unwrap();
    let update =
        Update::builder().table_name(TABLE).set_key(Some(key("c"))).update_expression("SET time_pk = :p, time_sk = :s");
    let update = update.expression_attribute_values(":p", text("new")).expression_attribute_values(":s", text("c"));
    let write = TransactWriteItem::builder().update(update.build().unwrap()).build();
    client.transact_write_items().transact_items(write).send().await.unwrap();
    assert_eq!(indexed(&client, "new").await, Vec::<String>::new());
    let count = client.query().table_name(TABLE).index_name("by-time").select(Select::Count);
    let count = count.key_condition_expression("time_pk = :kind").expression_attribute_values(":kind", text("new"));
    let count = count.send().await.unwrap();
    assert_eq!((count.count(), count.items().len()), (0, 0));
    // The table itself does not lag.
    assert!(client.get_item().table_name(TABLE).set_key(Some(key("c"))).send().await.unwrap().item.is_some());
    let lag = until_indexed(&client, "new", &["a", "b", "c"], began).await;
    assert!(lag >= DELAY, "{lag:?}");
    let count = client.query().table_name(TABLE).index_name("by-time").select(Select::Count);
    let count = count.key_condition_expression("time_pk = :kind").expression_attribute_values(":kind", text("new"));
    assert_eq!(count.send().await.unwrap().count(), 3);
}

#[tokio::test]
async fn a_change_hides_only_entries_that_it_moves() {
    let aws = lagging();
    let client = dynamodb(&aws.dynamodb_url());
    put(&client, timed("a", "old")).await;
    put(&client, timed("b", "old")).await;
    until_indexed(&client, "old", &["a", "b"], Instant::now()).await;
    // For example a counter.
    put(&client, {
        let mut item = timed("a", "old");
        item.insert("likes".to_owned(), text("1"));
        item
    })
    .await;
    assert_eq!(indexed(&client, "old").await, ["a", "b"]);
    let refused = client.put_item().table_name(TABLE).set_item(Some(timed("b", "new")));
    refused.condition_expression("attribute_not_exists(pk)").send().await.unwrap_err();
    assert_eq!(indexed(&client, "old").await, ["a", "b"]);
    let began = Instant::now();
    put(&client, timed("a", "new")).await;
    assert_eq!(indexed(&client, "old").await, ["b"]);
    assert_eq!(indexed(&client, "new").await, Vec::<String>::new());
    client.delete_item().table_name(TABLE).set_key(Some(key("b"))).send().await.unwrap();
    assert_eq!(indexed(&client, "old").await, Vec::<String>::new());
    let lag = until_indexed(&client, "new", &["a"], began).await;
    assert!(lag >= DELAY, "{lag:?}");
}

#[tokio::test]
async fn many_clients_are_served_at_once_behind_a_lagging_index() {
    let aws = lagging();
    let client = dynamodb(&aws.dynamodb_url());
    let puts = (0..60).map(|n| put(&client, timed(&format!("{n:02}"), "many")));
    let began = Instant::now();
    futures_util::future::join_all(puts).await;
    let all: Vec<_> = (0..60).map(|n| format!("{n:02}")).collect();
    until_indexed(&client, "many", &all.iter().map(String::as_str).collect::<Vec<_>>(), began).await;
    // Errors of the database pass unchanged.
    let error = client.get_item().table_name("nowhere").set_key(Some(HashMap::new())).send().await.unwrap_err();
    assert!(error.into_service_error().is_resource_not_found_exception());
}
