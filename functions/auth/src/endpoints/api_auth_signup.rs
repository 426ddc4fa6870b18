//! `POST /api/auth/signup/` (documents 002 and 003): a new account, and a first login.

use aviary_auth::{PasswordText, SignupForm};
use aviary_model::Username;
use aviary_web::{ApiError, Client, Fields, Form, IdempotencyKey, Payload};
use axum::extract::State;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::email_of;
use crate::flows::form_fields::compare_with_password2;
use crate::flows::login::{NewPair, SessionsToOpen, opened};
use crate::flows::signup::{Applicant, Signup};
use crate::state::AuthState;

/// A signup: `password` in document 003's form, alone or with `password2`; `password1` and `password2` in 002's.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignupBody {
    /// The username.
    #[schema(example = "ada")]
    pub username: String,
    /// The email address.
    #[schema(required = false, example = "ada@example.com")]
    pub email: String,
    /// The password, in document 003's form.
    #[schema(required = false, example = "Zx9!quokka-7")]
    pub password: String,
    /// The password, in document 002's form.
    #[schema(required = false)]
    pub password1: String,
    /// The password again.
    #[schema(required = false)]
    pub password2: String,
}

/// The new user with credentials of every kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignupResponse {
    /// The device token: 40 hex digits. It does not expire.
    pub token: String,
    /// The username.
    pub username: String,
    /// The email address; empty if the account has none.
    pub email: String,
    /// The access token, valid for 5 minutes.
    pub access: String,
    /// The refresh token, valid for 24 hours.
    pub refresh: String,
}

/// Makes an account with a profile and logs in: token pair, device token, and a web session as cookies.
#[utoipa::path(post, path = "/api/auth/signup", tag = "accounts", request_body = SignupBody, responses(
    (status = 201, description = "The new user and its credentials; the response sets cookies", body = SignupResponse),
    (status = 400, description = "Errors by field"),
    (status = 429, description = "Too many signups from this address"),
))]
pub async fn signup(
    State(state): State<AuthState>,
    client: Client,
    key: IdempotencyKey,
    Payload(form): Payload,
) -> Result<impl IntoResponse, ApiError> {
    let applicant = read(&form)?;
    let to_open = SessionsToOpen { pair: Some(NewPair::Short), device_token: true, web: true };
    let signup = Signup { state: &state, client: &client, operation: "signup", key, form: &form, to_open };
    let registered = signup.register(applicant, |_| ()).await?;
    let sessions = registered.sessions;
    let pair = opened(sessions.pair)?;
    let answer = SignupResponse {
        token: opened(sessions.device_token)?.expose().to_owned(),
        username: registered.user.username.as_str().to_owned(),
        email: email_of(&registered.user),
        access: pair.access,
        refresh: pair.refresh,
    };
    Ok((StatusCode::CREATED, Extension(opened(sessions.cookies)?), Json(answer)))
}

/// Reads all forms: document 002 sends `password1` and `password2`, document 003 `password`, and its clients `password2`
/// beside it.
fn read(form: &Form) -> Result<Applicant, ApiError> {
    let has = |name| form.get(name).is_some();
    let first = if has("password1") || (has("password2") && !has("password")) { "password1" } else { "password" };
    let retyped = first == "password1" || has("password2");
    let mut fields = Fields::of(form);
    let username = fields.required("username", Username::at_signup);
    let email = fields.email("email").flatten();
    let password = fields.required(first, PasswordText::parse);
    if retyped {
        let password2 = fields.required("password2", PasswordText::parse);
        compare_with_password2(&mut fields, password.as_ref(), password2.as_ref());
    }
    let (username, password) = fields.finish(username.zip(password))?;
    let (form, password_field) =
        if retyped { (SignupForm::Full, "password2") } else { (SignupForm::OneField, "password") };
    Ok(Applicant { username, email, password, form, password_field })
}
