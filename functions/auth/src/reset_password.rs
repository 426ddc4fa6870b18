//! `POST /auth/users/reset_password/` and `/reset_password_confirm/` (document 004), and
//! `POST /auth/users/undo_email/`.

use aviary_auth::{PasswordText, at_change, digest, from_uid, reset_state, without_owner};
use aviary_model::{Email, Secret, UserId};
use aviary_store::{AccountChange, EndSessions, OneTime, OneTimeKind, Task, User};
use aviary_web::{ApiError, Client, FieldErrors, Fields, Payload};
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AuthState;
use crate::changing::{FIELDS, change};
use crate::events::record;

/// An address.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResetBody {
    /// The account's address.
    pub email: String,
}

/// What the mail said, and a new password.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConfirmBody {
    /// From the mail.
    pub uid: String,
    /// From the mail.
    pub token: String,
    /// The new password.
    pub new_password: String,
}

/// What the mail said.
#[derive(Debug, Serialize, ToSchema)]
pub struct UndoBody {
    /// From the mail.
    pub uid: String,
    /// From the mail.
    pub token: String,
}

/// Mails a link that sets a new password. The answer, the steps and the writes are the same for addresses
/// that nobody has. Two steps.
#[utoipa::path(post, path = "/auth/users/reset_password", tag = "accounts", request_body = ResetBody, responses(
    (status = 204, description = "A mail is on its way, if somebody has this address"),
    (status = 400, description = "The address is missing or none"),
    (status = 429, description = "Too many mails, or too many requests from this address"),
))]
pub async fn reset_password(
    State(state): State<AuthState>,
    client: Client,
    Payload(form): Payload,
) -> Result<StatusCode, ApiError> {
    let mut fields = Fields::of(&form);
    let email = fields.required("email", Email::parse);
    let email = fields.finish(email)?.key();
    let limits = &state.limiter.limits;
    let (owner, by_email, by_address) = futures_util::join!(
        state.tables.accounts.owner_of(&email),
        state.limiter.count("reset-email", email.as_str(), limits.reset_email),
        state.limiter.count("reset-address", &client.address, limits.reset_address),
    );
    by_email?;
    by_address?;
    let now = state.clock.now();
    let owner = owner?;
    let user = match owner {
        Some(user) => user,
        None => UserId::new(now, state.entropy.as_ref())?,
    };
    let job = state.tables.jobs.job(Task::ResetMail { user }, now)?;
    let (written, ()) =
        futures_util::join!(state.tables.jobs.put(&job), record(&state, &client, "password_reset_asked", owner));
    written?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets a new password with the mail's token, which works once, for an hour, and not after the password or
/// the address changed. Every session and token ends. Three steps.
#[utoipa::path(post, path = "/auth/users/reset_password_confirm", tag = "accounts", request_body = ConfirmBody,
    responses(
        (status = 204, description = "The password is the new one"),
        (status = 400, description = "What is wrong with which field"),
        (status = 429, description = "Too many requests from this address"),
    ))]
pub async fn reset_password_confirm(
    State(state): State<AuthState>,
    client: Client,
    Payload(form): Payload,
) -> Result<StatusCode, ApiError> {
    let mut fields = Fields::of(&form);
    let uid = fields.required("uid", text);
    let token = fields.required("token", text);
    let password = fields.required("new_password", PasswordText::parse);
    let ((uid, token), password) = fields.finish(uid.zip(token).zip(password))?;
    check(without_owner(&password))?;
    let limits = &state.limiter.limits;
    state.limiter.count("reset-address", &client.address, limits.reset_address).await?;
    let user = user_of(&state, &uid).await?;
    let (now, hash) = (state.clock.now(), digest(token.expose()));
    let (found, principal) = futures_util::join!(
        state.tables.credentials.one_time(OneTimeKind::Reset, user.id, &hash, now),
        state.tables.credentials.principal(user.id),
    );
    let (found, principal) = (found?, principal?);
    let expected = OneTime::Reset { user: user.id, state: reset_state(&user) };
    let redeem = found.filter(|found| found.token == expected).ok_or_else(invalid_token)?;
    // Who was deactivated meanwhile gets no new password either.
    let epoch = principal.filter(|principal| principal.active).ok_or_else(invalid_token)?.epoch;
    check(at_change(&password, &user.username, user.email.as_ref()))?;
    let set = AccountChange {
        password: Some(state.passwords.hash(password).await?),
        end_sessions: Some(EndSessions { epoch, keep: None }),
        redeem: Some(redeem),
        ..AccountChange::default()
    };
    change(&state, &client, &user, set, FIELDS).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a change of the address back, with the token that was mailed to the old one, for seven days.
#[utoipa::path(post, path = "/auth/users/undo_email", tag = "accounts", request_body = UndoBody, responses(
    (status = 204, description = "The address is the old one"),
    (status = 400, description = "What is wrong with which field"),
    (status = 429, description = "Too many requests from this address"),
))]
pub async fn undo_email(
    State(state): State<AuthState>,
    client: Client,
    Payload(form): Payload,
) -> Result<StatusCode, ApiError> {
    let mut fields = Fields::of(&form);
    let uid = fields.required("uid", text);
    let token = fields.required("token", text);
    let (uid, token) = fields.finish(uid.zip(token))?;
    let limits = &state.limiter.limits;
    state.limiter.count("reset-address", &client.address, limits.reset_address).await?;
    let user = user_of(&state, &uid).await?;
    let found = state
        .tables
        .credentials
        .one_time(OneTimeKind::UndoEmail, user.id, &digest(token.expose()), state.clock.now())
        .await?
        .ok_or_else(invalid_token)?;
    let old = match &found.token {
        OneTime::UndoEmail { user: of, old } if *of == user.id => old.clone(),
        _ => return Err(invalid_token()),
    };
    let undo = AccountChange { email: Some(Some(old)), redeem: Some(found), ..AccountChange::default() };
    change(&state, &client, &user, undo, FIELDS).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn text(text: &str) -> Result<Secret, Vec<std::convert::Infallible>> {
    Ok(Secret::new(text.trim().to_owned()))
}

/// The user that a `uid` names.
async fn user_of(state: &AuthState, uid: &Secret) -> Result<User, ApiError> {
    let invalid = || ApiError::field("uid", "Invalid user id or user doesn't exist.");
    let id = from_uid(uid.expose()).ok_or_else(invalid)?;
    state.tables.accounts.by_id(id).await?.ok_or_else(invalid)
}

fn invalid_token() -> ApiError {
    ApiError::field("token", "Invalid token for given user.")
}

fn check(broken: Vec<aviary_auth::PolicyError>) -> Result<(), ApiError> {
    let mut errors = FieldErrors::default();
    for rule in broken {
        errors.push("new_password", rule);
    }
    errors.check()
}
