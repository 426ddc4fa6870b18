//! Reads a record of the stream of `social`.

use aviary_runtime::parse_record;
use aviary_store::{Profiles, SocialChange, StoreError};
use serde_json::Value;

/// Why a record can't be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordError {
    #[error("it is not a record of a DynamoDB stream: {0}")]
    Malformed(#[from] serde_json::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A change of the table `social`, and the id of the event that reports it.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    /// The stream's id of the event, the same each time the record is delivered.
    pub(crate) event: String,
    pub(crate) change: SocialChange,
}

impl Record {
    pub(crate) fn read(record: &Value, profiles: &Profiles) -> Result<Self, RecordError> {
        let record = parse_record(record)?;
        let [old, new] = [record.change.old_image, record.change.new_image];
        let [old, new] = [old, new].map(|image| (!image.is_empty()).then_some(image));
        Ok(Self { event: record.event_id, change: profiles.in_record(old, new)? })
    }
}
