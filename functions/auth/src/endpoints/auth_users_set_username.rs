//! `POST /auth/users/set_username/`, as in djoser.

use aviary_auth::{PasswordText, Unconfirmed};
use aviary_model::Username;
use aviary_store::AccountChange;
use aviary_web::{ApiError, Client, Fields, Payload};
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::Detail;
use crate::flows::account_change::{FIELDS, FieldNames, change_by};
use crate::flows::form_fields::NewNames;
use crate::flows::own_account::{check_current_password, own_account_to_change};
use crate::state::AuthState;

/// The current password and the new username.
#[derive(Debug, Serialize, ToSchema)]
pub struct SetUsernameBody {
    /// The current password.
    pub current_password: String,
    /// The new username.
    pub new_username: String,
}

/// Sets a new username.
#[utoipa::path(post, path = "/auth/users/set_username", tag = "accounts", request_body = SetUsernameBody, responses(
    (status = 204, description = "The new username is set"),
    (status = 400, description = "Errors by field"),
    (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
))]
pub async fn set_username(
    State(state): State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    Payload(form): Payload,
) -> Result<StatusCode, ApiError> {
    let mut fields = Fields::of(&form);
    let current = fields.required("current_password", PasswordText::parse);
    let username = fields.required("new_username", Username::parse);
    let read = fields.finish(current.zip(username));
    let new = read.as_ref().ok().map(|(_, username)| NewNames::of_username(username));
    let (caller, user) = own_account_to_change(&state, unconfirmed.with_form(&form), new.as_ref()).await?;
    let (current, username) = read?;
    check_current_password(&state, &client, &caller, &user, current).await?;
    let set = AccountChange { username: Some(username), ..AccountChange::default() };
    let fields = FieldNames { username: "new_username", ..FIELDS };
    change_by(&state, &client, (&caller, &user), set, fields).await?;
    Ok(StatusCode::NO_CONTENT)
}
