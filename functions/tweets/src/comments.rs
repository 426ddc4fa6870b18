//! Comments on tweets.

mod response;

pub mod collection;
pub mod item;
pub mod like;
