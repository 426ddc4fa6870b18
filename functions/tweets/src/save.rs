//! `POST /api/tweets/<id>/save/`.

use std::future::ready;

use aviary_auth::Unconfirmed;
use aviary_store::Reaction;
use aviary_web::{ApiError, PathText, Payload};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::TweetsState;
use crate::reacting::put;

/// How it is now.
#[derive(Debug, Serialize, ToSchema)]
pub struct SaveAnswer {
    /// Did the caller save it?
    pub saved: bool,
}

/// Keeps a tweet for the caller. Doing it twice is doing it once. Two steps.
#[utoipa::path(post, path = "/api/tweets/{id}/save", tag = "tweets",
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 200, description = "How it is now", body = SaveAnswer),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 404, description = "No such tweet"),
    ))]
pub async fn save(
    State(state): State<TweetsState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<Json<SaveAnswer>, ApiError> {
    put(&state, unconfirmed.with_form(&form), &id, Reaction::Save, ready(Ok(()))).await?;
    Ok(Json(SaveAnswer { saved: true }))
}
