//! `POST /auth/users/set_username/`, as in djoser.

use aviary_accounts::{FIELDS, FieldNames, change_by};
use aviary_auth::{PasswordText, Unconfirmed};
use aviary_model::Username;
use aviary_store::AccountChange;
use aviary_web::{ApiError, Client, Fields, Payload, body};
use axum::extract::State;
use http::StatusCode;

use crate::bodies::Detail;
use crate::flows::form_fields::{NewNames, any_text, wanted_username};
use crate::flows::own_account::{confirm_password, own_account_to_change};
use crate::state::AuthState;

body! {
    /// The current password and the new username.
    pub struct SetUsernameBody(own: &Username) {
        /// The current password.
        current_password: PasswordText = required(PasswordText::attempt),
        /// The new username.
        new_username: Username = required(|text| Username::at_rename(text, own)),
        /// The new username again; compared only if it is sent.
        re_new_username: String = optional(any_text),
    }
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
    let wanted = NewNames { username: wanted_username(&form, "new_username"), email: None };
    let (caller, user) = own_account_to_change(&state, unconfirmed.with_form(&form), &wanted).await?;
    let mut fields = Fields::of(&form);
    // What is wrong with the password is told first, and its check waits.
    let attempt = SetUsernameBody::read(&mut Fields::of(&form), &user.username).current_password;
    let current = ("current_password", attempt);
    let confirmed = confirm_password(&state, &client, (&caller, &user), &mut fields, current).await?;
    let body = SetUsernameBody::read(&mut fields, &user.username);
    let (username, ()) = fields.finish(body.new_username.zip(confirmed))?;
    let valid = |text: &str| Username::at_rename(text, &user.username);
    if body.re_new_username.is_some_and(|repeated| valid(&repeated).ok().as_ref() != Some(&username)) {
        return Err(ApiError::field("non_field_errors", "The two username fields didn't match."));
    }
    let set = AccountChange { username: Some(username), ..AccountChange::default() };
    let fields = FieldNames { username: "new_username", ..FIELDS };
    change_by(&state.account, &client, (&caller, &user), set, fields).await?;
    Ok(StatusCode::NO_CONTENT)
}
