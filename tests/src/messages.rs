//! Refusals in the words of the contract, where several tests demand the same one.

/// The caller is not the owner.
pub const FORBIDDEN: &str = "You do not have permission to perform this action.";

/// The owner of the tweet or the person that is mentioned has blocked the caller.
pub const BLOCKED: &str = "You are blocked by this user.";
