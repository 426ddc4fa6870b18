//! `GET`, `PUT` and `DELETE /tweet`. `POST /tweet` is the document's own, in `tweets/tweet.rs`.

use aviary_auth::{MaybeUnconfirmed, Unconfirmed};
use aviary_model::UserId;
use aviary_web::{ApiError, Client, PageQuery, Params, PathText, Payload, UnreadBody};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::edit_rules::EditMessageBody;
use crate::lists::list_page::PageBuilder;
use crate::originals::new_twitter::numbered_page::NumberedPage;
use crate::originals::new_twitter::parameters::{own_parameter, parameter};
use crate::originals::new_twitter::shapes::{Tweet001, tweets};
use crate::state::TweetsState;
use crate::tweets::item;

/// The tweets of a user.
#[derive(Debug, Serialize, ToSchema)]
pub struct TweetsOfUser001 {
    /// The tweets of the page, newest first.
    pub message: Vec<Tweet001>,
}

/// A tweet after its edit.
#[derive(Debug, Serialize, ToSchema)]
pub struct EditedTweet001 {
    /// Always 200.
    pub status: u16,
    /// The tweet.
    pub message: Tweet001,
}

/// A user's tweets by pages, newest first, up to the 500th. Needs no credential. Two round trips.
#[utoipa::path(get, path = "/tweet", tag = "originals",
    params(("userid" = String, Query, description = "The author's id"),
        ("page" = Option<u32>, Query, description = "The page, from 1"),
        ("limit" = Option<u32>, Query, description = "Tweets on a page: 10 by default, at most 100")),
    responses(
        (status = 200, description = "The tweets", body = TweetsOfUser001),
        (status = 400, description = "No `userid`"),
        (status = 404, description = "Unknown user, or one who blocks the caller"),
    ))]
pub async fn tweets_of_user(
    State(state): State<TweetsState>,
    client: Client,
    caller: MaybeUnconfirmed,
    Params(form): Params,
) -> Result<Json<TweetsOfUser001>, ApiError> {
    let author: UserId = parameter(&form, "userid")?.parse().map_err(|_| ApiError::not_found())?;
    let Some(page) = NumberedPage::of(&form) else { return Ok(Json(TweetsOfUser001 { message: Vec::new() })) };
    let (viewer, read) = caller.confirm_with(state.tweets.by_author(author, None, page.end())).await?;
    let query = PageQuery::first(page.end());
    let builder = PageBuilder { state: &state, client: &client, query: &query, viewer, list: "" };
    let Json(shown) = builder.tweets_of(author, page.cut(read).map(|id| (id, author))).await?;
    Ok(Json(TweetsOfUser001 { message: tweets(&shown.results) }))
}

/// Changes the text of a tweet; as `PUT /api/tweets/<id>/`. Three round trips.
#[utoipa::path(put, path = "/tweet", tag = "originals", request_body = EditMessageBody,
    params(("tweet_id" = String, Query, description = "The tweet's id")),
    responses(
        (status = 200, description = "The edited tweet", body = EditedTweet001),
        (status = 400, description = "No `tweet_id`, or an invalid message"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "Another user's tweet, or a newly mentioned user blocks the caller"),
        (status = 404, description = "Unknown tweet"),
    ))]
pub async fn put_tweet(
    state: State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    Params(form): Params,
) -> Result<Json<EditedTweet001>, ApiError> {
    let id = own_parameter(&unconfirmed, &form, "tweet_id").await?;
    let Json(shown) = item::edit_tweet(state, client, unconfirmed, PathText(id), Payload(form)).await?;
    Ok(Json(EditedTweet001 { status: 200, message: (&shown).into() }))
}

/// Deletes a tweet; as `DELETE /api/tweets/<id>/`. Three round trips.
#[utoipa::path(delete, path = "/tweet", tag = "originals",
    params(("tweet_id" = String, Query, description = "The tweet's id")),
    responses(
        (status = 204, description = "The tweet is deleted"),
        (status = 400, description = "No `tweet_id`"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "Another user's tweet"),
        (status = 404, description = "Unknown tweet"),
    ))]
pub async fn remove_tweet(
    state: State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    Params(form): Params,
) -> Result<StatusCode, ApiError> {
    let id = own_parameter(&unconfirmed, &form, "tweet_id").await?;
    item::delete_tweet(state, client, unconfirmed, PathText(id), UnreadBody(form)).await
}
