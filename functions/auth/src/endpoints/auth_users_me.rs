//! `GET`, `PUT`, `PATCH` and `DELETE /auth/users/me/` (document 004): the caller's own account.

use aviary_auth::{PasswordText, Unconfirmed};
use aviary_store::AccountChange;
use aviary_web::{ApiError, Client, Fields, Payload};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::{Detail, Me};
use crate::flows::account_change::{FIELDS, change_by, delete};
use crate::flows::form_fields::username_and_email;
use crate::flows::own_account::{check_current_password, own_account, own_account_to_change};
use crate::state::AuthState;

/// The changes; an absent field stays as it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeBody {
    /// A new username.
    #[schema(required = false)]
    pub username: String,
    /// A new email address; an empty string removes it.
    #[schema(required = false)]
    pub email: String,
}

/// The confirmation of a deletion.
#[derive(Debug, Serialize, ToSchema)]
pub struct CurrentPasswordBody {
    /// The current password.
    pub current_password: String,
}

/// Returns the caller's account.
#[utoipa::path(get, path = "/auth/users/me", tag = "accounts", responses(
    (status = 200, description = "The account", body = Me),
    (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
))]
pub async fn users_me(State(state): State<AuthState>, unconfirmed: Unconfirmed) -> Result<Json<Me>, ApiError> {
    let (_, user) = own_account(&state, unconfirmed).await?;
    Ok(Json(user.into()))
}

/// Changes the caller's username and email address.
#[utoipa::path(put, path = "/auth/users/me", tag = "accounts", request_body = MeBody, responses(
    (status = 200, description = "The changed account", body = Me),
    (status = 400, description = "Errors by field"),
    (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
))]
pub async fn put_users_me(
    State(state): State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    Payload(form): Payload,
) -> Result<Json<Me>, ApiError> {
    let names = username_and_email(&form);
    let (username, email) = names.as_ref().map_or((None, None), |(name, email)| (name.as_ref(), email.as_ref()));
    let (caller, user) = own_account_to_change(&state, unconfirmed.with_form(&form), username, email).await?;
    let (username, email) = names?;
    let change_of = AccountChange { username, email, ..AccountChange::default() };
    Ok(Json(change_by(&state, &client, (&caller, &user), change_of, FIELDS).await?.into()))
}

/// Changes the caller's username and email address; same as `PUT`.
#[utoipa::path(patch, path = "/auth/users/me", tag = "accounts", request_body = MeBody, responses(
    (status = 200, description = "The changed account", body = Me),
    (status = 400, description = "Errors by field"),
    (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
))]
pub async fn patch_users_me(
    state: State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    payload: Payload,
) -> Result<Json<Me>, ApiError> {
    put_users_me(state, client, unconfirmed, payload).await
}

/// Deletes the caller's account.
#[utoipa::path(delete, path = "/auth/users/me", tag = "accounts", request_body = CurrentPasswordBody, responses(
    (status = 204, description = "The account was deleted"),
    (status = 400, description = "The password is missing or wrong"),
    (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
))]
pub async fn delete_users_me(
    State(state): State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    Payload(form): Payload,
) -> Result<StatusCode, ApiError> {
    let (caller, user) = own_account(&state, unconfirmed.with_form(&form)).await?;
    let mut fields = Fields::of(&form);
    let password = fields.required("current_password", PasswordText::parse);
    let password = fields.finish(password)?;
    check_current_password(&state, &client, &caller, &user, password).await?;
    delete(&state, &client, &user).await?;
    Ok(StatusCode::NO_CONTENT)
}
