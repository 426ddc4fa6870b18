//! What edits of tweets and of comments have in common.

use std::collections::HashMap;

use aviary_model::{NameKey, TweetText, UserId};
use aviary_web::ApiError;

/// How often an edit is tried again that met another one.
pub(crate) const MAX_ROUNDS: usize = 5;

/// Whom a text mentions that did not before: who was mentioned already may block the author by now.
pub(crate) fn newly_mentioned(owners: &HashMap<NameKey, UserId>, before: &TweetText) -> Vec<UserId> {
    let before = before.mentions();
    owners.iter().filter(|(name, _)| !before.contains(name)).map(|(_, owner)| *owner).collect()
}

/// Too many edits of one thing at once.
pub(crate) fn conflict() -> ApiError {
    ApiError::unavailable("it was edited again and again meanwhile")
}
