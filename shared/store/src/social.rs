//! The `social` table: profiles, the relations between people, tweets, comments and reactions.

pub(crate) mod block_checks;
pub(crate) mod by_time;
pub(crate) mod comments;
pub(crate) mod edge_states;
pub(crate) mod feed_lookup;
pub(crate) mod keys;
pub(crate) mod likes_and_replies;
pub(crate) mod media_names;
pub(crate) mod media_uploads;
pub(crate) mod page_reads;
pub(crate) mod profiles;
pub(crate) mod ranked;
pub(crate) mod reactions;
pub(crate) mod relations;
pub(crate) mod reports;
pub(crate) mod search;
pub(crate) mod search_index;
pub(crate) mod stream;
pub(crate) mod text_context;
pub(crate) mod tweet_writes;
pub(crate) mod tweets;
pub(crate) mod user_service;
pub(crate) mod visibility;
