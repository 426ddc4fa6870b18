//! Comments on tweets.

pub(crate) mod comments_page;

pub mod collection;
pub mod item;
pub mod like;
pub mod report;
