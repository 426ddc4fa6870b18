//! An inbox as it is stored: `U#<u> / INBOX`.

use aviary_model::UserId;
use serde::Deserialize;

use crate::dynamodb::item::Key;
use crate::social::keys::user_pk;

/// A user's inbox.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Inbox {
    pub(crate) seq: u64,
    #[serde(default, deserialize_with = "crate::dynamodb::item::count")]
    pub(crate) unread: u64,
    #[serde(default)]
    pub(crate) read_seq: u64,
    /// The time of the first notification, in seconds.
    #[serde(default)]
    pub(crate) since: i64,
    /// The day of the last recount of the unread notifications, in days since 1970.
    #[serde(default)]
    pub(crate) counted_on: i64,
}

pub(crate) fn inbox_key(user: UserId) -> Key {
    Key::new(user_pk(user), "INBOX")
}
