//! CloudWatch Logs: groups, streams, events and filters.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use aviary_localaws::{Clock, Config, LocalAws};
use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::error::ProvideErrorMetadata;
use aws_sdk_cloudwatchlogs::operation::put_log_events::PutLogEventsOutput;
use aws_sdk_cloudwatchlogs::types::{InputLogEvent, OrderBy};

use crate::fixture::{GROUP, logs, start, template};

const NOW: i64 = 1_800_000_000_000;
const DAY: i64 = 24 * 60 * 60 * 1000;

/// A local AWS with a clock that the test sets.
fn start_at(now: &Arc<AtomicI64>) -> LocalAws {
    let now = Arc::clone(now);
    let mut config = Config::temporary(&template()).unwrap();
    config.clock = Clock::new(move || now.load(Ordering::Relaxed));
    LocalAws::start(config).unwrap()
}

fn now() -> Arc<AtomicI64> {
    Arc::new(AtomicI64::new(NOW))
}

async fn stream(client: &Client, name: &str) {
    client.create_log_stream().log_group_name(GROUP).log_stream_name(name).send().await.unwrap();
}

async fn put(client: &Client, stream: &str, events: &[(i64, &str)]) -> PutLogEventsOutput {
    let mut request = client.put_log_events().log_group_name(GROUP).log_stream_name(stream);
    for (timestamp, message) in events {
        request = request.log_events(InputLogEvent::builder().timestamp(*timestamp).message(*message).build().unwrap());
    }
    request.send().await.unwrap()
}

async fn filtered(client: &Client, pattern: &str) -> Vec<String> {
    let mut pages =
        client.filter_log_events().log_group_name(GROUP).filter_pattern(pattern).limit(2).into_paginator().send();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        found.extend(page.unwrap().events().iter().map(|event| event.message().unwrap().to_owned()));
    }
    found
}

#[tokio::test]
async fn the_templates_groups_exist_with_their_retention() {
    let aws = start();
    let client = logs(&aws.aws_url());
    let found = client.describe_log_groups().log_group_name_prefix("/aviary/").send().await.unwrap();
    assert_eq!(found.log_groups().len(), 1);
    assert_eq!(found.log_groups()[0].log_group_name(), Some(GROUP));
    assert_eq!(found.log_groups()[0].retention_in_days(), Some(7));
}

#[tokio::test]
async fn groups_are_created_given_a_retention_listed_and_deleted() {
    let aws = start();
    let client = logs(&aws.aws_url());
    for name in ["/t/a", "/t/b", "/t/c"] {
        client.create_log_group().log_group_name(name).send().await.unwrap();
    }
    let again = client.create_log_group().log_group_name("/t/a").send().await.unwrap_err().into_service_error();
    assert!(again.is_resource_already_exists_exception(), "{again:?}");
    let bad = client.create_log_group().log_group_name("no spaces").send().await.unwrap_err().into_service_error();
    assert!(bad.is_invalid_parameter_exception(), "{bad:?}");

    client.put_retention_policy().log_group_name("/t/b").retention_in_days(30).send().await.unwrap();
    let odd = client.put_retention_policy().log_group_name("/t/b").retention_in_days(31).send().await;
    assert!(odd.unwrap_err().into_service_error().is_invalid_parameter_exception());
    client.delete_log_group().log_group_name("/t/c").send().await.unwrap();
    let gone = client.delete_log_group().log_group_name("/t/c").send().await.unwrap_err().into_service_error();
    assert!(gone.is_resource_not_found_exception(), "{gone:?}");

    let mut pages = client.describe_log_groups().log_group_name_prefix("/t/").limit(1).into_paginator().send();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        found.extend(page.log_groups().iter().map(|g| (g.log_group_name().unwrap().to_owned(), g.retention_in_days())));
    }
    assert_eq!(found, [("/t/a".to_owned(), None), ("/t/b".to_owned(), Some(30))]);
}

