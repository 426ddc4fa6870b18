//! Document 001: `/tweet…` and `/search/…`, as its clients send and read them.

pub mod addcomment;
pub mod alltweets;
pub mod contentsearch;
pub mod deletecomment;
pub mod editcomment;
pub mod get_tweet_by_id;
pub mod getcomment;
mod numbered_page;
mod parameters;
pub(crate) mod routes;
mod search_cursor;
pub(crate) mod shapes;
pub mod tweet;
pub mod tweet_like;
pub mod usersearch;
