//! A new address for an account: at once, or pending until its mailbox confirms it.

use aviary_model::Email;
use aviary_store::{AddressChange, User};
use aviary_web::ApiError;

use crate::state::AuthState;

/// Decides what becomes of the address that a form has. `Some(None)` removes the address.
///
/// A deployment that confirms addresses lets a new one wait. Its mail counts as one that resets a password, because a
/// stranger's mailbox cannot tell the two apart. Removing an address needs no mailbox, so it happens at once. One round
/// trip if a mail is sent, else none.
///
/// # Errors
/// 429 if the new address got too many mails.
pub(crate) async fn address_change(
    state: &AuthState,
    user: &User,
    email: Option<Option<Email>>,
    password_given: bool,
) -> Result<AddressChange, ApiError> {
    let Some(email) = email.filter(|email| *email != user.email) else { return Ok(AddressChange::Keep) };
    match email {
        Some(email) if state.confirms_addresses => {
            state.limiter.count_reset_mail(&email.key()).await?;
            Ok(AddressChange::Ask { email, password_given })
        }
        email => Ok(AddressChange::Set(email)),
    }
}
