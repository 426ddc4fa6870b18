//! The `tweets` function: tweets, comments, reactions to tweets, and lists of tweets.
//!
//! A URL names its file, which holds all methods of the URL. Drop `/api/tweets/`, ids and names from the URL; the words
//! that remain, joined by `_`, are the file. The URL of a collection is in `collection.rs`, the URL of one of its items
//! in `item.rs`. The folder says what the URL is about:
//!
//! | URL | File |
//! |---|---|
//! | `/tweet` | `tweets/tweet.rs` |
//! | `/api/tweets/`, `/api/tweets/<id>/` | `tweets/collection.rs`, `tweets/item.rs` |
//! | `/api/tweets/media/`, `/api/tweets/media/<id>/` | `media/collection.rs`, `media/item.rs` |
//! | `/api/tweets/<id>/comments/`, `/api/tweets/comments/<id>/` | `comments/collection.rs`, `comments/item.rs` |
//! | `/api/tweets/comments/<id>/like/`, `…/report/` | `comments/like.rs`, `comments/report.rs` |
//! | `/api/tweets/<id>/like/`, `…/likes/`, `…/retweet/`, `…/save/`, `…/report/` | `reactions/like.rs`, `likes.rs`, … |
//! | `/api/tweets/<id>/replies/`, `/api/tweets/by/<username>/media/` | `lists/replies.rs`, `lists/by_media.rs` |
//! | what the documents' own front-ends call beside the documents | `originals/`, a folder for each document |

mod author_check;
mod edit_rules;
mod in_reply_to;
mod message;
mod path_lookup;
mod response;
mod routes;
mod state;

pub mod comments;
pub mod lists;
pub mod media;
pub mod originals;
pub mod reactions;
pub mod tweets;

pub use routes::routes;
pub use state::{TweetsParts, TweetsState};
