//! `PUT /api/auth/user/edit/` and `DELETE /api/auth/user/delete/` (document 000).

use aviary_auth::{PasswordText, Unconfirmed};
use aviary_store::{AccountChange, EndSessions};
use aviary_web::{ApiError, Client, Fields, Form, Payload};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::{Detail, email_of};
use crate::flows::account_change::{FIELDS, change, hash_new};
use crate::flows::form_fields::username_and_email;
use crate::flows::own_account::{check_current_password, own_account};
use crate::state::AuthState;

/// What can be changed; what is not sent stays.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserEditBody {
    /// A new username.
    #[schema(required = false)]
    pub username: String,
    /// A new address; empty for none.
    #[schema(required = false)]
    pub email: String,
    /// Is the password to change too?
    #[schema(required = false)]
    pub update_password: bool,
    /// The current password, if it is.
    #[schema(required = false)]
    pub current_password: String,
    /// The new password, if it is.
    #[schema(required = false)]
    pub new_password: String,
}

/// Document 000's user.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserEditResponse {
    /// The user's id.
    pub id: String,
    /// The username.
    pub username: String,
    /// The address; empty if there is none.
    pub email: String,
}

/// Changes what is sent. With a new password every other session ends, the own one goes on. Two steps, three
/// with a password.
#[utoipa::path(put, path = "/api/auth/user/edit", tag = "accounts", request_body = UserEditBody, responses(
    (status = 200, description = "The user as it is now", body = UserEditResponse),
    (status = 400, description = "What is wrong with which field"),
    (status = 401, description = "No credential, or one that does not count", body = Detail),
))]
pub async fn user_edit(
    State(state): State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    Payload(form): Payload,
) -> Result<Json<UserEditResponse>, ApiError> {
    let (caller, user) = own_account(&state, unconfirmed.with_form(&form)).await?;
    let (username, email) = username_and_email(&form)?;
    let mut edit = AccountChange { username, email, ..AccountChange::default() };
    if let Some((current, new)) = read_passwords(&form)? {
        check_current_password(&state, &client, &user, current).await?;
        edit.password = Some(hash_new(&state, "new_password", new, &user).await?);
        edit.end_sessions = Some(EndSessions { epoch: caller.epoch, keep: Some(caller.sid) });
    }
    let user = change(&state, &client, &user, edit, FIELDS).await?;
    Ok(Json(UserEditResponse {
        id: user.id.to_string(),
        username: user.username.as_str().to_owned(),
        email: email_of(&user),
    }))
}

fn read_passwords(form: &Form) -> Result<Option<(PasswordText, PasswordText)>, ApiError> {
    let mut fields = Fields::of(form);
    if fields.boolean("update_password") != Some(true) {
        return fields.finish(Some(None));
    }
    let current = fields.required("current_password", PasswordText::parse);
    let new = fields.required("new_password", PasswordText::parse);
    fields.finish(current.zip(new)).map(Some)
}
