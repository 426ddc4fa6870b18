//! Reads a table's stream as Lambda does.

use dynoxide::Database;
use dynoxide::actions::describe_stream::DescribeStreamRequest;
use dynoxide::actions::get_records::{GetRecordsRequest, Record as StreamRecord};
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use serde_json::{Value, json};

use crate::config::DEFAULT_REGION;

/// Lambda's limit for an event, 6 MiB.
const MAX_EVENT_BYTES: usize = 6 * 1024 * 1024;
/// The database adds the time in microseconds to this to make a sequence number.
const SEQUENCE_ORIGIN: u128 = 100_000_000_000_000_000_000;

/// One change of an item.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Record {
    pub(crate) sequence: String,
    pub(crate) created_ms: i64,
    /// The record as the function receives it.
    pub(crate) event: Value,
}

/// Reads one stream.
#[derive(Clone)]
pub(crate) struct Reader {
    database: Database,
    arn: String,
    shard: String,
}

impl Reader {
    /// A reader of the stream `arn`.
    pub(crate) fn open(database: Database, arn: &str) -> Result<Self, String> {
        let described = describe(&database, arn)?;
        let shard = described.shards.into_iter().next().ok_or("the stream has no shard")?;
        Ok(Self { database, arn: arn.to_owned(), shard: shard.shard_id })
    }

    /// The last sequence number; `None` if the stream is empty.
    pub(crate) fn latest(&self) -> Result<Option<String>, String> {
        let described = describe(&self.database, &self.arn)?;
        Ok(described.shards.into_iter().next().and_then(|shard| shard.sequence_number_range.ending_sequence_number))
    }

    /// At most `limit` records after `position` (from the start, if it is empty) that fit into one event. Blocks.
    pub(crate) fn read(&self, position: &str, limit: u32) -> Result<Vec<Record>, String> {
        let (kind, sequence_number) = match position {
            "" => ("TRIM_HORIZON", None),
            sequence => ("AFTER_SEQUENCE_NUMBER", Some(sequence.to_owned())),
        };
        let asked = GetShardIteratorRequest {
            stream_arn: self.arn.clone(),
            shard_id: self.shard.clone(),
            shard_iterator_type: kind.to_owned(),
            sequence_number,
        };
        let iterator = self.database.get_shard_iterator(asked).map_err(|error| error.to_string())?.shard_iterator;
        let shard_iterator = iterator.ok_or("the stream has ended")?;
        let limit = usize::try_from(limit).ok();
        let found = self.database.get_records(GetRecordsRequest { shard_iterator, limit });
        self.shaped(&found.map_err(|error| error.to_string())?.records)
    }

    fn shaped(&self, found: &[StreamRecord]) -> Result<Vec<Record>, String> {
        let mut records = Vec::with_capacity(found.len());
        let mut bytes = 0;
        for record in found {
            let (record, size) = self.shape(record)?;
            bytes += size;
            if bytes > MAX_EVENT_BYTES && !records.is_empty() {
                break;
            }
            records.push(record);
        }
        Ok(records)
    }

    fn shape(&self, found: &StreamRecord) -> Result<(Record, usize), String> {
        let sequence = found.dynamodb.sequence_number.clone();
        let seconds = found.dynamodb.approximate_creation_date_time;
        #[allow(clippy::cast_possible_truncation, reason = "seconds since 1970 fit for a long time")]
        let seconds = seconds as i64;
        let mut event = serde_json::to_value(found).map_err(|error| error.to_string())?;
        if let Some(fields) = event.as_object_mut() {
            fields.insert("awsRegion".to_owned(), json!(DEFAULT_REGION));
            fields.insert("eventSourceARN".to_owned(), json!(self.arn));
        }
        if let Some(fields) = event.get_mut("dynamodb").and_then(Value::as_object_mut) {
            fields.insert("ApproximateCreationDateTime".to_owned(), json!(seconds));
        }
        let size = event.to_string().len() + 1;
        Ok((Record { created_ms: created_ms(&sequence, seconds), sequence, event }, size))
    }
}

fn describe(database: &Database, arn: &str) -> Result<dynoxide::actions::describe_stream::StreamDescription, String> {
    let answer = database.describe_stream(DescribeStreamRequest { stream_arn: arn.to_owned(), ..Default::default() });
    answer.map(|answer| answer.stream_description).map_err(|error| error.to_string())
}

/// The number that the database stores for a sequence number.
pub(crate) fn stored_sequence(sequence: &str) -> Option<i64> {
    let number = sequence.parse::<u128>().ok()?.checked_sub(SEQUENCE_ORIGIN)?;
    i64::try_from(number).ok()
}

/// The time in the sequence number is more exact than the record's, unless the clock was set back since the last one.
fn created_ms(sequence: &str, seconds: i64) -> i64 {
    let millis = stored_sequence(sequence).map(|micros| micros / 1_000);
    // The record's time is truncated to the second, not rounded.
    let latest = seconds.saturating_mul(1_000).saturating_add(999);
    millis.filter(|millis| (0..2_000).contains(&(latest - millis))).unwrap_or(latest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_taken_from_the_sequence_number_if_that_is_one() {
        assert_eq!(created_ms("100001700000000123456", 1_700_000_000), 1_700_000_000_123);
        assert_eq!(created_ms("100001700000009000000", 1_700_000_000), 1_700_000_000_999);
        assert_eq!(created_ms("other", 1_700_000_000), 1_700_000_000_999);
    }
}
