//! Likes, retweets, saves and reports of tweets, and the lists of people who reacted.

mod reacted_people;
pub(crate) mod reaction_write;

pub mod like;
pub mod likes;
pub mod report;
pub mod retweet;
pub mod retweets;
pub mod save;