#[tokio::test]
async fn streams_are_created_once_and_described_by_name_or_last_event() {
    let now = now();
    let aws = start_at(&now);
    let client = logs(&aws.aws_url());
    for name in ["b", "a", "c"] {
        stream(&client, name).await;
    }
    let again = client.create_log_stream().log_group_name(GROUP).log_stream_name("a").send().await;
    assert!(again.unwrap_err().into_service_error().is_resource_already_exists_exception());
    let nowhere = client.create_log_stream().log_group_name("/none").log_stream_name("a").send().await;
    assert!(nowhere.unwrap_err().into_service_error().is_resource_not_found_exception());
    put(&client, "a", &[(NOW - 5, "x"), (NOW - 3, "y")]).await;
    put(&client, "c", &[(NOW - 1, "z")]).await;

    let described = client.describe_log_streams().log_group_name(GROUP);
    let mut pages = described.clone().limit(2).into_paginator().send();
    let mut names = Vec::new();
    while let Some(page) = pages.next().await {
        names.extend(page.unwrap().log_streams().iter().map(|s| s.log_stream_name().unwrap().to_owned()));
    }
    assert_eq!(names, ["a", "b", "c"]);
    let newest = described.order_by(OrderBy::LastEventTime).descending(true).send().await.unwrap();
    let newest = newest.log_streams();
    assert_eq!(newest[0].log_stream_name(), Some("c"));
    assert_eq!(newest[1].first_event_timestamp(), Some(NOW - 5));
    assert_eq!(newest[1].last_event_timestamp(), Some(NOW - 3));
    assert_eq!(newest[1].last_ingestion_time(), Some(NOW));
}

