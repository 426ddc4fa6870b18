//! Tweets, comments, and what people do with them.

mod answer;
mod comment_answer;
mod draft;
mod message;
mod posting;
mod reacting;
mod reading;
mod rewriting;
mod routes;
mod screens;
mod state;
mod timeline;

pub mod by_author;
pub mod by_author_likes;
pub mod by_author_media;
pub mod comment;
pub mod comment_delete;
pub mod comment_edit;
pub mod comment_like;
pub mod comment_unlike;
pub mod comments;
pub mod create;
pub mod delete;
pub mod edit;
pub mod home;
pub mod like;
pub mod likes;
pub mod post;
pub mod replies;
pub mod retweet;
pub mod retweets;
pub mod save;
pub mod saved;
pub mod show;
pub mod tagged;
pub mod unlike;
pub mod unretweet;
pub mod unsave;

pub use routes::routes;
pub use state::TweetsState;
