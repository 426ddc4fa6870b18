//! The confirmation of a pending address, by the token that was mailed to it.

use aviary_accounts::{FIELDS, audit, change, invalid_token};
use aviary_auth::{PasswordText, digest};
use aviary_model::Secret;
use aviary_store::{AccountChange, AddressChange, OneTimeKind, OneTimePermission, User};
use aviary_web::{ApiError, Client, Fields, Form, body};

use crate::flows::form_fields::{optional_password, secret};
use crate::flows::mailed_token::user_of;
use crate::state::AuthState;

body! {
    /// The `uid` and `token` of the mailed link, and the password.
    pub struct ConfirmEmailBody {
        /// The `uid` of the mailed link.
        uid: Secret = required(secret),
        /// The `token` of the mailed link.
        token: Secret = required(secret),
        /// The current password; needed unless the request for the change had it.
        current_password: Option<PasswordText> = blankable(optional_password),
    }
}

/// Makes the pending address the account's own. The form has `uid` and `token`, and `current_password` unless the
/// request for the change had it: neither a stolen session nor a stranger's mailbox alone changes an address. Four round
/// trips, six with a password.
///
/// # Errors
/// 400 with the errors by field, also if another account has the address by now; 409 if another request changed the
/// account; 429 after too many requests or wrong passwords.
pub(crate) async fn confirm_email(state: &AuthState, client: &Client, form: &Form) -> Result<(), ApiError> {
    let mut fields = Fields::of(form);
    let body = ConfirmEmailBody::read(&mut fields);
    let (uid, token) = fields.finish(body.uid.zip(body.token))?;
    let password = body.current_password.flatten();
    state.limiter.count_reset(client).await?;
    let user = user_of(state, &uid).await?;
    let (now, hash) = (state.clock.now(), digest(token.expose()));
    let (found, principal) = futures_util::join!(
        state.tables.credentials.one_time(OneTimeKind::ConfirmEmail, user.id, &hash, now),
        state.tables.credentials.principal(user.id),
    );
    let (found, principal) = (found?, principal?);
    let redeem = found.ok_or_else(invalid_token)?;
    principal.filter(|principal| principal.active).ok_or_else(invalid_token)?;
    let pending = user
        .pending_at(now)
        .filter(|pending| redeem.token == OneTimePermission::ConfirmEmail { user: user.id, change: pending.change });
    let pending = pending.ok_or_else(invalid_token)?;
    if !pending.password_given {
        let password = password.ok_or_else(|| ApiError::field("current_password", "This field is required."))?;
        check_password(state, client, &user, password).await?;
    }
    let confirm = AccountChange {
        address: AddressChange::Confirm(pending.change),
        redeem: Some(redeem),
        ..AccountChange::default()
    };
    change(&state.account, client, &user, confirm, FIELDS).await?;
    Ok(())
}

/// Whoever has a mailed token is no caller: the attempt counts as a login by the username does.
async fn check_password(
    state: &AuthState,
    client: &Client,
    user: &User,
    password: PasswordText,
) -> Result<(), ApiError> {
    let attempt = state.limiter.begin_login(&user.username.key(), Some(user.id), &client.address).await?;
    let hash = attempt.may_try().then(|| user.password.clone());
    let right = state.passwords.verify(password, hash).await?;
    if right && attempt.may_try() {
        return Ok(state.limiter.login_succeeded(&attempt).await?);
    }
    let (counted, ()) = futures_util::join!(
        state.limiter.login_failed(&attempt),
        audit(&state.account, client, "password_check_failed", Some(user.id)),
    );
    counted?;
    Err(ApiError::field("current_password", "Invalid password."))
}
