//! The DynamoDB client and the calls that all tables share. Calls are metered and have typed errors.

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
use crate::dynamodb::reads::Reads;
use crate::dynamodb::retry;

/// The most attempts of a call that leaves keys unprocessed or meets a conflict.
pub(crate) const MAX_ROUNDS: u32 = 6;
const FIRST_PAUSE_MILLIS: u64 = 20;
/// The most keys of one `BatchGetItem`.
pub(crate) const MAX_KEYS: usize = 100;

/// A connection to DynamoDB. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Db {
    pub(crate) client: Client,
    pub(crate) entropy: Arc<dyn Entropy>,
    reads: Reads,
}

impl Db {
    /// A client with this configuration. It connects at the first call.
    #[must_use]
    pub fn new(config: &aws_types::SdkConfig, entropy: Arc<dyn Entropy>) -> Self {
        Self { client: retry::client(config), entropy, reads: Reads::default() }
    }

    /// One item, read consistently. One round trip, one read unit per 4 KB.
    pub(crate) async fn get<T: DeserializeOwned>(&self, table: &str, key: Key) -> Result<Option<T>, StoreError> {
        let item = if key.is_of_a_user() {
            self.reads.read(self, table, vec![key]).await?.pop()
        } else {
            self.get_alone(table, key).await?
        };
        item.map(|item| fields(table, item)).transpose()
    }

    async fn get_alone(&self, table: &str, key: Key) -> Result<Option<Item>, StoreError> {
        let call = self
            .client
            .get_item()
            .table_name(table)
            .set_key(Some(key.into_item()))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let output = metered(call.send(), Direction::Read, |o| o.consumed_capacity.as_slice()).await?;
        Ok(output.item)
    }

    /// Items of any tables, read consistently, by table. One call; a role may allow a single read and no batch, so one
    /// item is no batch.
    pub(crate) async fn get_all(
        &self,
        wanted: HashMap<String, Vec<Key>>,
    ) -> Result<HashMap<String, Vec<Item>>, StoreError> {
        let mut tables = wanted.iter();
        if let (Some((table, keys)), None) = (tables.next(), tables.next())
            && let [key] = keys.as_slice()
        {
            let found = self.get_alone(table, key.clone()).await?;
            return Ok(HashMap::from([(table.clone(), found.into_iter().collect())]));
        }
        let wanted = wanted.into_iter().map(|(table, keys)| {
            keys_and_attributes(Consistency::Consistent, keys, None).map(|wanted| (table, wanted))
        });
        self.batch(wanted.collect::<Result<_, _>>()?).await
    }

    /// Some attributes of one item, read consistently; the key's must be among them. One round trip, one read unit per
    /// 4 KB of the whole item.
    pub(crate) async fn get_some<T: DeserializeOwned>(
        &self,
        table: &str,
        key: Key,
        attributes: &str,
    ) -> Result<Option<T>, StoreError> {
        let call = self
            .client
            .get_item()
            .table_name(table)
            .set_key(Some(key.into_item()))
            .projection_expression(attributes)
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let output = metered(call.send(), Direction::Read, |o| o.consumed_capacity.as_slice()).await?;
        output.item.map(|item| fields(table, item)).transpose()
    }

    /// Writes a new item. An existing item stays as it is, because a retry after a lost response finds its own item.
    /// One round trip.
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

    /// Deletes an item. A missing item is not an error. One round trip.
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

