//! Request and response bodies that several endpoints share.

use crate::flows::form_fields::any_text;
use aviary_model::{Timestamp, UserId};
use aviary_store::User;
use aviary_web::body;
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
    /// The access token, valid for 5 minutes; from document 000's endpoints for 12 hours.
    pub access: String,
}

/// The username and the password of a login.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoginBody {
    /// The username or the email address.
    #[schema(example = "ada")]
    pub username: String,
    /// The email address, where there is no `username`.
    #[schema(required = false)]
    pub email: String,
    /// The password.
    #[schema(example = "Zx9!quokka-7")]
    pub password: String,
}

body! {
    /// A refresh token whose family is to end.
    pub struct RefreshTokenBody {
        /// The refresh token.
        refresh_token: String = required(any_text),
    }
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
    /// The email address that waits for its confirmation; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pending_email: Option<String>,
}

impl Me {
    pub(crate) fn of(user: User, now: Timestamp) -> Self {
        let (email, pending_email) = (email_of(&user), pending_email_of(&user, now));
        Self { email, id: user.id, username: user.username.as_str().to_owned(), pending_email }
    }
}

/// The email address as responses show it: empty if the account has none.
pub(crate) fn email_of(user: &User) -> String {
    user.email.as_ref().map(|email| email.as_str().to_owned()).unwrap_or_default()
}

/// The email address that waits for its confirmation.
pub(crate) fn pending_email_of(user: &User, now: Timestamp) -> Option<String> {
    user.pending_at(now).map(|pending| pending.email.as_str().to_owned())
}
