//! Looks up the tweet, comment or user that a path names.

use aviary_model::{CommentId, NameKey, TweetId, UserId};
use aviary_store::{Comment, StoreError, Tweet};

use crate::state::TweetsParts;

impl TweetsParts {
    /// The tweet with this id. One round trip; none for a text that is not an id.
    pub(crate) async fn tweet(&self, id: &str) -> Result<Option<Tweet>, StoreError> {
        match id.parse::<TweetId>() {
            Ok(id) => self.tweets.by_id(id).await,
            Err(_) => Ok(None),
        }
    }

    /// The comment with this id. One round trip; none for a text that is not an id.
    pub(crate) async fn comment(&self, id: &str) -> Result<Option<Comment>, StoreError> {
        match id.parse::<CommentId>() {
            Ok(id) => self.comments.by_id(id).await,
            Err(_) => Ok(None),
        }
    }

    /// The id of the user with this username. One round trip.
    pub(crate) async fn owner_of(&self, username: &str) -> Result<Option<UserId>, StoreError> {
        self.profiles.owner_of(&NameKey::of(username)).await
    }
}
