//! The undoing of a change of the address, by the token that was mailed to the address before it.

use aviary_accounts::{FIELDS, change, invalid_token};
use aviary_auth::digest;
use aviary_model::Secret;
use aviary_store::{AccountChange, AddressChange, EndSessions, OneTimeKind, OneTimePermission};
use aviary_web::{ApiError, Client, Fields, Form, body};
use http::StatusCode;

use crate::flows::form_fields::secret;
use crate::flows::mailed_token::user_of;
use crate::state::AuthState;

body! {
    /// The `uid` and `token` of the mailed link.
    pub struct UndoBody {
        /// The `uid` of the mailed link.
        uid: Secret = required(secret),
        /// The `token` of the mailed link.
        token: Secret = required(secret),
    }
}

/// How often the undoing is tried. Whoever has a session can change the account at the same moment, and must not be able
/// to keep the owner from it.
const ATTEMPTS: usize = 5;

/// Gives the account its former address back, or ends a change that is pending; ends every session and token, and voids
/// every mailed token but those that undo earlier changes. Four round trips, three more for each concurrent change.
///
/// # Errors
/// 400 with the errors by field, 409 if other requests changed the account at each attempt, 429 after too many requests.
pub(crate) async fn undo_email(state: &AuthState, client: &Client, form: &Form) -> Result<(), ApiError> {
    let mut fields = Fields::of(form);
    let body = UndoBody::read(&mut fields);
    let (uid, token) = fields.finish(body.uid.zip(body.token))?;
    state.limiter.count_reset(client).await?;
    for _ in 1..ATTEMPTS {
        match attempt(state, client, &uid, &token).await {
            Err(error) if error.status() == StatusCode::CONFLICT => {}
            outcome => return outcome,
        }
    }
    attempt(state, client, &uid, &token).await
}

async fn attempt(state: &AuthState, client: &Client, uid: &Secret, token: &Secret) -> Result<(), ApiError> {
    let user = user_of(state, uid).await?;
    let (now, hash) = (state.clock.now(), digest(token.expose()));
    let (found, principal) = futures_util::join!(
        state.tables.credentials.one_time(OneTimeKind::UndoEmail, user.id, &hash, now),
        state.tables.credentials.principal(user.id),
    );
    let (found, principal) = (found?, principal?);
    let redeem = found.ok_or_else(invalid_token)?;
    let number = match redeem.token {
        OneTimePermission::UndoEmail { user: of, change } if of == user.id => change,
        _ => return Err(invalid_token()),
    };
    // Undoing gives access to nobody, so a deactivated account may have its address back too.
    let epoch = principal.ok_or_else(invalid_token)?.epoch;
    let undo = AccountChange {
        address: AddressChange::Undo(number),
        end_sessions: Some(EndSessions { epoch, keep: None }),
        redeem: Some(redeem),
        ..AccountChange::default()
    };
    change(&state.account, client, &user, undo, FIELDS).await?;
    Ok(())
}
