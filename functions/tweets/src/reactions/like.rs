//! `POST` and `DELETE /api/tweets/<id>/like/`.

use aviary_auth::Unconfirmed;
use aviary_representation::{one_less, one_more};
use aviary_store::Reaction;
use aviary_web::{ApiError, PathText, Payload, UnreadBody};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::reactions::reaction_write::{remove_reaction, write_reaction};
use crate::state::TweetsState;

/// The likes of a tweet or comment after the request.
#[derive(Debug, Serialize, ToSchema)]
pub struct LikeResponse {
    /// Does the caller like it?
    pub liked: bool,
    /// The number of likes.
    pub likes: u64,
}

/// Likes a tweet. Liking it again changes nothing. Three round trips.
#[utoipa::path(post, path = "/api/tweets/{id}/like", tag = "tweets",
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 200, description = "The caller likes the tweet", body = LikeResponse),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "The tweet's author blocks the caller"),
        (status = 404, description = "Unknown tweet"),
    ))]
pub async fn like_tweet(
    State(state): State<TweetsState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<Json<LikeResponse>, ApiError> {
    let (tweet, changed) = write_reaction(&state, unconfirmed.with_form(&form), &id, Reaction::Like).await?;
    Ok(Json(LikeResponse { liked: true, likes: one_more(tweet.likes, changed) }))
}

/// Removes the caller's like of a tweet. Without a like nothing changes. Three round trips.
#[utoipa::path(delete, path = "/api/tweets/{id}/like", tag = "tweets",
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 200, description = "The caller does not like the tweet; `likes` is 0 if the author blocks the caller",
            body = LikeResponse),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown tweet"),
    ))]
pub async fn unlike_tweet(
    State(state): State<TweetsState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    UnreadBody(form): UnreadBody,
) -> Result<Json<LikeResponse>, ApiError> {
    let (tweet, changed) = remove_reaction(&state, unconfirmed.with_form(&form), &id, Reaction::Like).await?;
    Ok(Json(LikeResponse { liked: false, likes: one_less(tweet.likes, changed) }))
}
