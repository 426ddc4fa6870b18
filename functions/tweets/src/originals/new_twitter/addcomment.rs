//! `POST /tweet/addcomment`.

use aviary_auth::Unconfirmed;
use aviary_web::{ApiError, Client, Fields, Form, IdempotencyKey, Params, Renaming, body};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::comments::collection::{MadeComment, NewComment};
use crate::comments::comments_page::CommentsPage;
use crate::originals::new_twitter::getcomment::CommentedTweet;
use crate::originals::new_twitter::parameters::own_parameter;
use crate::originals::new_twitter::shapes::{Comment001, Tweet001};
use crate::state::TweetsState;

body! {
    /// A comment's text.
    pub struct CommentText001 {
        /// 1 to 280 characters.
        text: Renaming = required_handed_on("message"),
    }
}

impl CommentText001 {
    /// The form in the product's words, with a parameter that may stand in the query.
    pub(crate) fn in_our_words(form: &Form, parameter: Option<Renaming>) -> Form {
        form.renamed(&[Self::read(&mut Fields::of(form)).text, parameter])
    }
}

/// A tweet with its newest comments.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommentedTweet001 {
    /// The tweet.
    #[serde(flatten)]
    pub tweet: Tweet001,
    /// Its newest comments, up to 100.
    pub comments: Vec<Comment001>,
}

/// How many comments the answer has.
const MOST_COMMENTS: usize = 100;

/// Comments on a tweet, or answers a comment; as `POST /api/tweets/<id>/comments/`. Three round trips, four with an
/// idempotency key.
#[utoipa::path(post, path = "/tweet/addcomment", tag = "originals", request_body = CommentText001,
    params(("_id" = String, Query, description = "The tweet's id"),
        ("parentid" = Option<String>, Query, description = "The id of the comment to answer"),
        ("threadlevel" = Option<u8>, Query, description = "1 for an answer; `parentid` alone decides")),
    responses(
        (status = 200, description = "The tweet with its newest comments", body = CommentedTweet001),
        (status = 400, description = "Invalid fields, each with its errors"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "The author of the tweet or of the answered comment, or a mentioned user, blocks \
            the caller"),
        (status = 404, description = "Unknown tweet"),
    ))]
pub async fn add_comment(
    State(state): State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    key: IdempotencyKey,
    Params(form): Params,
) -> Result<Json<CommentedTweet001>, ApiError> {
    let id = own_parameter(&unconfirmed, &form, "_id").await?;
    let user = unconfirmed.user();
    let read = async {
        let ids = CommentedTweet::ids(&state, &id).await?;
        let keys = CommentedTweet::keys(Some(user), &ids);
        CommentedTweet::of(CommentsPage::read_beside_a_write(&state, keys, ids).await?, &state, &client)
    };
    let form = CommentText001::in_our_words(&form, Some(("parentid", "in_reply_to")));
    let new = NewComment { state: &state, client: &client, key: &key, form: &form, operation: "addcomment" };
    let created = new.create(unconfirmed, &id, read).await;
    let (made, read) =
        created.map_err(|error| error.renaming("message", "text").renaming("in_reply_to", "parentid"))?;
    Ok(Json(with_comments(read, &made)))
}

/// The tweet with its comments as they were when the new one was made: a repeated request reads them after it.
fn with_comments(read: CommentedTweet, made: &MadeComment) -> CommentedTweet001 {
    let CommentedTweet { mut tweet, comments, .. } = read;
    tweet.comments = made.of_tweet;
    let before = comments.iter().filter(|comment| comment.id < made.shown.id);
    let comments = [&made.shown].into_iter().chain(before).take(MOST_COMMENTS).map(Comment001::from).collect();
    CommentedTweet001 { tweet: (&tweet).into(), comments }
}
