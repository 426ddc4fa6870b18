//! `POST /api/tweets/<id>/like/`.

use std::future::ready;

use aviary_auth::Unconfirmed;
use aviary_store::Reaction;
use aviary_web::{ApiError, PathText, Payload};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::TweetsState;
use crate::reacting::{one_more, put};

/// How it is now.
#[derive(Debug, Serialize, ToSchema)]
pub struct LikeAnswer {
    /// Does the caller like it?
    pub liked: bool,
    /// How many do.
    pub likes: u64,
}

/// Likes a tweet. Doing it twice is doing it once. Two steps.
#[utoipa::path(post, path = "/api/tweets/{id}/like", tag = "tweets",
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 200, description = "How it is now", body = LikeAnswer),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 403, description = "Its author blocks the caller"),
        (status = 404, description = "No such tweet"),
    ))]
pub async fn like(
    State(state): State<TweetsState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<Json<LikeAnswer>, ApiError> {
    let (tweet, changed) = put(&state, unconfirmed.with_form(&form), &id, Reaction::Like, ready(Ok(()))).await?;
    Ok(Json(LikeAnswer { liked: true, likes: one_more(tweet.likes, changed) }))
}