#[tokio::test]
async fn events_are_read_forwards_and_backwards_to_the_end() {
    let now = now();
    let aws = start_at(&now);
    let client = logs(&aws.aws_url());
    stream(&client, "s").await;
    // Two events with the same time, at the border of a page.
    put(&client, "s", &[(NOW, "1"), (NOW + 1, "2"), (NOW + 1, "3"), (NOW + 2, "4"), (NOW + 3, "5")]).await;

    let read = || client.get_log_events().log_group_name(GROUP).log_stream_name("s").limit(2);
    let (mut forwards, mut token) = (Vec::new(), None);
    loop {
        let page = read().start_from_head(true).set_next_token(token.clone()).send().await.unwrap();
        forwards.extend(page.events().iter().map(|event| event.message().unwrap().to_owned()));
        let next = page.next_forward_token;
        if next == token {
            break;
        }
        token = next;
    }
    assert_eq!(forwards, ["1", "2", "3", "4", "5"]);

    // Without a direction a page is the newest one.
    let newest = read().send().await.unwrap();
    let messages = |events: &[aws_sdk_cloudwatchlogs::types::OutputLogEvent]| {
        events.iter().map(|event| event.message().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(messages(newest.events()), ["4", "5"]);
    let before = read().set_next_token(newest.next_backward_token).send().await.unwrap();
    assert_eq!(messages(before.events()), ["2", "3"]);
    let between = read().start_time(NOW + 1).end_time(NOW + 3).start_from_head(true).limit(10).send().await.unwrap();
    assert_eq!(messages(between.events()), ["2", "3", "4"]);
    let forged = read().next_token("nonsense").send().await.unwrap_err().into_service_error();
    assert!(forged.is_invalid_parameter_exception(), "{forged:?}");
}

#[tokio::test]
async fn tokens_of_an_empty_page_lead_on_and_back() {
    let now = now();
    let aws = start_at(&now);
    let client = logs(&aws.aws_url());
    stream(&client, "s").await;
    let read = |token: Option<String>| {
        client.get_log_events().log_group_name(GROUP).log_stream_name("s").set_next_token(token).send()
    };
    let nothing = read(None).await.unwrap();
    assert!(nothing.events().is_empty());
    put(&client, "s", &[(NOW, "1"), (NOW + 1, "2")]).await;
    let first = read(nothing.next_forward_token).await.unwrap();
    assert_eq!(first.events().len(), 2);

    let after = read(first.next_forward_token).await.unwrap();
    assert!(after.events().is_empty());
    assert_eq!(read(after.next_backward_token).await.unwrap().events()[1].message(), Some("2"));
    let before = read(first.next_backward_token).await.unwrap();
    assert!(before.events().is_empty());
    assert_eq!(read(before.next_forward_token).await.unwrap().events()[0].message(), Some("1"));
}

#[tokio::test]
async fn a_filter_finds_terms_phrases_and_fields_over_all_streams_in_time_order() {
    let now = now();
    let aws = start_at(&now);
    let client = logs(&aws.aws_url());
    stream(&client, "s1").await;
    stream(&client, "s2").await;
    put(&client, "s1", &[(NOW, "login ok user_1"), (NOW + 20, r#"{"kind":"login","status":403}"#)]).await;
    put(&client, "s2", &[(NOW + 10, "login refused user_1"), (NOW + 30, "logout user_1")]).await;

    assert_eq!(filtered(&client, "").await.len(), 4);
    assert_eq!(filtered(&client, "login user_1").await, ["login ok user_1", "login refused user_1"]);
    assert_eq!(filtered(&client, "\"login refused\"").await, ["login refused user_1"]);
    assert_eq!(filtered(&client, "user_1 -refused").await, ["login ok user_1", "logout user_1"]);
    let json = filtered(&client, r#"{ $.kind = "login" && $.status >= 400 }"#).await;
    assert_eq!(json, [r#"{"kind":"login","status":403}"#]);

    let one = client.filter_log_events().log_group_name(GROUP).log_stream_names("s2").start_time(NOW + 30).send();
    assert_eq!(one.await.unwrap().events()[0].message(), Some("logout user_1"));
    let bad = client.filter_log_events().log_group_name(GROUP).filter_pattern("\"open").send().await;
    assert!(bad.unwrap_err().into_service_error().is_invalid_parameter_exception());
    let none = client.filter_log_events().log_group_name("/none").send().await;
    assert!(none.unwrap_err().into_service_error().is_resource_not_found_exception());
}

#[tokio::test]
async fn unordered_events_are_refused_and_too_old_or_new_ones_not_stored() {
    let now = now();
    let aws = start_at(&now);
    let client = logs(&aws.aws_url());
    stream(&client, "s").await;
    let event = |timestamp| InputLogEvent::builder().timestamp(timestamp).message("m").build().unwrap();
    let unordered = client.put_log_events().log_group_name(GROUP).log_stream_name("s");
    let unordered = unordered.log_events(event(NOW)).log_events(event(NOW - 1)).send().await;
    assert!(unordered.unwrap_err().into_service_error().is_invalid_parameter_exception());
    let nowhere = client.put_log_events().log_group_name(GROUP).log_stream_name("none").log_events(event(NOW));
    assert!(nowhere.send().await.unwrap_err().into_service_error().is_resource_not_found_exception());

    let answer = put(&client, "s", &[(NOW - 15 * DAY, "too old"), (NOW - 14 * DAY - 1, "too old")]).await;
    assert_eq!(answer.rejected_log_events_info().unwrap().too_old_log_event_end_index(), Some(2));
    let answer = put(&client, "s", &[(NOW, "kept"), (NOW + 3 * 60 * 60 * 1000, "too new")]).await;
    assert_eq!(answer.rejected_log_events_info().unwrap().too_new_log_event_start_index(), Some(1));
    assert_eq!(filtered(&client, "").await, ["kept"]);
}

#[tokio::test]
async fn events_are_deleted_after_their_groups_retention() {
    let now = now();
    let aws = start_at(&now);
    let client = logs(&aws.aws_url());
    stream(&client, "s").await;
    put(&client, "s", &[(NOW, "first"), (NOW + DAY / 2, "second")]).await;
    assert_eq!(filtered(&client, "").await, ["first"]);
    now.store(NOW + DAY / 2, Ordering::Relaxed);
    put(&client, "s", &[(NOW + DAY / 2, "second")]).await;

    now.store(NOW + 7 * DAY + 1, Ordering::Relaxed);
    aws.sweep().unwrap();
    assert_eq!(filtered(&client, "").await, ["second"]);
    let groups = client.describe_log_groups().log_group_name_prefix(GROUP).send().await.unwrap();
    assert_eq!(groups.log_groups()[0].stored_bytes(), Some(26 + 6));
}

#[tokio::test]
async fn an_unknown_operation_is_an_error() {
    let aws = start();
    let error = logs(&aws.aws_url()).describe_queries().send().await.unwrap_err();
    assert_eq!(error.code(), Some("UnknownOperationException"));
}
