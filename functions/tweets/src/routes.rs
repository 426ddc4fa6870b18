//! The table of routes.

use aviary_web::{CreationLimit, Routes, Who};
use utoipa_axum::routes;

use crate::{
    TweetsState, by_author, by_author_likes, by_author_media, comment, comment_delete, comment_edit, comment_like,
    comment_unlike, comments, create, delete, edit, home, like, likes, post, replies, retweet, retweets, save, saved,
    show, tagged, unlike, unretweet, unsave,
};

/// Every route of the function.
#[must_use]
pub fn routes() -> Routes<TweetsState> {
    reactions(comments(tweets(Routes::default())))
}

fn tweets(routes: Routes<TweetsState>) -> Routes<TweetsState> {
    routes
        .add_creating(Who::User, CreationLimit::WritesAccount, routes!(post::post))
        .add(Who::User, routes!(home::home))
        .add_creating(Who::User, CreationLimit::WritesAccount, routes!(create::create))
        .add(Who::Any, routes!(show::show))
        .add(Who::Own, routes!(edit::edit))
        .add(Who::Own, routes!(delete::delete))
        .add(Who::Any, routes!(replies::replies))
        .add(Who::Any, routes!(by_author::by_author))
        .add(Who::Any, routes!(by_author_media::by_author_media))
        .add(Who::Any, routes!(by_author_likes::by_author_likes))
        .add(Who::Any, routes!(tagged::tagged))
        .add(Who::User, routes!(saved::saved))
}

fn comments(routes: Routes<TweetsState>) -> Routes<TweetsState> {
    routes
        .add(Who::Any, routes!(comments::comments))
        .add_creating(Who::User, CreationLimit::WritesAccount, routes!(comment::comment))
        .add(Who::Own, routes!(comment_edit::comment_edit))
        .add(Who::Own, routes!(comment_delete::comment_delete))
        .add(Who::User, routes!(comment_like::comment_like))
        .add(Who::User, routes!(comment_unlike::comment_unlike))
}

fn reactions(routes: Routes<TweetsState>) -> Routes<TweetsState> {
    routes
        .add(Who::User, routes!(like::like))
        .add(Who::User, routes!(unlike::unlike))
        .add(Who::Any, routes!(likes::likes))
        .add(Who::User, routes!(retweet::retweet))
        .add(Who::User, routes!(unretweet::unretweet))
        .add(Who::Any, routes!(retweets::retweets))
        .add(Who::User, routes!(save::save))
        .add(Who::User, routes!(unsave::unsave))
}
