//! Conditional writes of DynamoDB, also concurrent ones.

use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use futures_util::future::join_all;

use crate::fixture::{TABLE, dynamodb, get, item, key, number, put, start, text};

#[tokio::test]
async fn a_failed_condition_answers_with_the_old_item_and_changes_nothing() {
    let aws = start();
    let client = dynamodb(&aws.dynamodb_url());
    put(&client, item("u1", &[("name", text("old"))])).await;

    let error = client
        .put_item()
        .table_name(TABLE)
        .set_item(Some(item("u1", &[("name", text("new"))])))
        .condition_expression("attribute_not_exists(pk)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .send()
        .await
        .unwrap_err()
        .into_service_error();

    let aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(failed) = error else {
        panic!("{error:?}");
    };
    assert_eq!(failed.item().unwrap()["name"], text("old"));
    assert_eq!(get(&client, "u1").await.unwrap()["name"], text("old"));
}

#[tokio::test]
async fn of_many_concurrent_first_writers_one_wins() {
    let aws = start();
    let client = dynamodb(&aws.dynamodb_url());
    let attempts = (0..40).map(|n| {
        client
            .put_item()
            .table_name(TABLE)
            .set_item(Some(item("name", &[("owner", number(n))])))
            .condition_expression("attribute_not_exists(pk)")
            .send()
    });
    let won = join_all(attempts).await.into_iter().filter(Result::is_ok).count();
    assert_eq!(won, 1);
}

#[tokio::test]
async fn concurrent_additions_are_all_counted() {
    let aws = start();
    let client = dynamodb(&aws.dynamodb_url());
    let additions = (0..40).map(|_| {
        client
            .update_item()
            .table_name(TABLE)
            .set_key(Some(key("counter")))
            .update_expression("ADD hits :one")
            .expression_attribute_values(":one", number(1))
            .return_values(ReturnValue::UpdatedNew)
            .send()
    });
    let mut seen: Vec<i64> = join_all(additions)
        .await
        .into_iter()
        .map(|answer| answer.unwrap().attributes.unwrap()["hits"].as_n().unwrap().parse().unwrap())
        .collect();
    seen.sort_unstable();
    assert_eq!(seen, (1..=40).collect::<Vec<_>>());
}
