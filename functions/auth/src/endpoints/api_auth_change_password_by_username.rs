//! `PATCH /api/auth/change-password/<username>/` (clients of document 003).

use aviary_accounts::{FIELDS, change, hash_new};
use aviary_auth::{Caller, PasswordText, Unconfirmed};
use aviary_store::{AccountChange, EndSessions};
use aviary_web::{ApiError, Client, Fields, PathText, Payload, body};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::Detail;
use crate::flows::account_by_name::account_by_name;
use crate::flows::own_account::confirm_password;
use crate::state::AuthState;

body! {
    /// The current password, and the new one twice.
    pub struct ChangePasswordBody {
        /// The current password.
        password: PasswordText = required(PasswordText::attempt),
        /// The new password.
        new_password: PasswordText = required(PasswordText::parse),
        /// The new password again.
        new_password2: PasswordText = required(PasswordText::parse),
    }
}

/// The answer to a change of the password.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangePasswordResponse {
    /// Says that the password was changed.
    pub message: &'static str,
}

/// Sets a new password and ends every session of the caller except the one of the request.
///
/// Errors have their text in `message` too.
#[utoipa::path(patch, path = "/api/auth/change-password/{username}", tag = "accounts",
    request_body = ChangePasswordBody,
    params(("username" = String, Path, description = "The caller's username")),
    responses(
        (status = 200, description = "The new password is set", body = ChangePasswordResponse),
        (status = 400, description = "Errors by field"),
        (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
        (status = 403, description = "The account belongs to another user", body = Detail),
        (status = 404, description = "No account has this username", body = Detail),
    ))]
pub async fn change_password(
    State(state): State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    PathText(username): PathText,
    Payload(form): Payload,
) -> Result<Json<ChangePasswordResponse>, ApiError> {
    let unconfirmed = unconfirmed.with_form(&form);
    let (caller, user) = account_by_name(&state, unconfirmed, &username, Caller::must_be, None).await?;
    let mut fields = Fields::of(&form);
    // What is wrong with the password is told first, and its check waits.
    let current = ("password", ChangePasswordBody::read(&mut Fields::of(&form)).password);
    let confirmed = confirm_password(&state, &client, (&caller, &user), &mut fields, current).await?;
    let body = ChangePasswordBody::read(&mut fields);
    let (new, repeated) = (body.new_password, body.new_password2);
    if new.as_ref().zip(repeated.as_ref()).is_some_and(|(new, repeated)| new.expose() != repeated.expose()) {
        fields.error("new_password2", "The two password fields didn't match.");
    }
    let (new, ()) = fields.finish(new.zip(confirmed))?;
    let set = AccountChange {
        password: Some(hash_new(&state.account, "new_password", new, &user).await?),
        end_sessions: Some(EndSessions { epoch: caller.epoch, keep: Some(caller.sid) }),
        ..AccountChange::default()
    };
    change(&state.account, &client, &user, set, FIELDS).await?;
    Ok(Json(ChangePasswordResponse { message: "The password was changed." }))
}
