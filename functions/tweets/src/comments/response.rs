//! A comment as clients see it.

use aviary_model::{CommentId, TweetId};
use aviary_store::{Comment, Profile};
use serde::Serialize;
use utoipa::ToSchema;

use crate::response::{Author, Links, with_own};

/// A comment.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShownComment {
    /// The id.
    #[schema(value_type = String)]
    pub id: CommentId,
    /// The tweet that it is on.
    #[schema(value_type = String)]
    pub tweet: TweetId,
    /// Who wrote it.
    pub author: Author,
    /// What it says.
    pub message: String,
    /// How many like it.
    pub likes: u64,
    /// Does the caller like it?
    pub liked: bool,
    /// When it was written.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it was last edited.
    pub edited_at: Option<String>,
}

impl Links<'_> {
    pub(crate) fn comment(self, comment: &Comment, author: &Profile, liked: bool) -> ShownComment {
        ShownComment {
            id: comment.id,
            tweet: comment.tweet,
            author: self.author(author),
            message: comment.message.as_str().to_owned(),
            likes: with_own(comment.likes, liked),
            liked,
            created_at: comment.created_at.to_string(),
            edited_at: comment.edited_at.map(|at| at.to_string()),
        }
    }
}
