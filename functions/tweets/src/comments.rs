//! Comments on tweets.

pub mod collection;
pub mod item;
pub mod like;
pub mod report;
