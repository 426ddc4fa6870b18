//! A record of the stream, as far as it matters.

use aviary_store::{Profiles, SocialChange, StoreError};
use serde::Deserialize;
use serde_json::Value;

/// Why a record can't be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordError {
    #[error("it is no record of a stream: {0}")]
    Malformed(#[from] serde_json::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A record that could be read.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    /// Its id, the same whenever it comes.
    pub(crate) event: String,
    pub(crate) change: SocialChange,
}

#[derive(Debug, Deserialize)]
struct Raw {
    #[serde(rename = "eventID")]
    event: String,
    #[serde(rename = "dynamodb")]
    images: Images,
}

#[derive(Debug, Deserialize)]
struct Images {
    #[serde(rename = "OldImage")]
    old: Option<serde_dynamo::Item>,
    #[serde(rename = "NewImage")]
    new: Option<serde_dynamo::Item>,
}

impl Record {
    pub(crate) fn read(record: &Value, profiles: &Profiles) -> Result<Self, RecordError> {
        let Raw { event, images } = Raw::deserialize(record)?;
        Ok(Self { event, change: profiles.in_record(images.old, images.new)? })
    }
}

/// Without one, Lambda takes the whole batch for failed, which is right for a record that has none.
pub(crate) fn sequence_number(record: &Value) -> String {
    let number = record.pointer("/dynamodb/SequenceNumber").and_then(Value::as_str);
    number.unwrap_or_default().to_owned()
}
