//! Lists of tweets: by author, by tag, replies, and what the caller saved.

pub(crate) mod list_page;
pub(crate) mod newest;

pub mod by;
pub mod by_likes;
pub mod by_media;
pub mod replies;
pub mod saved;
pub mod tags;
