//! Pages of lists: lists inside one partition, and reverse lists in the four shards of the index `lists`.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use futures_util::future::try_join_all;

use crate::dynamodb::client::{Db, Direction, metered};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, text};

/// The number of partitions of one list in the index `lists`.
pub(crate) const SHARDS: u8 = 4;
const INDEX: &str = "lists";
const BY_RECENCY: &str = "by-recency";

/// A page of a list.
#[derive(Clone, Debug)]
pub struct ListPage<T> {
    /// The entries, in the list's order.
    pub entries: Vec<T>,
    /// The cursor after which the next page begins. `None` at the end.
    pub next: Option<String>,
}

impl<T> ListPage<T> {
    /// The same page with each entry converted.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> ListPage<U> {
        ListPage { entries: self.entries.into_iter().map(f).collect(), next: self.next }
    }

    pub(crate) fn filter_map<U>(self, f: impl FnMut(T) -> Option<U>) -> ListPage<U> {
        ListPage { entries: self.entries.into_iter().filter_map(f).collect(), next: self.next }
    }
}

/// The order in which a list is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// In the order of the sort key, which for ids is that of time.
    OldestFirst,
    /// The other way round.
    NewestFirst,
}

/// The entries of one partition whose sort key begins with `prefix`, such as `TWEET#`.
#[derive(Clone, Debug)]
pub(crate) struct PartitionRange<'a> {
    pub(crate) pk: String,
    pub(crate) prefix: &'a str,
    /// Whether the entries are ordered by recency (`recent_sk`) instead of the sort key (`sk`).
    pub(crate) by_recency: bool,
    pub(crate) order: Order,
}

impl PartitionRange<'_> {
    fn attribute(&self) -> &'static str {
        if self.by_recency { "recent_sk" } else { "sk" }
    }
}

impl Db {
    /// A page of a partition's list, read consistently. `after` is a cursor: a sort key without its prefix. One round
    /// trip.
    pub(crate) async fn own_page(
        &self,
        table: &str,
        own: &PartitionRange<'_>,
        after: Option<&str>,
        limit: i32,
    ) -> Result<ListPage<Item>, StoreError> {
        let (low, high) = (own.prefix.to_owned(), format!("{}~", own.prefix));
        let place = after.map(|place| format!("{}{place}", own.prefix));
        let (first, last) = match (own.order, place) {
            (_, None) => (low, high),
            (Order::NewestFirst, Some(place)) => (low, place),
            (Order::OldestFirst, Some(place)) => (place, high),
        };
        let call = self
            .client
            .query()
            .table_name(table)
            .set_index_name(own.by_recency.then(|| BY_RECENCY.to_owned()))
            .key_condition_expression("pk = :pk AND #sk BETWEEN :first AND :last")
            .expression_attribute_names("#sk", own.attribute())
            .expression_attribute_values(":pk", text(&*own.pk))
            .expression_attribute_values(":first", text(first))
            .expression_attribute_values(":last", text(last))
            .scan_index_forward(own.order == Order::OldestFirst)
            .consistent_read(true)
            // One extra entry shows whether another page follows. `BETWEEN` also includes the cursor's own entry.
            .limit(limit.saturating_add(1 + i32::from(after.is_some())))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let output = metered(call.send(), Direction::Read, |o| o.consumed_capacity.as_slice()).await?;
        let place_of = |item: &Item| attribute(item, own.attribute())?.strip_prefix(own.prefix).map(ToOwned::to_owned);
        let mut found = output.items.unwrap_or_default();
        found.retain(|item| place_of(item).as_deref() != after);
        Ok(cut(found, limit, place_of))
    }

    /// A page of a reverse list. Its index lags. One round trip: the shards are queried concurrently.
    pub(crate) async fn list_page(
        &self,
        table: &str,
        list: &str,
        order: Order,
        after: Option<&str>,
        limit: i32,
    ) -> Result<ListPage<Item>, StoreError> {
        let shards = (0..SHARDS).map(|shard| self.list_shard(table, format!("{list}#{shard}"), order, after, limit));
        let mut found: Vec<Item> = try_join_all(shards).await?.into_iter().flatten().collect();
        found.sort_by(|a, b| attribute(a, "list_sk").cmp(&attribute(b, "list_sk")));
        if order == Order::NewestFirst {
            found.reverse();
        }
        Ok(cut(found, limit, |item| attribute(item, "list_sk").map(ToOwned::to_owned)))
    }

    /// A page of one shard of a reverse list, with one entry more than `limit` if there is one. One round trip.
    pub(crate) async fn list_shard(
        &self,
        table: &str,
        list_pk: String,
        order: Order,
        after: Option<&str>,
        limit: i32,
    ) -> Result<Vec<Item>, StoreError> {
        let condition = match (after, order) {
            (None, _) => "list_pk = :pk",
            (Some(_), Order::NewestFirst) => "list_pk = :pk AND list_sk < :after",
            (Some(_), Order::OldestFirst) => "list_pk = :pk AND list_sk > :after",
        };
        let after = after.map(|after| (":after".to_owned(), text(after)));
        let values = std::iter::once((":pk".to_owned(), text(list_pk))).chain(after).collect();
        let call = self
            .client
            .query()
            .table_name(table)
            .index_name(INDEX)
            .key_condition_expression(condition)
            .set_expression_attribute_values(Some(values))
            .scan_index_forward(order == Order::OldestFirst)
            .limit(limit.saturating_add(1))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let output = metered(call.send(), Direction::Read, |o| o.consumed_capacity.as_slice()).await?;
        Ok(output.items.unwrap_or_default())
    }
}

/// The first `limit` entries, and the cursor of the last of them if there are more.
pub(crate) fn cut(mut found: Vec<Item>, limit: i32, place: impl Fn(&Item) -> Option<String>) -> ListPage<Item> {
    let limit = usize::try_from(limit).unwrap_or_default();
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).and_then(place);
    ListPage { entries: found, next }
}

/// A string attribute of an item.
pub(crate) fn attribute<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name).and_then(|value: &AttributeValue| value.as_s().ok()).map(String::as_str)
}

/// The id behind the prefix of a string attribute: of `U#<id>`, the id.
pub(crate) fn id_behind<T: std::str::FromStr>(item: &Item, name: &str, prefix: &str) -> Option<T> {
    attribute(item, name)?.strip_prefix(prefix)?.parse().ok()
}
