//! Lists of everything of one kind, for the administration: sparse indexes over 16 partitions, merged when they are read.
//!
//! A page asks each partition for as many entries as it shows and one more. So it costs 16 queries, however many entries
//! the list has (`docs/decisions/0019-administration.md`).

use aviary_model::Timestamp;
use aws_sdk_dynamodb::types::{ReturnConsumedCapacity, Select};
use futures_util::future::try_join_all;

use crate::dynamodb::client::{Db, Direction, metered};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, text};
use crate::dynamodb::pages::{ListPage, Order, attribute, cut};

/// The highest character: it sorts after everything with the same beginning.
const LAST: char = '\u{10ffff}';
/// It sorts before every id and every name. DynamoDB compares with no empty text.
const FIRST: &str = " ";

/// A list in a sharded index.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ShardedList<'a> {
    pub(crate) index: &'static str,
    /// The names of the index's keys.
    pub(crate) keys: (&'static str, &'static str),
    /// The name of the list, which its partitions have before their number.
    pub(crate) list: &'a str,
    /// Only entries whose sort key begins with this text.
    pub(crate) begin: &'a str,
}

impl<'a> ShardedList<'a> {
    /// A list by time.
    pub(crate) fn by_time(list: &'a str) -> Self {
        Self { index: "by-time", keys: ("time_pk", "time_sk"), list, begin: "" }
    }
}

impl Db {
    /// A page of a list, after the sort key `after`. Its index lags. One round trip: 16 concurrent queries.
    pub(crate) async fn sharded_page(
        &self,
        table: &str,
        list: ShardedList<'_>,
        order: Order,
        after: Option<&str>,
        limit: i32,
    ) -> Result<ListPage<Item>, StoreError> {
        let found = self.sharded(table, list, order, after, limit).await?;
        Ok(cut(found, limit, |item| attribute(item, list.keys.1).map(ToOwned::to_owned)))
    }

    /// The last entries of a list, newest first, of which each partition has at most so many. Its index lags. One round
    /// trip: 16 concurrent queries.
    pub(crate) async fn sharded_newest(
        &self,
        table: &str,
        list: ShardedList<'_>,
        of_each: i32,
    ) -> Result<Vec<Item>, StoreError> {
        self.sharded(table, list, Order::NewestFirst, None, of_each).await
    }

    /// The entries that each partition has after the sort key, in the order of all.
    async fn sharded(
        &self,
        table: &str,
        list: ShardedList<'_>,
        order: Order,
        after: Option<&str>,
        limit: i32,
    ) -> Result<Vec<Item>, StoreError> {
        let shards = (0..16).map(|shard| self.shard_page(table, list, shard, order, after, limit));
        let mut found: Vec<Item> = try_join_all(shards).await?.into_iter().flatten().collect();
        let (_, sk) = list.keys;
        found.sort_by(|a, b| attribute(a, sk).cmp(&attribute(b, sk)));
        if order == Order::NewestFirst {
            found.reverse();
        }
        Ok(found)
    }

    async fn shard_page(
        &self,
        table: &str,
        list: ShardedList<'_>,
        shard: u8,
        order: Order,
        after: Option<&str>,
        limit: i32,
    ) -> Result<Vec<Item>, StoreError> {
        let (low, high) = (if list.begin.is_empty() { FIRST } else { list.begin }, format!("{}{LAST}", list.begin));
        let (first, last) = match (order, after) {
            (_, None) => (low, &*high),
            (Order::OldestFirst, Some(after)) => (after.max(low), &*high),
            (Order::NewestFirst, Some(after)) => (low, after.min(&high)),
        };
        if first > last {
            return Ok(Vec::new());
        }
        let call = self
            .client
            .query()
            .table_name(table)
            .index_name(list.index)
            .key_condition_expression("#pk = :pk AND #sk BETWEEN :first AND :last")
            .expression_attribute_names("#pk", list.keys.0)
            .expression_attribute_names("#sk", list.keys.1)
            .expression_attribute_values(":pk", text(format!("{}#{shard:x}", list.list)))
            .expression_attribute_values(":first", text(first))
            .expression_attribute_values(":last", text(last))
            .scan_index_forward(order == Order::OldestFirst)
            // One more shows whether a page follows. `BETWEEN` also includes the entry at `after`.
            .limit(limit.saturating_add(1 + i32::from(after.is_some())))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let output = metered(call.send(), Direction::Read, |o| o.consumed_capacity.as_slice()).await?;
        let mut found = output.items.unwrap_or_default();
        found.retain(|item| attribute(item, list.keys.1) != after);
        Ok(found)
    }

    /// How many entries of a list by time are not older than `since`, up to `most` of each partition. One round trip: 16
    /// concurrent queries.
    pub(crate) async fn sharded_count(
        &self,
        table: &str,
        list: ShardedList<'_>,
        since: Timestamp,
        most: i32,
    ) -> Result<u64, StoreError> {
        let first = first_id_at(since);
        let shards = (0..16).map(|shard| {
            let call = self
                .client
                .query()
                .table_name(table)
                .index_name(list.index)
                .key_condition_expression("#pk = :pk AND #sk >= :first")
                .expression_attribute_names("#pk", list.keys.0)
                .expression_attribute_names("#sk", list.keys.1)
                .expression_attribute_values(":pk", text(format!("{}#{shard:x}", list.list)))
                .expression_attribute_values(":first", text(&*first))
                .select(Select::Count)
                .limit(most)
                .return_consumed_capacity(ReturnConsumedCapacity::Total);
            metered(call.send(), Direction::Read, |o| o.consumed_capacity.as_slice())
        });
        let counts = try_join_all(shards).await?;
        Ok(counts.iter().map(|output| u64::try_from(output.count).unwrap_or_default()).sum())
    }
}

/// The beginning of every id that is made at this time, up to its version.
fn first_id_at(time: Timestamp) -> String {
    let millis = format!("{:012x}", time.millis().max(0));
    let (high, low) = millis.split_at_checked(8).unwrap_or((&millis, ""));
    format!("{high}-{low}-7")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_a_time_begin_so() {
        let time = Timestamp::from_millis(0x019a_0000_0001);
        assert_eq!(first_id_at(time), "019a0000-0001-7");
    }
}
