//! `POST` and `DELETE /api/tweets/<id>/save/`.

use aviary_auth::Unconfirmed;
use aviary_store::Reaction;
use aviary_web::{ApiError, PathText, Payload, UnreadBody};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::reactions::reaction_write::{remove_reaction, write_reaction};
use crate::state::TweetsState;

/// Whether the tweet is saved after the request.
#[derive(Debug, Serialize, ToSchema)]
pub struct SaveResponse {
    /// Has the caller saved the tweet?
    pub saved: bool,
}

/// Saves a tweet for the caller, visible to nobody else. Saving it again changes nothing. Three round trips.
#[utoipa::path(post, path = "/api/tweets/{id}/save", tag = "tweets",
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 200, description = "The tweet is saved", body = SaveResponse),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown tweet, or its author blocks the caller"),
    ))]
pub async fn save_tweet(
    State(state): State<TweetsState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<Json<SaveResponse>, ApiError> {
    write_reaction(&state, unconfirmed.with_form(&form), &id, Reaction::Save).await?;
    Ok(Json(SaveResponse { saved: true }))
}

/// Removes a tweet from the caller's saved tweets. If it is not saved nothing changes. Three round trips.
#[utoipa::path(delete, path = "/api/tweets/{id}/save", tag = "tweets",
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 200, description = "The tweet is not saved", body = SaveResponse),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown tweet"),
    ))]
pub async fn unsave_tweet(
    State(state): State<TweetsState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    UnreadBody(form): UnreadBody,
) -> Result<Json<SaveResponse>, ApiError> {
    remove_reaction(&state, unconfirmed.with_form(&form), &id, Reaction::Save).await?;
    Ok(Json(SaveResponse { saved: false }))
}
