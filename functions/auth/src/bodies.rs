//! Answers that several endpoints share.

use aviary_model::UserId;
use aviary_store::User;
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

/// A refresh token to be ended.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefreshTokenBody {
    /// The refresh token; its whole family ends.
    pub refresh_token: String,
}

/// djoser's user, in its order.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// The address; empty if none was given.
    pub email: String,
    /// The user's id.
    #[schema(value_type = String)]
    pub id: UserId,
    /// The username.
    pub username: String,
}

impl From<User> for Me {
    fn from(user: User) -> Self {
        Self { email: email_of(&user), id: user.id, username: user.username.as_str().to_owned() }
    }
}

/// The address as answers show it; empty if none was given.
pub(crate) fn email_of(user: &User) -> String {
    user.email.as_ref().map(|email| email.as_str().to_owned()).unwrap_or_default()
}
