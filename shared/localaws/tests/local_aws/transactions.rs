//! Transactions of DynamoDB.

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem};

use crate::fixture::{Item, TABLE, dynamodb, get, item, put, start, text};

fn new(item: Item) -> TransactWriteItem {
    let put = Put::builder()
        .table_name(TABLE)
        .set_item(Some(item))
        .condition_expression("attribute_not_exists(pk)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .build()
        .unwrap();
    TransactWriteItem::builder().put(put).build()
}

#[tokio::test]
async fn a_failed_transaction_writes_nothing_and_gives_a_reason_per_item() {
    let aws = start();
    let client = dynamodb(&aws.dynamodb_url());
    put(&client, item("email", &[("owner", text("first"))])).await;

    let error = client
        .transact_write_items()
        .transact_items(new(item("user", &[])))
        .transact_items(new(item("email", &[("owner", text("second"))])))
        .send()
        .await
        .unwrap_err()
        .into_service_error();

    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else { panic!("{error:?}") };
    let reasons = cancelled.cancellation_reasons();
    assert_eq!(reasons[0].code(), Some("None"));
    assert_eq!(reasons[1].code(), Some("ConditionalCheckFailed"));
    assert_eq!(reasons[1].item().unwrap()["owner"], text("first"));
    assert_eq!(get(&client, "user").await, None);
    assert_eq!(get(&client, "email").await.unwrap()["owner"], text("first"));
}

#[tokio::test]
async fn a_transaction_is_written_whole_and_once_per_token() {
    let aws = start();
    let client = dynamodb(&aws.dynamodb_url());
    for _ in 0..2 {
        client
            .transact_write_items()
            .client_request_token("the-same-request")
            .transact_items(new(item("user", &[])))
            .transact_items(new(item("email", &[])))
            .send()
            .await
            .unwrap();
    }
    assert!(get(&client, "user").await.is_some());
    assert!(get(&client, "email").await.is_some());
}
