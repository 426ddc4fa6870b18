//! The `feed` table: home timelines, notifications and security events.

pub(crate) mod exports;
pub(crate) mod fan_out;
pub(crate) mod inbox;
pub(crate) mod inbox_item;
pub(crate) mod notification_content;
pub(crate) mod notification_writes;
pub(crate) mod notifications;
pub(crate) mod presence;
pub(crate) mod security_events;
pub(crate) mod timeline_entries;
pub(crate) mod timelines;
pub(crate) mod trim;
