//! `POST /auth/register/` (document 001).

use aviary_auth::{PasswordText, SignupForm};
use aviary_model::{Alias, Email, UserId, Username};
use aviary_store::Registration;
use aviary_web::{ApiError, Fields, Payload};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AuthState;
use crate::registering::{Applicant, admit, commit};

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
pub struct RegisterAnswer {
    /// Always `registration successfull`.
    pub message: &'static str,
    /// The user.
    pub user: RegisteredUser,
}

/// The user of a [`RegisterAnswer`].
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

/// Makes an account and its profile. One step beside the password's hash.
#[utoipa::path(post, path = "/auth/register", tag = "accounts", request_body = RegisterBody, responses(
    (status = 201, description = "The new user", body = RegisterAnswer),
    (status = 400, description = "What is wrong with which field"),
))]
pub async fn register(
    State(state): State<AuthState>,
    Payload(form): Payload,
) -> Result<(StatusCode, Json<RegisterAnswer>), ApiError> {
    let mut fields = Fields::of(&form);
    let alias = fields.blankable("name", Alias::parse).unwrap_or_default();
    let username = fields.required("username", Username::parse);
    let email = fields.required("email", Email::parse);
    let password = fields.required("password", PasswordText::parse);
    let ((username, email), password) = fields.finish(username.zip(email).zip(password))?;
    let applicant = Applicant {
        username,
        email: Some(email.clone()),
        alias,
        password,
        form: SignupForm::OneField,
        password_field: "password",
    };
    let (user, profile) = admit(&state, applicant).await?;
    let answer = RegisterAnswer {
        message: "registration successfull",
        user: RegisteredUser {
            id: user.id,
            name: profile.alias.as_str().to_owned(),
            username: user.username.as_str().to_owned(),
            email: email.as_str().to_owned(),
        },
    };
    let registration = Registration::new(&state.accounts, &state.credentials, &state.profiles, user, profile);
    commit(&state, registration).await?;
    Ok((StatusCode::CREATED, Json(answer)))
}
