//! `POST /auth/users/set_password/`, as in djoser.

use aviary_auth::{PasswordText, Unconfirmed};
use aviary_store::{AccountChange, EndSessions};
use aviary_web::{ApiError, Client, Fields, Payload};
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::Detail;
use crate::flows::account_change::{FIELDS, change, hash_new};
use crate::flows::own_account::{check_current_password, own_account};
use crate::state::AuthState;

/// The current password and the new one.
#[derive(Debug, Serialize, ToSchema)]
pub struct SetPasswordBody {
    /// The current password.
    pub current_password: String,
    /// The new password.
    pub new_password: String,
}

/// Sets a new password and ends every session of the caller except the one of the request.
#[utoipa::path(post, path = "/auth/users/set_password", tag = "accounts", request_body = SetPasswordBody, responses(
    (status = 204, description = "The new password is set"),
    (status = 400, description = "Errors by field"),
    (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
))]
pub async fn set_password(
    State(state): State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    Payload(form): Payload,
) -> Result<StatusCode, ApiError> {
    let (caller, user) = own_account(&state, unconfirmed.with_form(&form)).await?;
    let mut fields = Fields::of(&form);
    let new = fields.required("new_password", PasswordText::parse);
    let current = fields.required("current_password", PasswordText::parse);
    let (new, current) = fields.finish(new.zip(current))?;
    check_current_password(&state, &client, &caller, &user, current).await?;
    let password = hash_new(&state, "new_password", new, &user).await?;
    let set = AccountChange {
        password: Some(password),
        end_sessions: Some(EndSessions { epoch: caller.epoch, keep: Some(caller.sid) }),
        ..AccountChange::default()
    };
    change(&state, &client, &user, set, FIELDS).await?;
    Ok(StatusCode::NO_CONTENT)
}
