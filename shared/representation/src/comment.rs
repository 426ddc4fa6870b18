//! Comments on tweets.

use aviary_model::{CommentId, TweetId};
use aviary_store::{Comment, PageData, Profile};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::counts::with_own;
use crate::links::Links;
use crate::person::Author;

/// A comment on a tweet, or an answer to such a comment.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ShownComment {
    /// The comment's id.
    #[schema(value_type = String)]
    pub id: CommentId,
    /// The id of the tweet.
    #[schema(value_type = String)]
    pub tweet: TweetId,
    /// The id of the comment that this one answers.
    #[schema(value_type = Option<String>)]
    pub in_reply_to: Option<CommentId>,
    /// The comment's author.
    pub author: Author,
    /// The text.
    pub message: String,
    /// The number of likes.
    pub likes: u64,
    /// Does the caller like the comment?
    pub liked: bool,
    /// The number of comments that answer this one.
    pub comments: u64,
    /// The time of writing.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// The time of the last edit; null if the comment was never edited.
    pub edited_at: Option<String>,
}

impl ShownComment {
    /// Shows a comment of the author with this profile; `liked` by the caller.
    #[must_use]
    pub fn of(comment: &Comment, author: &Profile, liked: bool, links: Links<'_>) -> Self {
        Self {
            id: comment.id,
            tweet: comment.tweet,
            in_reply_to: comment.in_reply_to.map(|parent| parent.comment),
            author: Author::of(author, links),
            message: comment.message.as_str().to_owned(),
            likes: with_own(comment.likes, liked),
            liked,
            comments: comment.comments,
            created_at: comment.created_at.to_string(),
            edited_at: comment.edited_at.map(|at| at.to_string()),
        }
    }

    /// Shows a comment that was read for a page; `None` if the comment or its author is deleted.
    #[must_use]
    pub fn from_page(id: CommentId, page_data: &PageData, links: Links<'_>) -> Option<Self> {
        let comment = page_data.comment(id)?;
        let author = page_data.profile(comment.author)?;
        Some(Self::of(comment, author, page_data.likes_comment(id), links))
    }
}
