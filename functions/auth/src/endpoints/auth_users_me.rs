//! `GET`, `PUT`, `PATCH` and `DELETE /auth/users/me/` (document 004): the caller's own account.

use aviary_accounts::{FIELDS, change_by, delete};
use aviary_auth::{PasswordText, Unconfirmed};
use aviary_model::{Email, Username};
use aviary_store::{AccountChange, User};
use aviary_web::{ApiError, Client, Fields, Payload, body};
use axum::Json;
use axum::extract::State;
use http::StatusCode;

use crate::bodies::{Detail, Me};
use crate::flows::address_change::address_change;
use crate::flows::form_fields::{changes_address, optional_password, wanted_names};
use crate::flows::own_account::{confirm_password, given_password, own_account, own_account_to_change};
use crate::state::AuthState;

body! {
    /// The changes; an absent field stays as it is.
    pub struct MeBody(own: &User) {
        /// A new username.
        username: Username = optional(|text| Username::at_rename(text, &own.username)),
        /// A new email address; an empty string removes it.
        #[schema(example = "ada@example.com")]
        email: Option<Email> = email(),
        /// The current password. With it, the new address can be confirmed without the password. A blank one counts as
        /// absent, and without a new address it isn't looked at.
        current_password: Option<PasswordText> =
            blankable(optional_password) if changes_address(email.as_ref(), own),
    }
}

body! {
    /// The confirmation of a deletion.
    pub struct CurrentPasswordBody {
        /// The current password.
        current_password: PasswordText = required(PasswordText::attempt),
    }
}

/// Returns the caller's account.
#[utoipa::path(get, path = "/auth/users/me", tag = "accounts", responses(
    (status = 200, description = "The account", body = Me),
    (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
))]
pub async fn users_me(State(state): State<AuthState>, unconfirmed: Unconfirmed) -> Result<Json<Me>, ApiError> {
    let (_, user) = own_account(&state, unconfirmed).await?;
    Ok(Json(Me::of(user, state.clock.now())))
}

/// Changes the caller's username and email address.
///
/// Where the deployment confirms addresses, a new one is pending until the link in the mail to it is followed. The
/// address before gets a mail whose link takes the change back.
#[utoipa::path(put, path = "/auth/users/me", tag = "accounts", request_body = MeBody, responses(
    (status = 200, description = "The changed account", body = Me),
    (status = 400, description = "Errors by field"),
    (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
    (status = 429, description = "Too many changes of the address, or too many mails to it", body = Detail),
))]
pub async fn put_users_me(
    State(state): State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    Payload(form): Payload,
) -> Result<Json<Me>, ApiError> {
    let (wanted, unconfirmed) = (wanted_names(&form), unconfirmed.with_form(&form));
    let (caller, user) = own_account_to_change(&state, unconfirmed, &wanted).await?;
    let mut fields = Fields::of(&form);
    let MeBody { username, email, current_password } = MeBody::read(&mut fields, &user);
    let given = given_password(&state, &client, (&caller, &user), &mut fields, current_password.flatten()).await?;
    let password_given = fields.finish(given)?;
    let address = address_change(&state, &user, email, password_given);
    let change_of = AccountChange { username, address, ..AccountChange::default() };
    let user = change_by(&state.account, &client, (&caller, &user), change_of, FIELDS).await?;
    Ok(Json(Me::of(user, state.clock.now())))
}

/// Changes the caller's username and email address; same as `PUT`.
#[utoipa::path(patch, path = "/auth/users/me", tag = "accounts", request_body = MeBody, responses(
    (status = 200, description = "The changed account", body = Me),
    (status = 400, description = "Errors by field"),
    (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
    (status = 429, description = "Too many changes of the address, or too many mails to it", body = Detail),
))]
pub async fn patch_users_me(
    state: State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    payload: Payload,
) -> Result<Json<Me>, ApiError> {
    put_users_me(state, client, unconfirmed, payload).await
}

/// Deletes the caller's account.
#[utoipa::path(delete, path = "/auth/users/me", tag = "accounts", request_body = CurrentPasswordBody, responses(
    (status = 204, description = "The account was deleted"),
    (status = 400, description = "The password is missing or wrong"),
    (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
))]
pub async fn delete_users_me(
    State(state): State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    Payload(form): Payload,
) -> Result<StatusCode, ApiError> {
    let (caller, user) = own_account(&state, unconfirmed.with_form(&form)).await?;
    let mut fields = Fields::of(&form);
    let current = ("current_password", CurrentPasswordBody::read(&mut fields).current_password);
    let confirmed = confirm_password(&state, &client, (&caller, &user), &mut fields, current).await?;
    fields.finish(confirmed)?;
    delete(&state.account, &client, &user).await?;
    Ok(StatusCode::NO_CONTENT)
}
