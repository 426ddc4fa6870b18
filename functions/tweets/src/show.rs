//! `GET /api/tweets/<id>/` (document 000).

use aviary_auth::MaybeUnconfirmed;
use aviary_store::PageKeys;
use aviary_web::{ApiError, Client, PathText};
use axum::Json;
use axum::extract::State;

use crate::TweetsState;
use crate::answer::{Links, Marks, ShownTweet};
use crate::screens::may_be_seen;

/// A tweet with its author. Two steps; no credential is needed.
#[utoipa::path(get, path = "/api/tweets/{id}", tag = "tweets",
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 200, description = "The tweet", body = ShownTweet),
        (status = 404, description = "No such tweet, or its author blocks the caller"),
    ))]
pub async fn show(
    State(state): State<TweetsState>,
    client: Client,
    caller: MaybeUnconfirmed,
    PathText(id): PathText,
) -> Result<Json<ShownTweet>, ApiError> {
    let (viewer, tweet) = caller.confirm_with(state.tweet(&id)).await?;
    let tweet = tweet.ok_or_else(ApiError::not_found)?;
    let wanted = PageKeys::by(viewer).reactions(tweet.id).person(tweet.author);
    let seen = state.page_reads.read(&wanted).await?;
    may_be_seen(&seen, tweet.author)?;
    // What a deleted account wrote is hidden with its profile.
    let author = seen.profile(tweet.author).ok_or_else(ApiError::not_found)?;
    let links = Links { bucket: &state.bucket, client: &client };
    Ok(Json(links.tweet(&tweet, author, Marks::of(tweet.id, &seen))))
}
