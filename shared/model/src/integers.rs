//! Names in the integer service: sessions, sets and encodings.

use serde::{Deserialize, Serialize};

use crate::TextError;

/// The longest name of a session.
const MAX_SESSION_CHARACTERS: usize = 128;
/// The longest id of a set.
const MAX_SET_CHARACTERS: usize = 64;

/// The name that its owner gave to a session of integer sets.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IntegerSession(String);

impl IntegerSession {
    /// Reads a name of 1 to 128 characters; white space at the ends is dropped.
    ///
    /// # Errors
    /// Every rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, Vec<TextError>> {
        let name = text.trim();
        let mut errors = Vec::new();
        if name.is_empty() {
            errors.push(TextError::Blank);
        }
        if name.chars().count() > MAX_SESSION_CHARACTERS {
            errors.push(TextError::TooLong(MAX_SESSION_CHARACTERS));
        }
        if name.contains('\0') {
            errors.push(TextError::Null);
        }
        if errors.is_empty() { Ok(Self(name.to_owned())) } else { Err(errors) }
    }

    /// The session's name for a request that names none and comes without a web session.
    #[must_use]
    pub fn default_name() -> Self {
        Self("default".to_owned())
    }

    /// The name that belongs to a web session, made of the hash under which its cookie is stored. Half of the hash is
    /// unique, and does not reveal the key of the stored session.
    #[must_use]
    pub fn of_web(cookie_hash: &str) -> Self {
        Self(format!("web-{}", cookie_hash.chars().take(32).collect::<String>()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The id of a set within its session: `[A-Za-z_][A-Za-z0-9_]{0,63}`, so that an equation can name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SetId(String);

/// A rule that a set's id breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetIdError {
    /// Characters that are not allowed.
    #[error("A set's id has letters, digits and underscores, all ASCII, and does not begin with a digit.")]
    Invalid,
    /// More than 64 characters.
    #[error("Ensure this field has no more than {MAX_SET_CHARACTERS} characters.")]
    TooLong,
}

impl SetId {
    /// Reads an id; white space at the ends is dropped.
    ///
    /// # Errors
    /// Every rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, Vec<SetIdError>> {
        let id = text.trim();
        let mut errors = Vec::new();
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if id.is_empty() || !id.chars().all(fits) || id.starts_with(|c: char| c.is_ascii_digit()) {
            errors.push(SetIdError::Invalid);
        }
        if id.chars().count() > MAX_SET_CHARACTERS {
            errors.push(SetIdError::TooLong);
        }
        if errors.is_empty() { Ok(Self(id.to_owned())) } else { Err(errors) }
    }

    /// An id made by the server from a random number.
    #[must_use]
    pub fn made(random: u64) -> Self {
        Self(format!("set_{random:016x}"))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How the integers of a set are written in requests and responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// JSON numbers.
    Number,
    /// Base64 of the big-endian magnitude, after a `-` if negative.
    Base64,
    /// Signed decimal digits, as text.
    Decimal,
    /// Signed hexadecimal digits, as text.
    Hex,
}

/// The text is not the name of an encoding.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0:.100}\" is not a valid choice; there are number, base64, decimal and hex.")]
pub struct EncodingError(String);

impl Encoding {
    /// Reads the name of an encoding.
    ///
    /// # Errors
    /// When there is no such encoding; the error repeats up to 40 characters.
    pub fn parse(text: &str) -> Result<Self, Vec<EncodingError>> {
        match text.trim() {
            "number" => Ok(Self::Number),
            "base64" => Ok(Self::Base64),
            "decimal" => Ok(Self::Decimal),
            "hex" => Ok(Self::Hex),
            other => Err(vec![EncodingError(other.chars().take(40).collect())]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_name_is_any_text_of_1_to_128_characters() {
        for name in ["a", "ex session", "ü", &"x".repeat(128)] {
            assert_eq!(IntegerSession::parse(name).map(|s| s.as_str().to_owned()), Ok(name.to_owned()));
        }
        assert_eq!(IntegerSession::parse("  a ").map(|s| s.as_str().to_owned()), Ok("a".to_owned()));
        assert_eq!(IntegerSession::parse(" "), Err(vec![TextError::Blank]));
        assert_eq!(IntegerSession::parse(&"x".repeat(129)), Err(vec![TextError::TooLong(128)]));
        assert_eq!(IntegerSession::parse("a\0"), Err(vec![TextError::Null]));
    }

    #[test]
    fn a_web_sessions_name_does_not_reveal_its_cookies_hash() {
        let hash = "0123456789abcdef".repeat(4);
        let session = IntegerSession::of_web(&hash);
        assert_eq!(session.as_str(), "web-0123456789abcdef0123456789abcdef");
        assert!(!session.as_str().contains(&hash));
    }

    #[test]
    fn a_set_id_can_be_used_in_an_equation() {
        for id in ["a", "_", "first_set", "A9", &"x".repeat(64)] {
            assert!(SetId::parse(id).is_ok(), "{id}");
        }
        for id in ["", "1a", "a-b", "a b", "ä", "a+", "a\n b"] {
            assert_eq!(SetId::parse(id), Err(vec![SetIdError::Invalid]), "{id}");
        }
        assert_eq!(SetId::parse(&"x".repeat(65)), Err(vec![SetIdError::TooLong]));
        assert!(SetId::parse(SetId::made(u64::MAX).as_str()).is_ok());
    }
}
