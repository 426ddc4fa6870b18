//! Texts people write: tweets, biographies, aliases, alternative texts.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::{NameKey, Tag, marks};

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing in it.
    #[error("This field may not be blank.")]
    Blank,
    /// Too many characters.
    #[error("Ensure this field has no more than {0} characters.")]
    TooLong(usize),
    /// A NUL, which no screen shows and many systems cut at.
    #[error("Null characters are not allowed.")]
    Null,
}

/// NFC without white space at its ends, as long as allowed.
fn normalise(text: &str, max: usize) -> Result<String, Vec<TextError>> {
    let normal: String = text.trim().nfc().collect();
    let mut errors = Vec::new();
    if normal.chars().count() > max {
        errors.push(TextError::TooLong(max));
    }
    if normal.contains('\0') {
        errors.push(TextError::Null);
    }
    if errors.is_empty() { Ok(normal) } else { Err(errors) }
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $max:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The most characters (Unicode scalar values, after NFC).
            pub const MAX_CHARACTERS: usize = $max;

            /// Reads one; white space at the ends is dropped. It may be empty.
            ///
            /// # Errors
            /// Every rule that the text breaks.
            pub fn parse(text: &str) -> Result<Self, Vec<TextError>> {
                normalise(text, $max).map(Self)
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Nothing in it?
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }
        }
    };
}

text! {
    /// A tweet's or a comment's message. Empty only beside media, which the handler decides.
    TweetText, 280
}

impl TweetText {
    /// The distinct tags in it, up to twenty.
    #[must_use]
    pub fn tags(&self) -> Vec<Tag> {
        marks::tags(&self.0)
    }

    /// The distinct names that it mentions, up to twenty, whether somebody has them or not.
    #[must_use]
    pub fn mentions(&self) -> Vec<NameKey> {
        marks::mentions(&self.0)
    }
}

text! {
    /// A biography; empty until somebody writes one.
    Bio, 400
}
text! {
    /// The name shown beside the username.
    Alias, 150
}
text! {
    /// What a picture shows, for those who can't see it.
    AltText, 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_characters_after_nfc() {
        let decomposed = "e\u{301}".repeat(280);
        assert_eq!(TweetText::parse(&decomposed).map(|t| t.as_str().chars().count()), Ok(280));
        assert_eq!(TweetText::parse(&"é".repeat(281)), Err(vec![TextError::TooLong(280)]));
    }

    #[test]
    fn every_broken_rule_is_named() {
        let text = format!("\0{}", "a".repeat(280));
        assert_eq!(TweetText::parse(&text), Err(vec![TextError::TooLong(280), TextError::Null]));
    }
}
