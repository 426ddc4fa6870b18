//! `DELETE /tweet/deletecomment`.

use aviary_auth::Unconfirmed;
use aviary_web::{ApiError, Client, Params, PathText, UnreadBody};
use axum::Json;
use axum::extract::State;

use crate::comments::item;
use crate::originals::new_twitter::parameters::own_parameter;
use crate::originals::new_twitter::shapes::Done001;
use crate::state::TweetsState;

/// Deletes a comment; as `DELETE /api/tweets/comments/<id>/`. Three round trips.
#[utoipa::path(delete, path = "/tweet/deletecomment", tag = "originals",
    params(("_id" = Option<String>, Query, description = "The tweet's id; the comment's alone decides"),
        ("commentid" = String, Query, description = "The comment's id")),
    responses(
        (status = 200, description = "The comment is deleted", body = Done001),
        (status = 400, description = "No `commentid`"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "Another user's comment on another user's tweet"),
        (status = 404, description = "Unknown comment"),
    ))]
pub async fn remove_comment(
    state: State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    Params(form): Params,
) -> Result<Json<Done001>, ApiError> {
    let id = own_parameter(&unconfirmed, &form, "commentid").await?;
    item::delete_comment(state, client, unconfirmed, PathText(id), UnreadBody(form)).await?;
    Ok(Json(Done001 { message: "Comment deleted" }))
}
