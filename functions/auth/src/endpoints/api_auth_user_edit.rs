//! `PUT /api/auth/user/edit/` (document 000).

use aviary_auth::{PasswordText, Unconfirmed};
use aviary_store::{AccountChange, EndSessions};
use aviary_web::{ApiError, Client, Fields, Form, Payload};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::{Detail, email_of, pending_email_of};
use crate::flows::account_change::{FIELDS, change_by, hash_new};
use crate::flows::address_change::address_change;
use crate::flows::form_fields::new_names;
use crate::flows::own_account::{check_current_password, own_account_to_change};
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
}

/// Changes the caller's username, email address and password.
///
/// A new password ends every session except the one of the request.
#[utoipa::path(put, path = "/api/auth/user/edit", tag = "accounts", request_body = UserEditBody, responses(
    (status = 200, description = "The changed account", body = UserEditResponse),
    (status = 400, description = "Errors by field"),
    (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
))]
pub async fn user_edit(
    State(state): State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    Payload(form): Payload,
) -> Result<Json<UserEditResponse>, ApiError> {
    let new = new_names(&form);
    let (caller, user) = own_account_to_change(&state, unconfirmed.with_form(&form), new.as_ref().ok()).await?;
    let (new, new_password) = (new?, new_password(&form)?);
    let password_given = new.current_password.is_some();
    if let Some(current) = new.current_password {
        check_current_password(&state, &client, &caller, &user, current).await?;
    }
    let address = address_change(&state, &user, new.email, password_given).await?;
    let mut edit = AccountChange { username: new.username, address, ..AccountChange::default() };
    if let Some(password) = new_password {
        edit.password = Some(hash_new(&state, "new_password", password, &user).await?);
        edit.end_sessions = Some(EndSessions { epoch: caller.epoch, keep: Some(caller.sid) });
    }
    let user = change_by(&state, &client, (&caller, &user), edit, FIELDS).await?;
    Ok(Json(UserEditResponse {
        id: user.id.to_string(),
        username: user.username.as_str().to_owned(),
        email: email_of(&user),
        pending_email: pending_email_of(&user, state.clock.now()),
    }))
}

/// The new password, if the form is to change it. It then must have the current one too.
fn new_password(form: &Form) -> Result<Option<PasswordText>, ApiError> {
    let mut fields = Fields::of(form);
    if fields.boolean("update_password") != Some(true) {
        return fields.finish(Some(None));
    }
    let current = fields.required("current_password", PasswordText::parse);
    let new = fields.required("new_password", PasswordText::parse);
    fields.finish(current.and(new).map(Some))
}
