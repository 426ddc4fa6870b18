//! `POST /auth/users/set_password/`, as in djoser.

use aviary_accounts::{FIELDS, change, check_new};
use aviary_auth::{PasswordText, Unconfirmed};
use aviary_store::{AccountChange, EndSessions};
use aviary_web::{ApiError, Client, Fields, Payload, body};
use axum::extract::State;
use http::StatusCode;

use crate::bodies::Detail;
use crate::flows::form_fields::same_passwords;
use crate::flows::own_account::{confirm_password, own_account};
use crate::state::AuthState;

body! {
    /// The current password and the new one.
    pub struct SetPasswordBody {
        /// The new password.
        new_password: PasswordText = required(PasswordText::parse),
        /// The new password again; compared only if it is sent.
        re_new_password: PasswordText = optional(PasswordText::parse),
        /// The current password.
        current_password: PasswordText = required(PasswordText::attempt),
    }
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
    let body = SetPasswordBody::read(&mut fields);
    let current = ("current_password", body.current_password);
    let confirmed = confirm_password(&state, &client, (&caller, &user), &mut fields, current).await?;
    let (new, ()) = fields.finish(body.new_password.zip(confirmed))?;
    check_new("new_password", &new, &user)?;
    same_passwords(&new, body.re_new_password.as_ref())?;
    let password = state.passwords.hash(new).await?;
    let set = AccountChange {
        password: Some(password),
        end_sessions: Some(EndSessions { epoch: caller.epoch, keep: Some(caller.sid) }),
        ..AccountChange::default()
    };
    change(&state.account, &client, &user, set, FIELDS).await?;
    Ok(StatusCode::NO_CONTENT)
}
