//! The keys of all objects that items of `social` name. It is for operators; no function's role allows it.

use std::collections::HashSet;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};

use crate::counters::recount::WalkPosition;
use crate::dynamodb::client::{Direction, metered};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::Item;
use crate::dynamodb::table::SocialTable;

/// Reads which objects are named.
#[derive(Clone, Debug)]
pub struct MediaNames {
    table: SocialTable,
}

impl MediaNames {
    /// Uses this table. Makes no call.
    #[must_use]
    pub fn new(table: &SocialTable) -> Self {
        Self { table: table.clone() }
    }

    /// Adds the keys that the next megabyte of the table names. Returns the place at which to continue, `None` at the
    /// end. One round trip, half a read unit for each 4 KB.
    #[allow(clippy::disallowed_methods, reason = "an operator reads everything, with rights of their own")]
    pub async fn walk(
        &self,
        keys: &mut HashSet<String>,
        from: Option<WalkPosition>,
    ) -> Result<Option<WalkPosition>, StoreError> {
        let call = self
            .table
            .db
            .client
            .scan()
            .table_name(&self.table.name)
            .projection_expression("pk, sk, media, picture, background, #file")
            .expression_attribute_names("#file", "file")
            .set_exclusive_start_key(from.map(WalkPosition::into_key))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let output = metered(call.send(), Direction::Read, |o| o.consumed_capacity.as_slice()).await?;
        output.items.unwrap_or_default().iter().for_each(|item| keys.extend(named_by(item)));
        Ok(output.last_evaluated_key.map(WalkPosition::of_key))
    }
}

/// The keys that an item names: those of a tweet's media, a profile's pictures, or a media item's file.
fn named_by(item: &Item) -> Vec<String> {
    let media = item.get("media").and_then(|media| media.as_l().ok()).into_iter().flatten();
    let maps = media.chain(item.get("file")).filter_map(|value| value.as_m().ok());
    let files = maps.flat_map(|map| [map.get("key"), map.get("thumbnail")]);
    let pictures = ["picture", "background"].map(|name| item.get(name)?.as_m().ok()?.get("object"));
    let texts = files.chain(pictures).flatten().filter_map(|value: &AttributeValue| value.as_s().ok());
    texts.filter(|key| !key.is_empty()).cloned().collect()
}
