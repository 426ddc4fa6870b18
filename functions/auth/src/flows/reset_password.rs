//! A new password, by the token of a mailed link.

use aviary_accounts::{FIELDS, change, invalid_token};
use aviary_auth::{PasswordText, PolicyError, at_change, digest, reset_state, without_owner};
use aviary_model::Secret;
use aviary_store::{AccountChange, EndSessions, OneTimeKind, OneTimePermission};
use aviary_web::{ApiError, Client, FieldErrors, Fields, Form, body};

use crate::flows::form_fields::{same_passwords, secret};
use crate::flows::mailed_token::user_of;
use crate::state::AuthState;

body! {
    /// The `uid` and `token` of the mailed link, and the new password.
    pub struct ConfirmBody {
        /// The `uid` of the mailed link.
        uid: Secret = required(secret),
        /// The `token` of the mailed link.
        token: Secret = required(secret),
        /// The new password.
        new_password: PasswordText = required(PasswordText::parse),
        /// The new password again; compared only if it is sent.
        re_new_password: PasswordText = optional(PasswordText::parse),
    }
}

/// Sets a new password with the `uid` and the `token` of a mailed link, and ends every session and token of the user.
/// Four round trips.
///
/// A link that undoes a change of the address stays valid: whoever has taken an account over can reset its password too,
/// and must not be able to switch the owner's link off.
///
/// # Errors
/// 400 with the errors by field, 409 if another request changed the account, 429 after too many requests.
pub(crate) async fn reset_password(state: &AuthState, client: &Client, form: &Form) -> Result<(), ApiError> {
    let mut fields = Fields::of(form);
    let body = ConfirmBody::read(&mut fields);
    let ((uid, token), password) = fields.finish(body.uid.zip(body.token).zip(body.new_password))?;
    check(without_owner(&password))?;
    same_passwords(&password, body.re_new_password.as_ref())?;
    state.limiter.count_reset(client).await?;
    let user = user_of(state, &uid).await?;
    let (now, hash) = (state.clock.now(), digest(token.expose()));
    let (found, principal) = futures_util::join!(
        state.tables.credentials.one_time(OneTimeKind::Reset, user.id, &hash, now),
        state.tables.credentials.principal(user.id),
    );
    let (found, principal) = (found?, principal?);
    let expected = OneTimePermission::Reset { user: user.id, state: reset_state(&user) };
    let redeem = found.filter(|found| found.token == expected).ok_or_else(invalid_token)?;
    // A user who was deactivated after the mail was sent cannot set a password.
    let epoch = principal.filter(|principal| principal.active).ok_or_else(invalid_token)?.epoch;
    check(at_change(&password, &user.username, user.email.as_ref()))?;
    let set = AccountChange {
        password: Some(state.passwords.hash(password).await?),
        end_sessions: Some(EndSessions { epoch, keep: None }),
        redeem: Some(redeem),
        ..AccountChange::default()
    };
    // Whoever reads the owner's mail is the owner, also while strangers fail to log in.
    let set = change(&state.account, client, &user, set, FIELDS);
    let (set, known) = futures_util::join!(set, state.limiter.know_address(user.id, client));
    set?;
    known
}

fn check(broken: Vec<PolicyError>) -> Result<(), ApiError> {
    let mut errors = FieldErrors::default();
    for rule in broken {
        errors.push("new_password", rule);
    }
    errors.check()
}
