//! `POST /api/auth/signup/` (documents 002 and 003): a new account, and a first login.

use aviary_auth::{PasswordText, SignupForm};
use aviary_model::{Email, Username};
use aviary_web::{ApiError, Client, Fields, Form, IdempotencyKey, Payload, body};
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

body! {
    /// A signup: `password` in document 003's form, alone or with `password2`; `password1` and `password2` in 002's.
    pub struct SignupBody(sent: SentPasswords) {
        /// The username.
        #[schema(example = "ada")]
        username: Username = required(Username::at_signup),
        /// The email address.
        #[schema(example = "ada@example.com")]
        email: Option<Email> = email(),
        /// The password, in document 003's form.
        #[schema(example = "Zx9!quokka-7")]
        password: PasswordText = required(PasswordText::parse) if !sent.in_form_of_002,
        /// The password, in document 002's form.
        password1: PasswordText = required(PasswordText::parse) if sent.in_form_of_002,
        /// The password again.
        password2: PasswordText = required(PasswordText::parse) if sent.retyped,
    }
}

/// The fields in which a signup has its password: document 002 sends `password1` and `password2`, document 003
/// `password`, and its clients `password2` beside it.
#[derive(Clone, Copy, Debug)]
pub struct SentPasswords {
    in_form_of_002: bool,
    retyped: bool,
}

impl SentPasswords {
    fn of(form: &Form) -> Self {
        let has = |name| form.get(name).is_some();
        let in_form_of_002 = has("password1") || (has("password2") && !has("password"));
        Self { in_form_of_002, retyped: in_form_of_002 || has("password2") }
    }
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

fn read(form: &Form) -> Result<Applicant, ApiError> {
    let (mut fields, sent) = (Fields::of(form), SentPasswords::of(form));
    let body = SignupBody::read(&mut fields, sent);
    let password = body.password.or(body.password1);
    compare_with_password2(&mut fields, password.as_ref(), body.password2.as_ref());
    let (username, password) = fields.finish(body.username.zip(password))?;
    let email = body.email.flatten();
    let (form, password_field) =
        if sent.retyped { (SignupForm::Full, "password2") } else { (SignupForm::OneField, "password") };
    Ok(Applicant { username, email, password, form, password_field })
}
