//! `PUT /api/auth/user/edit/` and `DELETE /api/auth/user/delete/` (document 000).

use std::convert::Infallible;

use aviary_auth::{PasswordText, TokenError, TokenKind, Unconfirmed};
use aviary_store::{AccountChange, EndSessions};
use aviary_web::{ApiError, Client, Fields, Form, Payload};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AuthState;
use crate::answers::{Detail, email_of};
use crate::changing::{FIELDS, change, check_current_password, hash_new, own_account};
use crate::deleting::delete;
use crate::user_logout::{LogoutBody, not_valid};

/// What can be changed; what is not sent stays.
#[derive(Debug, Serialize, ToSchema)]
pub struct EditBody {
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
pub struct EditAnswer {
    /// The user's id.
    pub id: String,
    /// The username.
    pub username: String,
    /// The address; empty if there is none.
    pub email: String,
}

/// Changes what is sent. With a new password every other session ends, the own one goes on. Two steps, three
/// with a password.
#[utoipa::path(put, path = "/api/auth/user/edit", tag = "accounts", request_body = EditBody, responses(
    (status = 200, description = "The user as it is now", body = EditAnswer),
    (status = 400, description = "What is wrong with which field"),
    (status = 401, description = "No credential, or one that does not count", body = Detail),
))]
pub async fn user_edit(
    State(state): State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    Payload(form): Payload,
) -> Result<Json<EditAnswer>, ApiError> {
    let (caller, user) = own_account(&state, unconfirmed.with_form(&form)).await?;
    let (username, email) = crate::users_me::read(&form)?;
    let mut edit = AccountChange { username, email, ..AccountChange::default() };
    if let Some((current, new)) = read_passwords(&form)? {
        check_current_password(&state, &client, &user, current).await?;
        edit.password = Some(hash_new(&state, "new_password", new, &user).await?);
        edit.end_sessions = Some(EndSessions { epoch: caller.epoch, keep: Some(caller.sid) });
    }
    let user = change(&state, &client, &user, edit, FIELDS).await?;
    Ok(Json(EditAnswer {
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

/// Deletes the account. A refresh token may come along and must then be the caller's own. Two steps.
#[utoipa::path(delete, path = "/api/auth/user/delete", tag = "accounts", request_body = LogoutBody, responses(
    (status = 204, description = "The account is gone"),
    (status = 400, description = "The refresh token is not valid or another's"),
    (status = 401, description = "No credential, or one that does not count", body = Detail),
))]
pub async fn user_delete(
    State(state): State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    Payload(form): Payload,
) -> Result<StatusCode, ApiError> {
    let (caller, user) = own_account(&state, unconfirmed.with_form(&form)).await?;
    let mut fields = Fields::of(&form);
    let token = fields.optional("refresh_token", |text| Ok::<_, Vec<Infallible>>(text.to_owned()));
    if let Some(token) = fields.finish(Some(token))? {
        let claims = state.authenticator.verifier.verify(&token, Some(TokenKind::Refresh)).await?;
        let claims = claims.map_err(not_valid)?;
        if claims.user != caller.user {
            return Err(not_valid(TokenError::Invalid));
        }
    }
    delete(&state, &client, &user).await?;
    Ok(StatusCode::NO_CONTENT)
}
