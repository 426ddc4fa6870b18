//! `PUT /tweet/editcomment`.

use aviary_auth::Unconfirmed;
use aviary_web::{ApiError, Client, Params, PathText, Payload};
use axum::Json;
use axum::extract::State;

use crate::comments::item;
use crate::originals::new_twitter::addcomment::CommentText001;
use crate::originals::new_twitter::parameters::own_parameter;
use crate::originals::new_twitter::shapes::Done001;
use crate::state::TweetsState;

/// Changes the text of a comment; as `PUT /api/tweets/comments/<id>/`. Three round trips.
#[utoipa::path(put, path = "/tweet/editcomment", tag = "originals", request_body = CommentText001,
    params(("_id" = Option<String>, Query, description = "The tweet's id; the comment's alone decides"),
        ("commentid" = String, Query, description = "The comment's id")),
    responses(
        (status = 200, description = "The comment is changed", body = Done001),
        (status = 400, description = "No `commentid`, or an invalid text"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "Another user's comment, or somebody whom the text reaches blocks the caller"),
        (status = 404, description = "Unknown comment"),
    ))]
pub async fn edit_comment(
    state: State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    Params(form): Params,
) -> Result<Json<Done001>, ApiError> {
    let id = own_parameter(&unconfirmed, &form, "commentid").await?;
    let form = CommentText001::in_our_words(&form, None);
    let edited = item::edit_comment(state, client, unconfirmed, PathText(id), Payload(form)).await;
    edited.map_err(|error| error.renaming("message", "text")).map(drop)?;
    Ok(Json(Done001 { message: "Comment edited" }))
}
