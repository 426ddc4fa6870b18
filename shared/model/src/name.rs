//! Usernames: which texts are one.

use serde::{Deserialize, Serialize};

use crate::unicode::{is_digit, is_ignorable, is_letter, is_mark, nfkc};
use crate::{NameKey, reserved};

/// The longest username, as in Django.
const MAX_CHARACTERS: usize = 150;

/// A username: 1 to 150 characters in NFKC, of letters, marks that follow one, decimal digits and `_ . @ + -`, none of
/// them invisible, and not a reserved word when it was taken.
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
    /// A word that stands where a route has a username, or that clients would take for the service.
    #[error("This username is reserved.")]
    Reserved,
}

impl Username {
    /// Reads the username of an imported account and converts it to NFKC; white space at the ends is dropped. A text of
    /// more than 600 bytes is too long before anything else is looked at.
    ///
    /// # Errors
    /// Every rule that the text breaks; a word that stands where a route has a username is reserved.
    pub fn parse(text: &str) -> Result<Self, Vec<UsernameError>> {
        let name = Self::valid(text)?;
        if reserved::stands_in_a_route(name.key().as_str()) { Err(vec![UsernameError::Reserved]) } else { Ok(name) }
    }

    /// As [`Username::parse`], for a new account: words that clients would take for the service are reserved too.
    ///
    /// # Errors
    /// As [`Username::parse`].
    pub fn at_signup(text: &str) -> Result<Self, Vec<UsernameError>> {
        let name = Self::parse(text)?;
        if reserved::names_the_service(name.key().as_str()) { Err(vec![UsernameError::Reserved]) } else { Ok(name) }
    }

    /// As [`Username::parse`], for the account that is called `own` now. An account may always keep its name, even if
    /// the word was reserved later.
    ///
    /// # Errors
    /// As [`Username::parse`].
    pub fn at_rename(text: &str, own: &Self) -> Result<Self, Vec<UsernameError>> {
        let name = Self::valid(text)?;
        if name.key() == own.key() { Ok(name) } else { Self::parse(text) }
    }

    /// Reads a name of the right form, reserved or not. Before an account takes it, one of the others must.
    ///
    /// # Errors
    /// Every rule that the text breaks.
    pub fn valid(text: &str) -> Result<Self, Vec<UsernameError>> {
        let text = text.trim();
        if text.len() > 4 * MAX_CHARACTERS {
            return Err(vec![UsernameError::TooLong]);
        }
        let name = nfkc(text).into_owned();
        let mut errors = Vec::new();
        if !is_name(&name) {
            errors.push(UsernameError::Invalid);
        }
        if name.chars().count() > MAX_CHARACTERS {
            errors.push(UsernameError::TooLong);
        }
        if name.contains('\0') {
            errors.push(UsernameError::Null);
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

/// Whether the text is made of a name's characters, and a mark follows only a letter or another mark.
fn is_name(text: &str) -> bool {
    let mut takes_mark = false;
    let all_belong = text.chars().all(|c| {
        let belongs = is_name_character(c) && (takes_mark || !is_mark(c));
        takes_mark = is_letter(c) || is_mark(c);
        belongs
    });
    all_belong && !text.is_empty() && !matches!(text, "." | "..")
}

/// Whether it may stand in a username that is in NFKC.
pub(crate) fn is_name_character(c: char) -> bool {
    let is_allowed = is_letter(c) || is_mark(c) || is_digit(c) || matches!(c, '_' | '.' | '@' | '+' | '-');
    is_allowed && !is_ignorable(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_stored_in_nfkc() {
        assert_eq!(Username::parse("  \u{fb01}sh ").map(|n| n.as_str().to_owned()), Ok("fish".into()));
        assert_eq!(Username::parse("a＠b").map(|n| n.as_str().to_owned()), Ok("a@b".into()));
        assert!(Username::parse("ünïcødé.名前+@-_1").is_ok());
    }

    #[test]
    fn names_of_every_script_are_valid_with_their_marks() {
        for name in [
            "हिन्दी",
            "ไทยน้ำ",
            "العَرَبِيَّة",
            "עִבְרִית",
            "বাংলা",
            "தமிழ்",
            "မြန်မာ",
            "ខ្មែរ",
            "සිංහල",
            "অসমীয়া",
            "한국어",
            "Việt",
            "ⵜⴰⵎⴰⵣⵉⵖⵜ",
            "አማርኛ",
            "ᏣᎳᎩ",
            "𞤆𞤵𞤤𞤢𞤪",
            "٣أ",
            "e\u{301}",
            "ада1",
            "たなか太郎",
            "ᠮᠣᠩᠭᠣᠯ",
        ] {
            assert!(Username::parse(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn invisible_characters_and_misplaced_marks_are_refused() {
        for name in [
            "ada\u{3164}",
            "\u{3164}",
            "ada\u{1160}",
            "\u{115f}ada",
            "ada\u{ffa0}",
            "ada\u{200b}",
            "a\u{200d}b",
            "a\u{200c}b",
            "a\u{ad}b",
            "a\u{fe0f}",
            "a\u{34f}",
            "a\u{180b}",
            "a\u{e0100}",
            "a\u{17b4}",
            "a\u{202e}b",
            "a\u{2060}b",
            "\u{301}ada",
            "1\u{301}",
            "a_\u{301}",
            "½",
            "a b",
            "a!",
            "™°",
            "♥",
            "ada\u{e0061}",
            "a\u{2028}b",
            "a’b",
        ] {
            assert_eq!(Username::parse(name), Err(vec![UsernameError::Invalid]), "{name:?}");
        }
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

    #[test]
    fn a_very_long_text_is_too_long_before_it_is_normalised() {
        // Each of these would become eighteen characters with spaces.
        assert_eq!(Username::parse(&"\u{fdfa}".repeat(201)), Err(vec![UsernameError::TooLong]));
        assert_eq!(Username::parse(&"\u{fdfa}".repeat(200)), Err(vec![UsernameError::Invalid, UsernameError::TooLong]));
        assert_eq!(Username::parse(&format!("{}!", "𝒜".repeat(150))), Err(vec![UsernameError::TooLong]));
        assert!(Username::parse(&"𝒜".repeat(150)).is_ok());
    }

    #[test]
    fn a_new_account_cannot_have_the_services_names_and_an_old_one_keeps_its_own() {
        let reserved = Err(vec![UsernameError::Reserved]);
        for word in ["login", "LogIn", "ｌｏｇｉｎ"] {
            assert_eq!(Username::at_signup(word), reserved, "{word}");
            assert_eq!(Username::parse(word), reserved, "{word}");
        }
        assert_eq!(Username::at_signup("Support"), reserved);
        let admin = Username::parse("admin").expect("a name of an imported account");
        let token = Username("Token".to_owned());
        assert!(Username::at_rename("tOKEN", &token).is_ok(), "it was taken before it was reserved");
        assert_eq!(Username::at_rename("Token", &admin), reserved);
        assert!(Username::at_rename("support", &token).is_ok());
        assert!(Username::at_rename("a b", &token).is_err());
    }
}
