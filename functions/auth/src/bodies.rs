//! Request and response bodies that several endpoints share.

use aviary_model::UserId;
use aviary_store::User;
use serde::Serialize;
use utoipa::ToSchema;

/// The body of an error.
#[derive(Debug, Serialize, ToSchema)]
pub struct Detail {
    /// The reason.
    pub detail: String,
}

/// A new pair of tokens, in simplejwt's order of fields.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenPair {
    /// The refresh token, valid for 24 hours.
    pub refresh: String,
    /// The access token, valid for 5 minutes.
    pub access: String,
}

/// The username and the password of a login.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoginBody {
    /// The username or the email address.
    #[schema(example = "ada")]
    pub username: String,
    /// The password.
    #[schema(example = "Zx9!quokka-7")]
    pub password: String,
}

/// A refresh token whose family is to end.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefreshTokenBody {
    /// The refresh token.
    pub refresh_token: String,
}

/// The caller's account, in djoser's order of fields.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// The email address; empty if the account has none.
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

/// The email address as responses show it: empty if the account has none.
pub(crate) fn email_of(user: &User) -> String {
    user.email.as_ref().map(|email| email.as_str().to_owned()).unwrap_or_default()
}
