//! A new address for an account: at once, or pending until its mailbox confirms it.

use aviary_model::Email;
use aviary_store::{AddressChange, User};

use crate::state::AuthState;

/// Decides what becomes of the address that a form has. `Some(None)` removes the address.
///
/// A deployment that confirms addresses lets a new one wait. Removing an address needs no mailbox, so it happens at once.
pub(crate) fn address_change(
    state: &AuthState,
    user: &User,
    email: Option<Option<Email>>,
    password_given: bool,
) -> AddressChange {
    match email.filter(|email| *email != user.email) {
        None => AddressChange::Keep,
        Some(Some(email)) if state.confirms_addresses => AddressChange::Ask { email, password_given },
        Some(email) => AddressChange::Set(email),
    }
}
