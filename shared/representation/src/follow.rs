//! The answers to a follow, which two functions share.

use aviary_store::{RelationChange, Relations};
use aviary_web::ApiError;
use http::StatusCode;

/// The answer to somebody who would follow themselves.
pub const FOLLOWS_ONESELF: &str = "You cannot follow yourself.";

/// Whether a follow is new.
///
/// # Errors
/// 403 for a follow of somebody who blocks the caller, 400 where the caller blocks them or follows too many.
pub fn followed(change: RelationChange, relations: &Relations) -> Result<bool, ApiError> {
    let refused = |text: String| Err(ApiError::detail(StatusCode::BAD_REQUEST, text));
    match change {
        RelationChange::Changed => Ok(true),
        RelationChange::Unchanged => Ok(false),
        RelationChange::BlockedBy => Err(ApiError::blocked()),
        RelationChange::Blocks => refused("You block this user. Unblock them before you follow them.".to_owned()),
        RelationChange::TooMany => refused(format!("You cannot follow more than {} users.", relations.max_follows())),
    }
}
