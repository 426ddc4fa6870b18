//! The DynamoDB client and the calls that all tables share, metered and with typed errors.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use aviary_model::Entropy;
use aviary_telemetry::Call;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{ConsumedCapacity, KeysAndAttributes, ReturnConsumedCapacity};
use serde::de::DeserializeOwned;

use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, Key, fields};
use crate::dynamodb::retry;

/// How often a call is made again for what it left unprocessed or what was in conflict.
pub(crate) const MAX_ROUNDS: u32 = 6;
const FIRST_PAUSE_MILLIS: u64 = 20;
/// What one `BatchGetItem` takes.
const MAX_KEYS: usize = 100;

/// A connection to DynamoDB. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Db {
    pub(crate) client: Client,
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl Db {
    /// A connection with this configuration; opened at the first call.
    #[must_use]
    pub fn new(config: &aws_types::SdkConfig, entropy: Arc<dyn Entropy>) -> Self {
        Self { client: retry::client(config), entropy }
    }

    /// One item, as it is now. One round trip, one read unit per 4 KB.
    pub(crate) async fn get<T: DeserializeOwned>(&self, table: &str, key: Key) -> Result<Option<T>, StoreError> {
        let call = self
            .client
            .get_item()
            .table_name(table)
            .set_key(Some(key.into_item()))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let output = metered(call.send(), Direction::Read, |o| o.consumed_capacity.as_slice()).await?;
        output.item.map(|item| fields(table, item)).transpose()
    }

    /// Writes a new item; one that is there already stays as it is, since a repetition after a lost answer finds its
    /// own. One round trip.
    pub(crate) async fn create(&self, table: &str, item: Item) -> Result<(), StoreError> {
        let call = self
            .client
            .put_item()
            .table_name(table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)")
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        match metered(call.send(), Direction::Write, |o| o.consumed_capacity.as_slice()).await {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(()),
                _ => Err(error.into()),
            },
        }
    }

    /// Removes an item, whether it is there or not. One round trip.
    pub(crate) async fn delete(&self, table: &str, key: Key) -> Result<(), StoreError> {
        let call = self
            .client
            .delete_item()
            .table_name(table)
            .set_key(Some(key.into_item()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        metered(call.send(), Direction::Write, |o| o.consumed_capacity.as_slice()).await?;
        Ok(())
    }

    /// Several items of one table, as they are now, in no order. One round trip unless DynamoDB leaves some
    /// unprocessed.
    pub(crate) async fn batch_get(&self, table: &str, keys: Vec<Key>) -> Result<Vec<Item>, StoreError> {
        let mut wanted = keys_and_attributes(keys.into_iter().map(Key::into_item).collect())?;
        let mut items = Vec::new();
        for round in 0..MAX_ROUNDS {
            self.pause_before(round).await?;
            let call = self
                .client
                .batch_get_item()
                .request_items(table, wanted)
                .return_consumed_capacity(ReturnConsumedCapacity::Total);
            let output =
                metered(call.send(), Direction::Read, |o| o.consumed_capacity.as_deref().unwrap_or_default()).await?;
            items.extend(output.responses.unwrap_or_default().remove(table).unwrap_or_default());
            match output.unprocessed_keys.unwrap_or_default().remove(table) {
                Some(left) => wanted = left,
                None => return Ok(items),
            }
        }
        Err(StoreError::Passing("keys stayed unprocessed".to_owned()))
    }

    /// Any number of items of one table, as they are now, in no order. One round trip: what a call can't take is asked
    /// beside it. No call where there is no key.
    pub(crate) async fn batch_get_many(&self, table: &str, keys: Vec<Key>) -> Result<Vec<Item>, StoreError> {
        let calls = keys.chunks(MAX_KEYS).map(|some| self.batch_get(table, some.to_vec()));
        Ok(futures_util::future::try_join_all(calls).await?.into_iter().flatten().collect())
    }

    /// Waits a random while that doubles with each round, the first excepted: those who met once shall not meet again.
    pub(crate) async fn pause_before(&self, round: u32) -> Result<(), StoreError> {
        if round == 0 {
            return Ok(());
        }
        let longest = FIRST_PAUSE_MILLIS << round.min(8);
        let random = u64::from_le_bytes(self.entropy.bytes::<8>()?);
        tokio::time::sleep(Duration::from_millis(random % longest + 1)).await;
        Ok(())
    }
}

fn keys_and_attributes(
    keys: Vec<HashMap<String, aws_sdk_dynamodb::types::AttributeValue>>,
) -> Result<KeysAndAttributes, StoreError> {
    KeysAndAttributes::builder()
        .set_keys(Some(keys))
        .consistent_read(true)
        .build()
        .map_err(|error| StoreError::Rejected(error.to_string()))
}

/// Which kind of capacity a call consumes where DynamoDB does not say.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Direction {
    Read,
    Write,
}

/// Makes one call under the request's meter. The SDK's futures are large, and each that awaits one would carry it
/// inline; so it is put on the heap here, once for all.
pub(crate) fn metered<T, E: ProvideErrorMetadata>(
    call: impl Future<Output = Result<T, SdkError<E>>>,
    direction: Direction,
    capacity: impl Fn(&T) -> &[ConsumedCapacity],
) -> impl Future<Output = Result<T, SdkError<E>>> {
    let call = Box::pin(call);
    async move {
        let began = Call::begin();
        let output = call.await;
        let (read, write) = consumed(&output, direction, capacity);
        began.end(read, write);
        output
    }
}

/// The units of both kinds that a call has consumed.
fn consumed<T, E>(
    output: &Result<T, E>,
    direction: Direction,
    capacity: impl Fn(&T) -> &[ConsumedCapacity],
) -> (f64, f64) {
    let (mut read, mut write) = (0.0, 0.0);
    for consumed in output.iter().flat_map(capacity) {
        let (r, w) = (consumed.read_capacity_units, consumed.write_capacity_units);
        match (r, w, direction) {
            (None, None, Direction::Read) => read += consumed.capacity_units.unwrap_or_default(),
            (None, None, Direction::Write) => write += consumed.capacity_units.unwrap_or_default(),
            (r, w, _) => {
                read += r.unwrap_or_default();
                write += w.unwrap_or_default();
            }
        }
    }
    (read, write)
}
