//! Usernames, and the namespace that usernames and e-mail addresses share.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::reserved;

/// The longest username, as in Django.
const MAX_CHARACTERS: usize = 150;
/// A name of 150 characters has at most 600 bytes, an address of 254 at most 1,016; case folding may lengthen them a
/// little.
const MAX_KEY_BYTES: usize = 1_900;

/// A username: valid by Django's rule, in NFKC, and not one of the API's own path segments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Username(String);

/// A rule that a username breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsernameError {
    /// Characters outside letters, digits and `@.+-_`.
    #[error("Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.")]
    Invalid,
    /// It contains a NUL.
    #[error("Null characters are not allowed.")]
    Null,
    /// More than 150 characters.
    #[error("Ensure this field has no more than 150 characters.")]
    TooLong,
    /// A word that is a path segment of the API.
    #[error("This username is reserved.")]
    Reserved,
}

impl Username {
    /// Reads a username and converts it to NFKC; white space at the ends is dropped.
    ///
    /// # Errors
    /// Every rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, Vec<UsernameError>> {
        let name: String = text.trim().nfkc().collect();
        let mut errors = Vec::new();
        let allowed = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '@' | '+' | '-');
        if name.is_empty() || !name.chars().all(allowed) || matches!(&*name, "." | "..") {
            errors.push(UsernameError::Invalid);
        }
        if name.chars().count() > MAX_CHARACTERS {
            errors.push(UsernameError::TooLong);
        }
        if name.contains('\0') {
            errors.push(UsernameError::Null);
        }
        if reserved::is_reserved(NameKey::of(&name).as_str()) {
            errors.push(UsernameError::Reserved);
        }
        if errors.is_empty() { Ok(Self(name)) } else { Err(errors) }
    }

    /// The name as its owner writes it, in NFKC.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key by which the name is looked up.
    #[must_use]
    pub fn key(&self) -> NameKey {
        NameKey::of(&self.0)
    }
}

/// The form in which names and addresses are compared and looked up: case-folded, in NFKC.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NameKey(String);

impl NameKey {
    /// The longest text that has a key; a longer one cannot be a name or an address.
    pub const MAX_CHARACTERS: usize = 254;

    /// The key of any text. The text need not be a valid name: looking its key up finds nothing. A text that is too
    /// long has the empty key, which belongs to nobody.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let text = text.trim();
        if text.chars().count() > Self::MAX_CHARACTERS {
            return Self(String::new());
        }
        let normal: String = text.nfkc().collect();
        let key: String = caseless::default_case_fold_str(&normal).nfkc().collect();
        // One character can become eighteen. A key that DynamoDB would refuse belongs to nobody either.
        if key.len() > MAX_KEY_BYTES { Self(String::new()) } else { Self(key) }
    }

    /// The key as text; empty if it belongs to nobody.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_stored_in_nfkc() {
        assert_eq!(Username::parse("  \u{fb01}sh ").map(|n| n.as_str().to_owned()), Ok("fish".into()));
        assert!(Username::parse("ünïcødé.名前+@-_1").is_ok());
    }

    #[test]
    fn a_name_has_one_key_in_any_case_and_unicode_form() {
        let keys = ["Straße", "STRASSE", "ｓｔｒａｓｓｅ", "strasse"].map(NameKey::of);
        assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    }

    #[test]
    fn a_key_that_would_be_too_long_is_empty() {
        assert_eq!(NameKey::of(&"\u{fdfa}".repeat(200)), NameKey::of(&"a".repeat(300)));
        assert!(Username::parse(&"\u{fdfa}".repeat(150)).is_err());
        assert!(!NameKey::of(&"𝒜".repeat(150)).as_str().is_empty());
    }

    #[test]
    fn all_broken_rules_are_reported() {
        assert_eq!(Username::parse("bad name!"), Err(vec![UsernameError::Invalid]));
        assert_eq!(Username::parse("a\0b"), Err(vec![UsernameError::Invalid, UsernameError::Null]));
        assert_eq!(Username::parse(&"u".repeat(151)), Err(vec![UsernameError::TooLong]));
        assert_eq!(Username::parse(".."), Err(vec![UsernameError::Invalid]));
        assert_eq!(Username::parse("LogIn"), Err(vec![UsernameError::Reserved]));
        assert!(Username::parse(&"u".repeat(150)).is_ok());
    }
}
