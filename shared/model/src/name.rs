//! Usernames, and the one namespace that usernames and addresses share.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::reserved;

/// The most characters of a username, as in Django.
const MAX_CHARACTERS: usize = 150;
/// A name of 150 characters has at most 600 bytes, an address of 254 at most 1,016; folding may lengthen them a little.
const MAX_KEY_BYTES: usize = 1_900;

/// A username: Django's rule, in NFKC, none of the API's own path segments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Username(String);

/// What is wrong with a username.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsernameError {
    /// Characters outside letters, digits and `@.+-_`.
    #[error("Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.")]
    Invalid,
    /// A NUL in it.
    #[error("Null characters are not allowed.")]
    Null,
    /// Too long.
    #[error("Ensure this field has no more than 150 characters.")]
    TooLong,
    /// A word that is a path segment of the API.
    #[error("This username is reserved.")]
    Reserved,
}

impl Username {
    /// Reads a username, which is kept in NFKC.
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

    /// The name as its owner writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What this name is found by.
    #[must_use]
    pub fn key(&self) -> NameKey {
        NameKey::of(&self.0)
    }
}

/// The form in which names and addresses are compared: without regard to case and Unicode form.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NameKey(String);

impl NameKey {
    /// The longest text that is looked up; nothing longer can be a name or an address.
    pub const MAX_CHARACTERS: usize = 254;

    /// The key of any text, also of one that is no valid name: looking it up just finds nothing. What is
    /// longer than any name has the key of nobody.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let text = text.trim();
        if text.chars().count() > Self::MAX_CHARACTERS {
            return Self(String::new());
        }
        let normal: String = text.nfkc().collect();
        let key: String = caseless::default_case_fold_str(&normal).nfkc().collect();
        // One character can become eighteen; what is longer than a DynamoDB key may be names nobody either.
        if key.len() > MAX_KEY_BYTES { Self(String::new()) } else { Self(key) }
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_in_nfkc_and_trimmed() {
        assert_eq!(Username::parse("  \u{fb01}sh ").map(|n| n.as_str().to_owned()), Ok("fish".into()));
        assert!(Username::parse("ünïcødé.名前+@-_1").is_ok());
    }

    #[test]
    fn one_name_has_one_key_in_any_case_and_form() {
        let keys = ["Straße", "STRASSE", "ｓｔｒａｓｓｅ", "strasse"].map(NameKey::of);
        assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    }

    #[test]
    fn a_name_that_grows_beyond_a_key_is_nobodys() {
        assert_eq!(NameKey::of(&"\u{fdfa}".repeat(200)), NameKey::of(&"a".repeat(300)));
        assert!(Username::parse(&"\u{fdfa}".repeat(150)).is_err());
        assert!(!NameKey::of(&"𝒜".repeat(150)).as_str().is_empty());
    }

    #[test]
    fn every_broken_rule_is_named() {
        assert_eq!(Username::parse("bad name!"), Err(vec![UsernameError::Invalid]));
        assert_eq!(Username::parse("a\0b"), Err(vec![UsernameError::Invalid, UsernameError::Null]));
        assert_eq!(Username::parse(&"u".repeat(151)), Err(vec![UsernameError::TooLong]));
        assert_eq!(Username::parse(".."), Err(vec![UsernameError::Invalid]));
        assert_eq!(Username::parse("LogIn"), Err(vec![UsernameError::Reserved]));
        assert!(Username::parse(&"u".repeat(150)).is_ok());
    }
}
