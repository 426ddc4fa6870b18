//! `PUT /api/auth/user/edit/` (document 000).

use aviary_accounts::{FIELDS, change_by, hash_new};
use aviary_auth::{PasswordText, Unconfirmed};
use aviary_model::{Email, Mode, Username};
use aviary_store::{AccountChange, EndSessions, User};
use aviary_web::{ApiError, Client, Fields, Payload, body, joined_body};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::{Detail, email_of, pending_email_of};
use crate::flows::address_change::address_change;
use crate::flows::form_fields::{changes_address, optional_password, wanted_names};
use crate::flows::own_account::{confirm_password, given_password, own_account_to_change};
use crate::state::AuthState;

joined_body! {
    /// The changes; an absent field stays as it is.
    pub struct UserEditBody: EditFields, NewPasswordFields;
}

body! {
    /// What is changed, and the current password.
    pub struct EditFields(own: &User) {
        /// A new username.
        username: Username = optional(|text| Username::at_rename(text, &own.username)),
        /// A new email address; an empty string removes it.
        email: Option<Email> = email(),
        /// A preference of the client, at most 16 characters; an empty string removes it.
        #[schema(example = "dark")]
        mode: Mode = blankable(Mode::parse),
        /// Whether the password changes too.
        update_password: bool = boolean(),
        /// The current password: needed if `update_password` is true. With it, a new address can be confirmed without
        /// the password.
        current_password: Option<PasswordText> = by(String, |fields, name| match update_password {
            Some(true) => fields.required(name, PasswordText::attempt).map(Some),
            _ if changes_address(email.as_ref(), own) => fields.blankable(name, optional_password),
            _ => None,
        }),
    }
}

body! {
    /// What is read after the current password was verified, so that errors are told in this order.
    pub struct NewPasswordFields(update_password: bool) {
        /// The new password, if `update_password` is true.
        new_password: PasswordText = required(PasswordText::parse) if update_password,
    }
}

/// The changed account, in document 000's form.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserEditResponse {
    /// The user's id.
    pub id: String,
    /// The username.
    pub username: String,
    /// The email address; empty if the account has none.
    pub email: String,
    /// The email address that waits for its confirmation; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pending_email: Option<String>,
    /// The client's own preference; empty if none was set.
    pub mode: String,
}

/// Changes the caller's username, email address, password and preference.
///
/// A new password ends every session except the one of the request. The status is 202, for which the document's clients
/// look.
#[utoipa::path(put, path = "/api/auth/user/edit", tag = "accounts", request_body = UserEditBody, responses(
    (status = 202, description = "The changed account", body = UserEditResponse),
    (status = 400, description = "Errors by field"),
    (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
))]
pub async fn user_edit(
    State(state): State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    Payload(form): Payload,
) -> Result<(StatusCode, Json<UserEditResponse>), ApiError> {
    let (wanted, unconfirmed) = (wanted_names(&form), unconfirmed.with_form(&form));
    let (caller, user) = own_account_to_change(&state, unconfirmed, &wanted).await?;
    let own = (&caller, &user);
    let mut fields = Fields::of(&form);
    let EditFields { username, email, mode, update_password, current_password } = EditFields::read(&mut fields, &user);
    let (current, update_password) = (current_password.flatten(), update_password == Some(true));
    let given = if update_password {
        let current = ("current_password", current);
        confirm_password(&state, &client, own, &mut fields, current).await?.map(|()| true)
    } else {
        given_password(&state, &client, own, &mut fields, current).await?
    };
    let new_password = NewPasswordFields::read(&mut fields, update_password).new_password;
    let password_given = fields.finish(given)?;
    let address = address_change(&state, &user, email, password_given);
    let mut edit = AccountChange { username, address, mode, ..AccountChange::default() };
    if let Some(password) = new_password {
        edit.password = Some(hash_new(&state.account, "new_password", password, &user).await?);
        edit.end_sessions = Some(EndSessions { epoch: caller.epoch, keep: Some(caller.sid) });
    }
    let user = change_by(&state.account, &client, (&caller, &user), edit, FIELDS).await?;
    let answer = UserEditResponse {
        id: user.id.to_string(),
        username: user.username.as_str().to_owned(),
        email: email_of(&user),
        pending_email: pending_email_of(&user, state.clock.now()),
        mode: user.mode.as_str().to_owned(),
    };
    Ok((StatusCode::ACCEPTED, Json(answer)))
}
