//! What a path names.

use aviary_model::{CommentId, NameKey, TweetId, UserId};
use aviary_store::{Comment, StoreError, Tweet};

use crate::TweetsState;

impl TweetsState {
    /// The tweet of a path; a text that is no id names none, and no step is made for it.
    pub(crate) async fn tweet(&self, id: &str) -> Result<Option<Tweet>, StoreError> {
        match id.parse::<TweetId>() {
            Ok(id) => self.tweets.by_id(id).await,
            Err(_) => Ok(None),
        }
    }

    /// The comment of a path.
    pub(crate) async fn comment(&self, id: &str) -> Result<Option<Comment>, StoreError> {
        match id.parse::<CommentId>() {
            Ok(id) => self.comments.by_id(id).await,
            Err(_) => Ok(None),
        }
    }

    /// Whose username a path has.
    pub(crate) async fn owner_of(&self, username: &str) -> Result<Option<UserId>, StoreError> {
        self.profiles.owner_of(&NameKey::of(username)).await
    }
}
