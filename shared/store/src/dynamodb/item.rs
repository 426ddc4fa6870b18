//! Items, keys and their conversion from and to types.

use std::collections::HashMap;

use aviary_model::Timestamp;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::dynamodb::error::StoreError;

/// An item as the SDK has it.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// A primary key.
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

/// An aggregate's fields with its key and whatever indexes want.
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

/// An item that the TTL removes at some time after this moment.
pub(crate) fn expiring(mut item: Item, at: Timestamp) -> Item {
    item.insert("expires_at".to_owned(), number(at.seconds()));
    item
}

/// Should the TTL have removed this item?
pub(crate) fn is_expired(item: &Item, now: Timestamp) -> bool {
    let at = item.get("expires_at").and_then(|at| at.as_n().ok()?.parse::<i64>().ok());
    at.is_some_and(|at| at <= now.seconds())
}

/// An item's fields as an aggregate.
pub(crate) fn fields<T: DeserializeOwned>(table: &str, item: Item) -> Result<T, StoreError> {
    serde_dynamo::aws_sdk_dynamodb_1::from_item(item)
        .map_err(|cause| StoreError::Corrupt { table: table.to_owned(), cause: cause.to_string() })
}

/// A counter as it is stored. It may stand below zero for a moment, when what was taken back is counted before what was
/// done; nobody is to see that.
pub(crate) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    i64::deserialize(deserializer).map(|count| u64::try_from(count).unwrap_or_default())
}

/// What an id is made of that is to be the same for the same name.
pub(crate) fn digest(name: &str) -> [u8; 16] {
    let mut digest = [0; 16];
    digest.iter_mut().zip(Sha256::digest(name)).for_each(|(to, from)| *to = from);
    digest
}

/// One of sixteen partitions of a list, by the id's random end: a list of everything is never one hot key.
pub(crate) fn shard(list: &str, id: Uuid) -> String {
    let [.., last] = id.into_bytes();
    format!("{list}#{:x}", last & 0x0f)
}
