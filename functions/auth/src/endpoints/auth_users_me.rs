//! `/auth/users/me/` (document 004): who one is, changing and deleting it.

use aviary_auth::{PasswordText, Unconfirmed};
use aviary_store::AccountChange;
use aviary_web::{ApiError, Client, Fields, Payload};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::{Detail, Me};
use crate::flows::account_change::{FIELDS, change, delete};
use crate::flows::form_fields::username_and_email;
use crate::flows::own_account::{check_current_password, own_account};
use crate::state::AuthState;

/// What can be changed; what is not sent stays.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeBody {
    /// A new username.
    #[schema(required = false)]
    pub username: String,
    /// A new address; empty for none.
    #[schema(required = false)]
    pub email: String,
}

/// The current password.
#[derive(Debug, Serialize, ToSchema)]
pub struct CurrentPasswordBody {
    /// The current password.
    pub current_password: String,
}

/// The caller's own account. One step.
#[utoipa::path(get, path = "/auth/users/me", tag = "accounts", responses(
    (status = 200, description = "The caller", body = Me),
    (status = 401, description = "No credential, or one that does not count", body = Detail),
))]
pub async fn users_me(State(state): State<AuthState>, unconfirmed: Unconfirmed) -> Result<Json<Me>, ApiError> {
    let (_, user) = own_account(&state, unconfirmed).await?;
    Ok(Json(user.into()))
}

/// Changes username and address. Two steps.
#[utoipa::path(put, path = "/auth/users/me", tag = "accounts", request_body = MeBody, responses(
    (status = 200, description = "The caller as it is now", body = Me),
    (status = 400, description = "What is wrong with which field"),
    (status = 401, description = "No credential, or one that does not count", body = Detail),
))]
pub async fn put_users_me(
    State(state): State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    Payload(form): Payload,
) -> Result<Json<Me>, ApiError> {
    let (_, user) = own_account(&state, unconfirmed.with_form(&form)).await?;
    let (username, email) = username_and_email(&form)?;
    let change_of = AccountChange { username, email, ..AccountChange::default() };
    Ok(Json(change(&state, &client, &user, change_of, FIELDS).await?.into()))
}

/// The same by `PATCH`.
#[utoipa::path(patch, path = "/auth/users/me", tag = "accounts", request_body = MeBody, responses(
    (status = 200, description = "The caller as it is now", body = Me),
    (status = 400, description = "What is wrong with which field"),
    (status = 401, description = "No credential, or one that does not count", body = Detail),
))]
pub async fn patch_users_me(
    state: State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    payload: Payload,
) -> Result<Json<Me>, ApiError> {
    put_users_me(state, client, unconfirmed, payload).await
}

/// Deletes the account. Three steps.
#[utoipa::path(delete, path = "/auth/users/me", tag = "accounts", request_body = CurrentPasswordBody, responses(
    (status = 204, description = "The account is gone"),
    (status = 400, description = "The password is missing or wrong"),
    (status = 401, description = "No credential, or one that does not count", body = Detail),
))]
pub async fn delete_users_me(
    State(state): State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    Payload(form): Payload,
) -> Result<StatusCode, ApiError> {
    let (_, user) = own_account(&state, unconfirmed.with_form(&form)).await?;
    let mut fields = Fields::of(&form);
    let password = fields.required("current_password", PasswordText::parse);
    let password = fields.finish(password)?;
    check_current_password(&state, &client, &user, password).await?;
    delete(&state, &client, &user).await?;
    Ok(StatusCode::NO_CONTENT)
}