    /// Up to 100 items of one table, read consistently, in no order. One round trip unless DynamoDB leaves keys
    /// unprocessed.
    pub(crate) async fn batch_get(&self, table: &str, keys: Vec<Key>) -> Result<Vec<Item>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        if keys.iter().all(Key::is_of_a_user) {
            return self.reads.read(self, table, keys).await;
        }
        self.batch_get_alone(table, keys).await
    }

    /// As [`Self::batch_get`], in a call of its own.
    pub(crate) async fn batch_get_alone(&self, table: &str, keys: Vec<Key>) -> Result<Vec<Item>, StoreError> {
        self.batch_get_with(Consistency::Consistent, table, keys, None).await
    }

    async fn batch_get_with(
        &self,
        consistency: Consistency,
        table: &str,
        keys: Vec<Key>,
        attributes: Option<&str>,
    ) -> Result<Vec<Item>, StoreError> {
        let wanted = keys_and_attributes(consistency, keys, attributes)?;
        let mut found = self.batch(HashMap::from([(table.to_owned(), wanted)])).await?;
        Ok(found.remove(table).unwrap_or_default())
    }

    async fn batch(
        &self,
        mut wanted: HashMap<String, KeysAndAttributes>,
    ) -> Result<HashMap<String, Vec<Item>>, StoreError> {
        let mut found: HashMap<String, Vec<Item>> = HashMap::new();
        for round in 0..MAX_ROUNDS {
            self.pause_before(round).await?;
            let call = self
                .client
                .batch_get_item()
                .set_request_items(Some(wanted))
                .return_consumed_capacity(ReturnConsumedCapacity::Total);
            let output =
                metered(call.send(), Direction::Read, |o| o.consumed_capacity.as_deref().unwrap_or_default()).await?;
            for (table, items) in output.responses.unwrap_or_default() {
                found.entry(table).or_default().extend(items);
            }
            wanted = output.unprocessed_keys.unwrap_or_default();
            if wanted.is_empty() {
                return Ok(found);
            }
        }
        Err(StoreError::Passing("keys stayed unprocessed".to_owned()))
    }

    /// Any number of items of one table, read consistently, in no order. One round trip: each 100 keys are a call, and
    /// the calls are sent concurrently. No call if there are no keys.
    pub(crate) async fn batch_get_many(&self, table: &str, keys: Vec<Key>) -> Result<Vec<Item>, StoreError> {
        self.batch_get_many_with(Consistency::Consistent, table, keys, None).await
    }

    /// As [`Self::batch_get_many`], but the items may lag behind the last writes for some seconds. Costs half the read
    /// units.
    pub(crate) async fn batch_get_many_lagging(&self, table: &str, keys: Vec<Key>) -> Result<Vec<Item>, StoreError> {
        self.batch_get_many_with(Consistency::Lagging, table, keys, None).await
    }

    /// As [`Self::batch_get_many_lagging`], but of each item only these attributes, which a role may be bound to.
    pub(crate) async fn batch_get_some_lagging(
        &self,
        table: &str,
        keys: Vec<Key>,
        attributes: &str,
    ) -> Result<Vec<Item>, StoreError> {
        self.batch_get_many_with(Consistency::Lagging, table, keys, Some(attributes)).await
    }

    async fn batch_get_many_with(
        &self,
        consistency: Consistency,
        table: &str,
        keys: Vec<Key>,
        attributes: Option<&str>,
    ) -> Result<Vec<Item>, StoreError> {
        let some_keys = keys.chunks(MAX_KEYS);
        let calls = some_keys.map(|some| self.batch_get_with(consistency, table, some.to_vec(), attributes));
        Ok(futures_util::future::try_join_all(calls).await?.into_iter().flatten().collect())
    }

    /// Waits a random time before every round but the first. Its upper bound doubles with each round, so that requests
    /// that conflicted once do not conflict again.
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

/// Whether a read sees all earlier writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Consistency {
    Consistent,
    Lagging,
}

fn keys_and_attributes(
    consistency: Consistency,
    keys: Vec<Key>,
    attributes: Option<&str>,
) -> Result<KeysAndAttributes, StoreError> {
    KeysAndAttributes::builder()
        .set_keys(Some(keys.into_iter().map(Key::into_item).collect()))
        .set_projection_expression(attributes.map(ToOwned::to_owned))
        .consistent_read(consistency == Consistency::Consistent)
        .build()
        .map_err(|error| StoreError::Rejected(error.to_string()))
}

/// The kind of capacity that a call consumes, if DynamoDB's response does not say.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Direction {
    Read,
    Write,
}

/// Makes one call and adds its cost to the request's meter. The SDK's futures are large, and every caller's future
/// would contain one. So each is boxed here.
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

/// The read and write units that a call has consumed.
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
