//! Tweets: posting, reading, editing and deleting them, and the home timeline.

pub(crate) mod create_tweet;
mod draft;
mod home_timeline;

pub mod collection;
pub mod item;
pub mod tweet;
