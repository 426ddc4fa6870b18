//! Answers that several endpoints share.

use serde::Serialize;
use utoipa::ToSchema;

/// A refusal.
#[derive(Debug, Serialize, ToSchema)]
pub struct Detail {
    /// What is wrong.
    pub detail: String,
}

/// A new pair of tokens, in simplejwt's order.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenPair {
    /// Gets new tokens for 24 hours.
    pub refresh: String,
    /// Calls the API for 5 minutes.
    pub access: String,
}

/// A name and a password.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoginBody {
    /// The username, or the address in its place.
    #[schema(example = "ada")]
    pub username: String,
    /// The password.
    #[schema(example = "Zx9!quokka-7")]
    pub password: String,
}
