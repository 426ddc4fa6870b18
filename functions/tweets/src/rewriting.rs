//! What edits of tweets and of comments have in common.

use std::collections::HashMap;

use aviary_model::{NameKey, TweetText, UserId};
use aviary_web::ApiError;
use http::StatusCode;

/// How often an edit is tried again that met another one.
pub(crate) const MAX_ROUNDS: usize = 5;

/// Whom a text mentions that did not before: who was mentioned already may block the author by now, and a typo can
/// still be mended. Under a tweet of somebody who blocks its author nothing is rewritten.
pub(crate) fn newly_mentioned(owners: &HashMap<NameKey, UserId>, before: &TweetText) -> Vec<UserId> {
    let before = before.mentions();
    owners.iter().filter(|(name, _)| !before.contains(name)).map(|(_, owner)| *owner).collect()
}

/// Too many edits of one thing at once: the caller's own doing, and nothing is wrong with the service.
pub(crate) fn conflict() -> ApiError {
    ApiError::detail(StatusCode::CONFLICT, "It is being edited by other requests. Try again.")
}
