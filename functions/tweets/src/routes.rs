//! The routes of the function.

use aviary_web::{CreationLimit, Routes, Who};
use utoipa_axum::routes;

use crate::comments::{self, collection as tweet_comments, item as comment};
use crate::lists::{by, by_likes, by_media, replies, saved, tags};
use crate::reactions::{like, likes, retweet, retweets, save};
use crate::state::TweetsState;
use crate::tweets::{collection, item, tweet};

/// Every route of the function.
#[must_use]
pub fn routes() -> Routes<TweetsState> {
    reactions(comments(lists(tweets(Routes::default()))))
}

fn tweets(routes: Routes<TweetsState>) -> Routes<TweetsState> {
    routes
        .add_creating(Who::User, CreationLimit::WritesAccount, routes!(tweet::post_tweet))
        .add(Who::User, routes!(collection::home_timeline))
        .add_creating(Who::User, CreationLimit::WritesAccount, routes!(collection::create_tweet))
        .add(Who::Any, routes!(item::show_tweet))
        .add(Who::Own, routes!(item::edit_tweet))
        .add(Who::Own, routes!(item::delete_tweet))
}

fn lists(routes: Routes<TweetsState>) -> Routes<TweetsState> {
    routes
        .add(Who::Any, routes!(replies::list_replies))
        .add(Who::Any, routes!(by::list_by_author))
        .add(Who::Any, routes!(by_media::list_media_by_author))
        .add(Who::Any, routes!(by_likes::list_liked_by_user))
        .add(Who::Any, routes!(tags::list_tagged))
        .add(Who::User, routes!(saved::list_saved))
}

fn comments(routes: Routes<TweetsState>) -> Routes<TweetsState> {
    routes
        .add(Who::Any, routes!(tweet_comments::list_comments))
        .add_creating(Who::User, CreationLimit::WritesAccount, routes!(tweet_comments::create_comment))
        .add(Who::Own, routes!(comment::edit_comment))
        .add(Who::Own, routes!(comment::delete_comment))
        .add(Who::User, routes!(comments::like::like_comment))
        .add(Who::User, routes!(comments::like::unlike_comment))
}

fn reactions(routes: Routes<TweetsState>) -> Routes<TweetsState> {
    routes
        .add(Who::User, routes!(like::like_tweet))
        .add(Who::User, routes!(like::unlike_tweet))
        .add(Who::Any, routes!(likes::list_likes))
        .add(Who::User, routes!(retweet::retweet))
        .add(Who::User, routes!(retweet::undo_retweet))
        .add(Who::Any, routes!(retweets::list_retweets))
        .add(Who::User, routes!(save::save_tweet))
        .add(Who::User, routes!(save::unsave_tweet))
}
