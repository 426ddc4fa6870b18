//! `PUT /api/auth/user/edit/` (document 000).

use aviary_accounts::{FIELDS, change_by, hash_new};
use aviary_auth::{PasswordText, Unconfirmed};
use aviary_model::Mode;
use aviary_store::{AccountChange, EndSessions};
use aviary_web::{ApiError, Client, Fields, Payload};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::{Detail, email_of, pending_email_of};
use crate::flows::address_change::address_change;
use crate::flows::form_fields::{new_names, wanted_names};
use crate::flows::own_account::{confirm_password, given_password, own_account_to_change};
use crate::state::AuthState;

/// The changes; an absent field stays as it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserEditBody {
    /// A new username.
    #[schema(required = false)]
    pub username: String,
    /// A new email address; an empty string removes it.
    #[schema(required = false)]
    pub email: String,
    /// Whether the password changes too.
    #[schema(required = false)]
    pub update_password: bool,
    /// The current password: needed if `update_password` is true. With it, a new address can be confirmed without the
    /// password.
    #[schema(required = false)]
    pub current_password: String,
    /// The new password, if `update_password` is true.
    #[schema(required = false)]
    pub new_password: String,
    /// A preference of the client, at most 16 characters; an empty string removes it.
    #[schema(required = false, example = "dark")]
    pub mode: String,
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
    let new = new_names(&mut fields, &user.username);
    let mode = fields.blankable("mode", Mode::parse);
    let (given, password) = if fields.boolean("update_password") == Some(true) {
        let current = ("current_password", fields.required("current_password", PasswordText::attempt));
        let confirmed = confirm_password(&state, &client, own, &mut fields, current).await?;
        (confirmed.map(|()| true), fields.required("new_password", PasswordText::parse).map(Some))
    } else {
        (given_password(&state, &client, own, &mut fields, &new).await?, Some(None))
    };
    let (password_given, password) = fields.finish(given.zip(password))?;
    let address = address_change(&state, &user, new.email, password_given);
    let mut edit = AccountChange { username: new.username, address, mode, ..AccountChange::default() };
    if let Some(password) = password {
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
