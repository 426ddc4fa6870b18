//! `POST /auth/register/` (document 001).

use aviary_auth::{PasswordText, SignupForm};
use aviary_model::{Alias, Email, UserId, Username};
use aviary_web::{ApiError, Client, Fields, IdempotencyKey, Payload};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::email_of;
use crate::flows::login::SessionsToOpen;
use crate::flows::signup::{Applicant, Signup};
use crate::state::AuthState;

/// Document 001's signup.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegisterBody {
    /// The name shown beside the username.
    #[schema(required = false, example = "Ada Lovelace")]
    pub name: String,
    /// The username.
    #[schema(example = "ada")]
    pub username: String,
    /// The address.
    #[schema(example = "ada@example.com")]
    pub email: String,
    /// The password.
    #[schema(example = "abcd321")]
    pub password: String,
}

/// Document 001's new user.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegisterResponse {
    /// Always `registration successfull`.
    pub message: &'static str,
    /// The user.
    pub user: RegisteredUser,
}

/// The user of a [`RegisterResponse`].
#[derive(Debug, Serialize, ToSchema)]
pub struct RegisteredUser {
    /// The user's id.
    #[schema(value_type = String)]
    pub id: UserId,
    /// The name shown beside the username.
    pub name: String,
    /// The username.
    pub username: String,
    /// The address.
    pub email: String,
}

/// Makes an account and its profile. Two steps beside the password's hash.
#[utoipa::path(post, path = "/auth/register", tag = "accounts", request_body = RegisterBody, responses(
    (status = 201, description = "The new user", body = RegisterResponse),
    (status = 400, description = "What is wrong with which field"),
    (status = 429, description = "Too many signups from this address"),
))]
pub async fn register(
    State(state): State<AuthState>,
    client: Client,
    key: IdempotencyKey,
    Payload(form): Payload,
) -> Result<(StatusCode, Json<RegisterResponse>), ApiError> {
    let mut fields = Fields::of(&form);
    let alias = fields.blankable("name", Alias::parse).unwrap_or_default();
    let username = fields.required("username", Username::parse);
    let email = fields.required("email", Email::parse);
    let password = fields.required("password", PasswordText::parse);
    let ((username, email), password) = fields.finish(username.zip(email).zip(password))?;
    let applicant =
        Applicant { username, email: Some(email), password, form: SignupForm::OneField, password_field: "password" };
    let signup = Signup {
        state: &state,
        client: &client,
        operation: "register",
        key,
        form: &form,
        to_open: SessionsToOpen::default(),
    };
    let registered = signup.register(applicant, |profile| profile.alias = alias).await?;
    let answer = RegisterResponse {
        message: "registration successfull",
        user: RegisteredUser {
            id: registered.user.id,
            name: registered.profile.alias.as_str().to_owned(),
            username: registered.user.username.as_str().to_owned(),
            email: email_of(&registered.user),
        },
    };
    Ok((StatusCode::CREATED, Json(answer)))
}
