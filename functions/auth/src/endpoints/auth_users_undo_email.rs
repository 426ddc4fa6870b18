//! `POST /auth/users/undo_email/`: takes a change of the email address back.

use aviary_auth::digest;
use aviary_store::{AccountChange, OneTimeKind, OneTimePermission};
use aviary_web::{ApiError, Client, Fields, Payload};
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::flows::account_change::{FIELDS, change};
use crate::flows::form_fields::secret;
use crate::flows::mailed_token::{invalid_token, user_of};
use crate::state::AuthState;

/// The `uid` and `token` of the mailed link.
#[derive(Debug, Serialize, ToSchema)]
pub struct UndoBody {
    /// The `uid` of the mailed link.
    pub uid: String,
    /// The `token` of the mailed link.
    pub token: String,
}

/// Restores the previous email address, with the token that was mailed to it.
///
/// The token works once, for seven days.
#[utoipa::path(post, path = "/auth/users/undo_email", tag = "accounts", request_body = UndoBody, responses(
    (status = 204, description = "The previous email address is restored"),
    (status = 400, description = "Errors by field"),
    (status = 429, description = "Too many requests from the client's IP address"),
))]
pub async fn undo_email(
    State(state): State<AuthState>,
    client: Client,
    Payload(form): Payload,
) -> Result<StatusCode, ApiError> {
    let mut fields = Fields::of(&form);
    let uid = fields.required("uid", secret);
    let token = fields.required("token", secret);
    let (uid, token) = fields.finish(uid.zip(token))?;
    state.limiter.count_reset(&client).await?;
    let user = user_of(&state, &uid).await?;
    let found = state
        .tables
        .credentials
        .one_time(OneTimeKind::UndoEmail, user.id, &digest(token.expose()), state.clock.now())
        .await?
        .ok_or_else(invalid_token)?;
    let old = match &found.token {
        OneTimePermission::UndoEmail { user: of, old } if *of == user.id => old.clone(),
        _ => return Err(invalid_token()),
    };
    let undo = AccountChange { email: Some(Some(old)), redeem: Some(found), ..AccountChange::default() };
    change(&state, &client, &user, undo, FIELDS).await?;
    Ok(StatusCode::NO_CONTENT)
}
