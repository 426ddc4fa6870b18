//! What a user did to another user, and to a tweet: one item for each pair, which holds the ids of the edges.
//!
//! The item makes each edge unique, and a page reads one item where it would read one for each kind of edge. The edge
//! itself (`social::keys::edge_key`) is written and deleted in the same transaction. Its key holds its time, so lists
//! need no index.

use aviary_model::EdgeId;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::Deserialize;

use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Condition, Update};
use crate::dynamodb::item::{Key, text};
use crate::dynamodb::table::SocialTable;
use crate::dynamodb::transaction::{Transaction, WriteId};

pub(crate) const FOLLOW: &str = "follow";
pub(crate) const BLOCK: &str = "block";
pub(crate) const MUTE: &str = "mute";
pub(crate) const BLOCKED_BY: &str = "blocked_by";

/// What stands between a user and another one: `U#<u> / RELATION#<other>`. No item if nothing does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Relation {
    /// The user follows the other one.
    pub(crate) follow: Option<EdgeId>,
    /// The user blocks the other one.
    pub(crate) block: Option<EdgeId>,
    /// The user mutes the other one.
    pub(crate) mute: Option<EdgeId>,
    /// The other user blocks this one.
    #[serde(default)]
    pub(crate) blocked_by: bool,
}

/// What a user did to a tweet: the ids of the like, the retweet and the save. `U#<u> / REACTION#<tweet>`; no item if
/// there is none of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct ReactionIds {
    /// The user likes the tweet.
    pub like: Option<EdgeId>,
    /// The user has retweeted the tweet.
    pub retweet: Option<EdgeId>,
    /// The user has saved the tweet.
    pub save: Option<EdgeId>,
}

/// An item that holds some attributes, each of which may be absent, and is deleted with the last of them.
pub(crate) trait EdgeState {
    /// The attributes, and what each was when the item was read.
    fn attributes(&self) -> Vec<(&'static str, Option<AttributeValue>)>;
}

impl EdgeState for Relation {
    fn attributes(&self) -> Vec<(&'static str, Option<AttributeValue>)> {
        let blocked_by = self.blocked_by.then_some(AttributeValue::Bool(true));
        vec![(FOLLOW, id(self.follow)), (BLOCK, id(self.block)), (MUTE, id(self.mute)), (BLOCKED_BY, blocked_by)]
    }
}

impl EdgeState for ReactionIds {
    fn attributes(&self) -> Vec<(&'static str, Option<AttributeValue>)> {
        vec![("like", id(self.like)), ("retweet", id(self.retweet)), ("save", id(self.save))]
    }
}

fn id(edge: Option<EdgeId>) -> Option<AttributeValue> {
    edge.map(|id| text(id.to_string()))
}

/// Adds a write that removes one attribute, if it is as it was read. If no other attribute was set, the write deletes
/// the item, if that is still so. A refused write means that the state has changed: read it again.
pub(crate) fn remove_attribute(
    transaction: &mut Transaction,
    table: &SocialTable,
    key: Key,
    was: &impl EdgeState,
    name: &'static str,
) -> Result<WriteId, StoreError> {
    let (this, others): (Vec<_>, Vec<_>) = was.attributes().into_iter().partition(|(other, _)| *other == name);
    let same = match this.into_iter().find_map(|(_, value)| value) {
        Some(value) => Condition::equals(name, value),
        None => Condition::exists(name),
    };
    let set = others.iter().filter(|(_, value)| value.is_some()).map(|(other, _)| Condition::exists(other));
    match set.reduce(Condition::or) {
        Some(stays) => transaction.update(table, key, &Update::new().remove(name).when(same).when(stays)),
        None => {
            let last = others.iter().fold(same, |same, (other, _)| same.and(Condition::missing(other)));
            transaction.delete_if(table, key, &last)
        }
    }
}
