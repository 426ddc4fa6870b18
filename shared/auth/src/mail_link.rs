//! Contents of a mailed link: djoser's `uid`, and the account state that a reset token is bound to.

use aviary_model::{Email, UserId};
use aviary_store::User;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::digest::digest;

/// Encodes a user's id as djoser's `uid`: base64url without padding.
#[must_use]
pub fn uid(user: UserId) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(user.to_string())
}

/// Decodes a `uid`; padding is allowed, as in Django. `None` if it is malformed.
#[must_use]
pub fn from_uid(uid: &str) -> Option<UserId> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(uid.trim_end_matches('=')).ok()?;
    String::from_utf8(bytes).ok()?.parse().ok()
}

/// A digest of password hash, email address and the last undone change of the address. A reset token stores it and
/// becomes invalid when any of them changes.
#[must_use]
pub fn reset_state(user: &User) -> String {
    let email = user.email.as_ref().map(Email::as_str).unwrap_or_default();
    digest(&format!("{}\n{email}\n{}", user.password, user.voided))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uid_decodes_to_its_user_and_garbage_to_none() {
        let id: UserId = "019a0000-0000-7000-8000-0000000000aa".parse().expect("an id");
        assert_eq!(from_uid(&uid(id)), Some(id));
        assert_eq!(from_uid(&format!("{}==", uid(id))), Some(id));
        for garbage in ["", "x", "1", "OTk5OTk5OTk", "é"] {
            assert_eq!(from_uid(garbage), None, "{garbage}");
        }
    }
}
