//! `PUT` and `GET /tweet/tweet-like`.

use std::convert::Infallible;

use aviary_auth::{MaybeUnconfirmed, Unconfirmed};
use aviary_model::TweetId;
use aviary_representation::Person;
use aviary_store::Reaction;
use aviary_web::{ApiError, Client, Fields, Form, PageQuery, Params, PathText, Payload, UnreadBody, body};
use axum::Json;
use axum::extract::State;
use futures_util::future::try_join;
use serde::Serialize;
use utoipa::ToSchema;

use crate::lists::list_page::PageBuilder;
use crate::originals::new_twitter::numbered_page::NumberedPage;
use crate::originals::new_twitter::parameters::{parameter, refused};
use crate::originals::new_twitter::shapes::Person001;
use crate::reactions::like;
use crate::state::TweetsState;

body! {
    /// A like or its end.
    pub struct TweetLikeBody {
        /// The tweet's id.
        id as "_id": String = required(trimmed),
        /// 1 to like the tweet, -1 to end the like.
        flag: bool = required_by(i8, |fields, name| fields.required(name, is_like)),
    }
}

fn trimmed(text: &str) -> Result<String, Vec<Infallible>> {
    Ok(text.trim().to_owned())
}

fn is_like(text: &str) -> Result<bool, Vec<String>> {
    match text.trim() {
        "1" => Ok(true),
        "-1" => Ok(false),
        other => Err(vec![format!("\"{}\" is not a valid choice.", other.chars().take(20).collect::<String>())]),
    }
}

/// The like after the request.
#[derive(Debug, Serialize, ToSchema)]
pub struct TweetLike001 {
    /// What was done.
    pub message: &'static str,
    /// 1 if the caller likes the tweet, else -1.
    pub flag: i8,
    /// The tweet.
    pub tweet_doc: LikedTweet001,
}

/// A tweet's likes.
#[derive(Debug, Serialize, ToSchema)]
pub struct LikedTweet001 {
    /// The tweet's id.
    #[serde(rename = "_id")]
    pub id: String,
    /// The number of likes.
    pub likescount: u64,
}

/// Likes a tweet or ends the like; as `POST` and `DELETE /api/tweets/<id>/like/`. Three round trips.
#[utoipa::path(put, path = "/tweet/tweet-like", tag = "originals", request_body = TweetLikeBody,
    responses(
        (status = 200, description = "The like after the request", body = TweetLike001),
        (status = 400, description = "Invalid fields, each with its errors"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "The tweet's author blocks the caller"),
        (status = 404, description = "Unknown tweet"),
    ))]
pub async fn put_tweet_like(
    state: State<TweetsState>,
    unconfirmed: Unconfirmed,
    Params(form): Params,
) -> Result<Json<TweetLike001>, ApiError> {
    let (id, likes) = match read(&form) {
        Ok(read) => read,
        Err(error) => return Err(refused(&unconfirmed, &form, error).await),
    };
    let path = PathText(id.clone());
    let (message, flag, Json(after)) = if likes {
        ("Tweet liked", 1, like::like_tweet(state, unconfirmed, path, Payload(form)).await?)
    } else {
        ("Tweet unliked", -1, like::unlike_tweet(state, unconfirmed, path, UnreadBody(form)).await?)
    };
    Ok(Json(TweetLike001 { message, flag, tweet_doc: LikedTweet001 { id, likescount: after.likes } }))
}

/// The tweet, and whether it is to be liked.
fn read(form: &Form) -> Result<(String, bool), ApiError> {
    let mut fields = Fields::of(form);
    let TweetLikeBody { id, flag } = TweetLikeBody::read(&mut fields);
    fields.finish(id.zip(flag))
}

/// The people who like a tweet by pages, most recent first, up to the 500th. Two round trips.
#[utoipa::path(get, path = "/tweet/tweet-like", tag = "originals",
    params(("_id" = String, Query, description = "The tweet's id"),
        ("page" = Option<u32>, Query, description = "The page, from 1"),
        ("limit" = Option<u32>, Query, description = "People on a page: 10 by default, at most 100")),
    responses(
        (status = 200, description = "The people", body = [Person001]),
        (status = 400, description = "No `_id`"),
        (status = 404, description = "Nobody on this page, unknown tweet, or its author blocks the caller"),
    ))]
pub async fn tweet_likes(
    State(state): State<TweetsState>,
    client: Client,
    caller: MaybeUnconfirmed,
    Params(form): Params,
) -> Result<Json<Vec<Person001>>, ApiError> {
    let id: TweetId = parameter(&form, "_id")?.parse().map_err(|_| ApiError::not_found())?;
    let page = NumberedPage::of(&form).ok_or_else(ApiError::not_found)?;
    let read = try_join(state.tweets.by_id(id), state.reactions.of_tweet(Reaction::Like, id, None, page.end()));
    let (viewer, (tweet, read)) = caller.confirm_with(read).await?;
    let author = tweet.ok_or_else(ApiError::not_found)?.author;
    let query = PageQuery::first(page.end());
    let builder = PageBuilder { state: &state, client: &client, query: &query, viewer, list: "" };
    let person = |profile: &_, _| Person::of(profile, state.bucket.urls());
    let Json(shown) = builder.people(&[author], page.cut(read), person).await?;
    let people: Vec<Person001> = shown.results.into_iter().map(|person| Person001::of(person, &client)).collect();
    if people.is_empty() { Err(ApiError::not_found()) } else { Ok(Json(people)) }
}
