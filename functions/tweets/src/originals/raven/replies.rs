//! `POST` and `GET /api/tweets/replies/replies_list/<tweet id>/`, `DELETE /api/tweets/replies/delete/<id>/`, `PUT
//! /api/tweets/replies/liked_replies_list/<id>/` and `GET /api/tweets/replies/get_reply_like_list/<id>/` (document
//! 000). Its replies are our comments.

use std::convert::Infallible;

use aviary_auth::Unconfirmed;
use aviary_model::CommentId;
use aviary_representation::Brief;
use aviary_store::PageKeys;
use aviary_web::{ApiError, Client, Fields, Form, IdempotencyKey, PathText, Payload, Renaming, UnreadBody, body};
use axum::Json;
use axum::extract::State;
use futures_util::future::try_join;
use http::StatusCode;

use crate::comments::comments_page::{CommentsPage, newest_comment_ids};
use crate::comments::like::{add_like, remove_like};
use crate::comments::{collection, item};
use crate::lists::list_page::PageBuilder;
use crate::originals::raven::shapes::{Message, RavenReply, in_their_words};
use crate::originals::raven::{NEWEST, newest};
use crate::state::TweetsState;

body! {
    /// A new reply of document 000. Comments have no pictures.
    pub struct RavenReplyBody {
        /// 1 to 280 characters.
        content: Renaming = required_handed_on("message"),
        /// Only false is supported.
        media: bool = boolean(),
        /// Only an empty one is supported.
        media_url: bool = blankable(is_visible),
    }
}

impl RavenReplyBody {
    /// The form in the product's words. A picture is refused, because it would be lost.
    fn in_our_words(form: &Form) -> Result<Form, ApiError> {
        let mut fields = Fields::of(form);
        let body = Self::read(&mut fields);
        if [body.media, body.media_url].contains(&Some(true)) {
            fields.error("media_url", "Replies with pictures are not supported.");
        }
        fields.finish(Some(form.renamed(&[body.content])))
    }
}

fn is_visible(text: &str) -> Result<bool, Vec<Infallible>> {
    Ok(!text.trim().is_empty())
}

/// Comments on a tweet. Three round trips, four with an idempotency key.
#[utoipa::path(post, path = "/api/tweets/replies/replies_list/{id}", tag = "originals", request_body = RavenReplyBody,
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 202, description = "The new reply", body = RavenReply),
        (status = 400, description = "An empty reply, invalid text, or a picture"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "The tweet's author, or a mentioned user, blocks the caller"),
        (status = 404, description = "Unknown tweet"),
    ))]
pub async fn post_reply(
    state: State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    key: IdempotencyKey,
    id: PathText,
    Payload(form): Payload,
) -> Result<(StatusCode, Json<RavenReply>), ApiError> {
    let form = match RavenReplyBody::in_our_words(&form) {
        Ok(form) => Payload(form),
        Err(refusal) => {
            unconfirmed.with_form(&form).confirm().await?;
            return Err(refusal);
        }
    };
    let created = collection::create_comment(state, client.clone(), unconfirmed, key, id, form).await;
    let (_, Json(shown)) = created.map_err(in_their_words)?;
    Ok((StatusCode::ACCEPTED, Json(RavenReply::of(shown, &client))))
}

/// The replies to a tweet. Two round trips.
#[utoipa::path(get, path = "/api/tweets/replies/replies_list/{id}", tag = "originals",
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 200, description = "The newest 100 replies", body = Vec<RavenReply>),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown tweet, or its author blocks the caller"),
    ))]
pub async fn list_replies(
    State(state): State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
) -> Result<Json<Vec<RavenReply>>, ApiError> {
    let (caller, ids) = unconfirmed.confirm_with(newest_comment_ids(&state, &id, NEWEST)).await?;
    let page = CommentsPage::read(&state, PageKeys::by(Some(caller.user)), ids).await?;
    let shown = page.shown(&state, &client);
    Ok(Json(shown.into_iter().map(|comment| RavenReply::of(comment, &client)).collect()))
}

/// Deletes a reply. Its author, the tweet's author and staff may. Three round trips.
#[utoipa::path(delete, path = "/api/tweets/replies/delete/{id}", tag = "originals",
    params(("id" = String, Path, description = "The reply's id")),
    responses(
        (status = 202, description = "The reply is deleted", body = Message),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "Another user's reply to another user's tweet"),
        (status = 404, description = "Unknown reply"),
    ))]
pub async fn delete_reply(
    state: State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    id: PathText,
    body: UnreadBody,
) -> Result<(StatusCode, Json<Message>), ApiError> {
    item::delete_comment(state, client, unconfirmed, id, body).await?;
    Ok((StatusCode::ACCEPTED, Json(Message { message: "The reply is deleted." })))
}

/// Likes a reply, or ends it. Three round trips.
#[utoipa::path(put, path = "/api/tweets/replies/liked_replies_list/{id}", tag = "originals",
    params(("id" = String, Path, description = "The reply's id")),
    responses(
        (status = 202, description = "The caller likes the reply, or no longer does", body = Message),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "The author of the reply or of the tweet blocks the caller"),
        (status = 404, description = "Unknown reply"),
    ))]
pub async fn toggle_reply_like(
    State(state): State<TweetsState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<(StatusCode, Json<Message>), ApiError> {
    let (id, me) = (id.parse::<CommentId>().ok(), unconfirmed.user());
    let keys = id.iter().fold(PageKeys::by(Some(me)), |keys, id| keys.comment(*id, me));
    let (caller, page_data) = unconfirmed.with_form(&form).confirm_with(state.page_reads.read(&keys)).await?;
    let comment = id.and_then(|id| page_data.comment(id)).ok_or_else(ApiError::not_found)?;
    let message = if page_data.likes_comment(comment.id) {
        remove_like(&state, caller.user, comment).await?;
        "The reply is no longer liked."
    } else {
        add_like(&state, caller.user, comment).await?;
        "The reply is liked."
    };
    Ok((StatusCode::ACCEPTED, Json(Message { message })))
}

/// The people who like a reply, the last first. Two round trips.
#[utoipa::path(get, path = "/api/tweets/replies/get_reply_like_list/{id}", tag = "originals",
    params(("id" = String, Path, description = "The reply's id")),
    responses(
        (status = 200, description = "The last 100 people", body = Vec<Brief>),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown reply, or the author of it or of the tweet blocks the caller"),
    ))]
pub async fn list_reply_likers(
    State(state): State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
) -> Result<Json<Vec<Brief>>, ApiError> {
    let id = id.parse::<CommentId>();
    let read = async {
        match id {
            Ok(id) => try_join(state.comments.by_id(id), state.reactions.of_comment(id, NEWEST)).await.map(Some),
            Err(_) => Ok(None),
        }
    };
    let (caller, read) = unconfirmed.confirm_with(read).await?;
    let (comment, page) = read.ok_or_else(ApiError::not_found)?;
    let comment = comment.ok_or_else(ApiError::not_found)?;
    let builder = PageBuilder { state: &state, client: &client, query: &newest(), viewer: Some(caller.user), list: "" };
    let brief = |profile: &_, is_followed| Brief::of(profile, is_followed, state.bucket.urls());
    let Json(page) = builder.people(&[comment.author, comment.tweet_author], page, brief).await?;
    Ok(Json(page.results))
}
