//! `GET /tweet/getcomment`, and the tweet with its comments that `POST /tweet/addcomment` shows too.

use aviary_auth::MaybeUnconfirmed;
use aviary_model::{CommentId, UserId};
use aviary_representation::{OwnReactions, ShownComment, ShownProfile, ShownTweet};
use aviary_store::{PageData, PageKeys, StoreError};
use aviary_web::{ApiError, Client, Params};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::comments::comments_page::{CommentIds, CommentsPage, newest_comment_ids};
use crate::originals::new_twitter::parameters::parameter;
use crate::originals::new_twitter::shapes::Comment001;
use crate::state::TweetsState;

/// How many comments a tweet shows, the newest of them.
const MAX_COMMENTS: i32 = 100;

/// A tweet with its newest comments.
pub(crate) struct CommentedTweet {
    pub(crate) tweet: ShownTweet,
    /// Newest first.
    pub(crate) comments: Vec<ShownComment>,
    page_data: PageData,
}

impl CommentedTweet {
    /// What leads to the tweet and its comments. One round trip.
    pub(crate) async fn ids(state: &TweetsState, tweet: &str) -> Result<CommentIds, StoreError> {
        newest_comment_ids(state, tweet, MAX_COMMENTS).await
    }

    /// What the page of these comments needs, for this viewer.
    pub(crate) fn keys(viewer: Option<UserId>, ids: &CommentIds) -> PageKeys {
        ids.0.iter().fold(PageKeys::by(viewer), |keys, tweet| keys.reactions(tweet.id))
    }

    /// The tweet with the comments of this page.
    ///
    /// # Errors
    /// 404 if the tweet's author is gone.
    pub(crate) fn of(page: CommentsPage, state: &TweetsState, client: &Client) -> Result<Self, ApiError> {
        let comments = page.shown(state, client);
        let CommentsPage { tweet, page_data, .. } = page;
        let author = page_data.profile(tweet.author).ok_or_else(ApiError::not_found)?;
        let own = OwnReactions::of(tweet.id, &page_data);
        Ok(Self { tweet: ShownTweet::of(&tweet, author, own, state.links(client)), comments, page_data })
    }
}

/// The comments of a tweet, in the groups that its clients draw.
#[derive(Debug, Serialize, ToSchema)]
pub struct Comments001 {
    /// The comments on the tweet itself, and those that answer each of them.
    #[serde(rename = "commentDoc")]
    pub comment_doc: Vec<CommentGroup001>,
    /// The authors of the comments, each once.
    #[serde(rename = "userDoc")]
    pub user_doc: Vec<Commentor001>,
}

/// Comments that answer the same thing.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommentGroup001 {
    /// The id of the comment that they answer; null for comments on the tweet itself.
    #[serde(rename = "_id")]
    #[schema(value_type = Option<String>)]
    pub id: Option<CommentId>,
    /// The comments, newest first.
    pub comments: Vec<Comment001>,
    /// The number of all comments of the tweet.
    pub tweetcommentscount: u64,
}

/// The author of a comment.
#[derive(Debug, Serialize, ToSchema)]
pub struct Commentor001 {
    /// The user's id.
    #[serde(rename = "_id")]
    #[schema(value_type = String)]
    pub id: UserId,
    /// The display name; empty if the user has none.
    pub name: String,
    /// The username.
    pub username: String,
    /// The profile.
    pub profile: ShownProfile,
}

/// The newest 100 comments of a tweet, in groups. Needs no credential. Two round trips.
#[utoipa::path(get, path = "/tweet/getcomment", tag = "originals",
    params(("_id" = String, Query, description = "The tweet's id")),
    responses(
        (status = 200, description = "The comments and their authors", body = Comments001),
        (status = 400, description = "No `_id`"),
        (status = 404, description = "Unknown tweet, or its author blocks the caller"),
    ))]
pub async fn get_comments(
    State(state): State<TweetsState>,
    client: Client,
    caller: MaybeUnconfirmed,
    Params(form): Params,
) -> Result<Json<Comments001>, ApiError> {
    let id = parameter(&form, "_id")?;
    let (viewer, ids) = caller.confirm_with(CommentedTweet::ids(&state, &id)).await?;
    let keys = CommentedTweet::keys(viewer, &ids);
    let found = CommentedTweet::of(CommentsPage::read(&state, keys, ids).await?, &state, &client)?;
    Ok(Json(Comments001 { comment_doc: groups(&found), user_doc: commentors(&state, &client, &found) }))
}

fn groups(found: &CommentedTweet) -> Vec<CommentGroup001> {
    let mut groups: Vec<CommentGroup001> = Vec::new();
    for comment in &found.comments {
        let id = comment.in_reply_to;
        match groups.iter_mut().find(|group| group.id == id) {
            Some(group) => group.comments.push(comment.into()),
            None => {
                let tweetcommentscount = found.tweet.comments;
                groups.push(CommentGroup001 { id, comments: vec![comment.into()], tweetcommentscount });
            }
        }
    }
    groups
}

fn commentors(state: &TweetsState, client: &Client, found: &CommentedTweet) -> Vec<Commentor001> {
    let mut people: Vec<Commentor001> = Vec::new();
    for author in found.comments.iter().map(|comment| &comment.author) {
        let known = people.iter().any(|person| person.id == author.id);
        let Some(profile) = found.page_data.profile(author.id).filter(|_| !known) else { continue };
        people.push(Commentor001 {
            id: author.id,
            name: author.alias.clone(),
            username: author.username.clone(),
            profile: ShownProfile::of(profile, state.bucket.urls(), client),
        });
    }
    people
}
