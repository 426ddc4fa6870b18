//! Request and response bodies that several endpoints share.

use crate::flows::form_fields::{any_text, is_by_email, login_name};
use aviary_auth::PasswordText;
use aviary_model::{NameKey, Timestamp, UserId};
use aviary_store::User;
use aviary_web::{ApiError, Fields, Form, body};
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

body! {
    /// The name and the password of a login.
    pub struct LoginBody(by_email: bool) {
        /// The username or the email address.
        #[schema(example = "ada")]
        username: NameKey = required(login_name) if !by_email,
        /// The email address, where there is no `username`.
        email: NameKey = required(login_name) if by_email,
        /// The password.
        #[schema(example = "Zx9!quokka-7")]
        password: PasswordText = required(PasswordText::attempt),
    }
}

impl LoginBody {
    /// Reads a login: its name and its password.
    ///
    /// # Errors
    /// 400 with the errors of the fields.
    pub(crate) fn name_and_password(form: &Form) -> Result<(NameKey, PasswordText), ApiError> {
        let mut fields = Fields::of(form);
        let body = Self::read(&mut fields, is_by_email(form));
        fields.finish(body.username.or(body.email).zip(body.password))
    }
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
