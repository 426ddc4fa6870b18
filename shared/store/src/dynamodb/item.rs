//! Items and keys, and their conversion from and to Rust types.

use std::collections::HashMap;

use aviary_model::Timestamp;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::dynamodb::error::StoreError;

/// An item as the SDK represents it.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// A primary key: partition key and sort key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pk: String,
    sk: String,
}

impl Key {
    pub(crate) fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }

    pub(crate) fn into_item(self) -> Item {
        HashMap::from([("pk".to_owned(), text(self.pk)), ("sk".to_owned(), text(self.sk))])
    }

    /// Whether the partition is a user's own.
    pub(crate) fn is_of_a_user(&self) -> bool {
        self.pk.starts_with("U#")
    }

    pub(crate) fn is_of(&self, item: &Item) -> bool {
        let has = |name: &str, value: &str| item.get(name).and_then(|v| v.as_s().ok()).is_some_and(|v| v == value);
        has("pk", &self.pk) && has("sk", &self.sk)
    }
}

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// An item of these fields, its key, and its attributes for indexes.
pub(crate) fn item<T: Serialize>(
    key: Key,
    fields: &T,
    index: impl IntoIterator<Item = (&'static str, String)>,
) -> Result<Item, StoreError> {
    let mut item: Item = serde_dynamo::aws_sdk_dynamodb_1::to_item(fields)
        .map_err(|cause| StoreError::Rejected(format!("an item can't be written: {cause}")))?;
    item.extend(key.into_item());
    item.extend(index.into_iter().map(|(name, value)| (name.to_owned(), text(value))));
    Ok(item)
}

/// Adds the TTL attribute: DynamoDB removes the item some time after `at`.
pub(crate) fn expiring(mut item: Item, at: Timestamp) -> Item {
    item.insert("expires_at".to_owned(), number(at.seconds()));
    item
}

/// Whether the item's TTL has passed. DynamoDB may not have removed it yet.
pub(crate) fn is_expired(item: &Item, now: Timestamp) -> bool {
    let at = item.get("expires_at").and_then(|at| at.as_n().ok()?.parse::<i64>().ok());
    at.is_some_and(|at| at <= now.seconds())
}

/// An item of this table as a Rust type.
pub(crate) fn fields<T: DeserializeOwned>(table: &str, item: Item) -> Result<T, StoreError> {
    serde_dynamo::aws_sdk_dynamodb_1::from_item(item)
        .map_err(|cause| StoreError::Corrupt { table: table.to_owned(), cause: cause.to_string() })
}

/// Reads a stored counter. It is briefly negative if a decrement is counted before its increment. Then it reads as 0.
pub(crate) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    i64::deserialize(deserializer).map(|count| u64::try_from(count).unwrap_or_default())
}

/// The bytes of an id that is derived from a name, so that one name always gives one id.
pub(crate) fn digest(name: &str) -> [u8; 16] {
    let mut digest = [0; 16];
    digest.iter_mut().zip(Sha256::digest(name)).for_each(|(to, from)| *to = from);
    digest
}

/// The partition of an id in a list of 16 shards, by the id's random last digit, so that no list is one hot partition.
pub(crate) fn shard(list: &str, id: Uuid) -> String {
    let [.., last] = id.into_bytes();
    format!("{list}#{:x}", last & 0x0f)
}
