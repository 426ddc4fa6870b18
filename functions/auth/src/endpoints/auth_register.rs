//! `POST /auth/register/` (document 001).

use aviary_auth::{PasswordText, SignupForm};
use aviary_model::{Alias, Email, UserId, Username};
use aviary_web::{ApiError, Client, Fields, IdempotencyKey, Payload, body};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::email_of;
use crate::flows::login::SessionsToOpen;
use crate::flows::signup::{Applicant, Signup};
use crate::state::AuthState;

body! {
    /// A signup in document 001's form.
    pub struct RegisterBody {
        /// The display name.
        #[schema(example = "Ada Lovelace")]
        name: Alias = blankable(Alias::parse),
        /// The username.
        #[schema(example = "ada")]
        username: Username = required(Username::at_signup),
        /// The email address.
        #[schema(example = "ada@example.com")]
        email: Option<Email> = email(),
        /// The password.
        #[schema(example = "abcd321")]
        password: PasswordText = required(PasswordText::parse),
    }
}

/// The new user, in document 001's form.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegisterResponse {
    /// Always `registration successfull`, as the document spells it.
    pub message: &'static str,
    /// The new user.
    pub user: RegisteredUser,
}

/// The new user.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegisteredUser {
    /// The user's id.
    #[schema(value_type = String)]
    pub id: UserId,
    /// The display name.
    pub name: String,
    /// The username.
    pub username: String,
    /// The email address; empty if the account has none.
    pub email: String,
}

/// Makes an account with a profile.
#[utoipa::path(post, path = "/auth/register", tag = "accounts", request_body = RegisterBody, responses(
    (status = 201, description = "The new user", body = RegisterResponse),
    (status = 400, description = "Errors by field"),
    (status = 429, description = "Too many signups from this address"),
))]
pub async fn register(
    State(state): State<AuthState>,
    client: Client,
    key: IdempotencyKey,
    Payload(form): Payload,
) -> Result<(StatusCode, Json<RegisterResponse>), ApiError> {
    let mut fields = Fields::of(&form);
    let body = RegisterBody::read(&mut fields);
    let (username, password) = fields.finish(body.username.zip(body.password))?;
    let (email, alias) = (body.email.flatten(), body.name.unwrap_or_default());
    let applicant = Applicant { username, email, password, form: SignupForm::OneField, password_field: "password" };
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
