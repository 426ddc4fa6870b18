//! Records of DynamoDB streams, as Lambda delivers them.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

type Item = HashMap<String, AttributeValue>;

/// The record of a change from `old` to `new`. Its event id is made from the sequence number.
#[must_use]
pub fn stream_record(sequence_number: &str, old: Option<&Item>, new: Option<&Item>) -> Value {
    let name = match (old, new) {
        (None, _) => "INSERT",
        (_, None) => "REMOVE",
        _ => "MODIFY",
    };
    let mut change = json!({
        "ApproximateCreationDateTime": 1_800_000_000.0,
        "SequenceNumber": sequence_number,
        "SizeBytes": 100,
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    });
    for (name, image) in [("OldImage", old), ("NewImage", new)] {
        if let Some(image) = image {
            change[name] = dynamodb_json(image);
        }
    }
    json!({
        "eventID": format!("event-{sequence_number}"),
        "eventName": name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "dynamodb": change,
    })
}

/// An item in DynamoDB's JSON, which streams use. Attributes are sorted, so that texts of items can be compared.
///
/// # Panics
/// When an attribute is of a kind that no table has, such as a set of numbers.
#[must_use]
pub fn dynamodb_json(item: &Item) -> Value {
    let sorted: BTreeMap<_, _> = item.iter().map(|(name, value)| (name, attribute(value))).collect();
    json!(sorted)
}

fn attribute(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::Bool(flag) => json!({ "BOOL": flag }),
        AttributeValue::Null(_) => json!({ "NULL": true }),
        AttributeValue::L(list) => json!({ "L": list.iter().map(attribute).collect::<Vec<_>>() }),
        AttributeValue::M(map) => json!({ "M": dynamodb_json(map) }),
        AttributeValue::B(bytes) => json!({ "B": base64(bytes) }),
        AttributeValue::Bs(set) => json!({ "BS": set.iter().map(base64).collect::<Vec<_>>() }),
        other => panic!("no item has {other:?}"),
    }
}

fn base64(bytes: &Blob) -> String {
    BASE64_STANDARD.encode(bytes)
}
