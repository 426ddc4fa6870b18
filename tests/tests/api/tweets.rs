//! Tweets, comments, reactions and lists of them: `/tweet` and `/api/tweets/…`.

mod answers;
mod browser;
mod comments;
mod create;
mod edit;
mod home;
mod lists;
mod marks;
mod media;
mod media_full;
mod media_tickets;
mod one_comment;
mod reactions;
mod report;
mod show;
mod tweet;
mod tweet_images;
