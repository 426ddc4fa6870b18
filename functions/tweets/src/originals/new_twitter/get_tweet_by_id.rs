//! `GET /tweet/get-tweet-by-id`.

use aviary_auth::MaybeUnconfirmed;
use aviary_web::{ApiError, Client, Params, PathText};
use axum::Json;
use axum::extract::State;

use crate::originals::new_twitter::parameters::parameter;
use crate::originals::new_twitter::shapes::Tweet001;
use crate::state::TweetsState;
use crate::tweets::item;

/// A tweet; as `GET /api/tweets/<id>/`. Needs no credential. Two round trips.
#[utoipa::path(get, path = "/tweet/get-tweet-by-id", tag = "originals",
    params(("_id" = String, Query, description = "The tweet's id")),
    responses(
        (status = 200, description = "The tweet", body = Tweet001),
        (status = 400, description = "No `_id`"),
        (status = 404, description = "Unknown tweet, or its author blocks the caller"),
    ))]
pub async fn tweet_by_id(
    state: State<TweetsState>,
    client: Client,
    caller: MaybeUnconfirmed,
    Params(form): Params,
) -> Result<Json<Tweet001>, ApiError> {
    let id = parameter(&form, "_id")?;
    let Json(shown) = item::show_tweet(state, client, caller, PathText(id)).await?;
    Ok(Json((&shown).into()))
}
