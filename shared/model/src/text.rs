//! Texts that users write: messages, biographies, aliases and descriptions of media.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::{NameKey, Tag, marks};

/// A rule that a text breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Empty, or nothing but white space.
    #[error("This field may not be blank.")]
    Blank,
    /// More characters than this.
    #[error("Ensure this field has no more than {0} characters.")]
    TooLong(usize),
    /// It contains a NUL, which is invisible and at which many systems cut a text.
    #[error("Null characters are not allowed.")]
    Null,
}

/// The text in NFC without white space at its ends, if it is valid.
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
            /// The longest text, in Unicode scalar values after NFC.
            pub const MAX_CHARACTERS: usize = $max;

            /// Reads the text, which may be empty; white space at the ends is dropped.
            ///
            /// # Errors
            /// Every rule that the text breaks.
            pub fn parse(text: &str) -> Result<Self, Vec<TextError>> {
                normalise(text, $max).map(Self)
            }

            /// The text in NFC.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Has it no characters?
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }
        }
    };
}

text! {
    /// The message of a tweet or a comment. It may be empty only for a tweet with media, which the handler checks.
    TweetText, 280
}

impl TweetText {
    /// The distinct tags in the message, up to 20.
    #[must_use]
    pub fn tags(&self) -> Vec<Tag> {
        marks::tags(&self.0)
    }

    /// The distinct names that the message mentions, up to 20. They need not belong to a user.
    #[must_use]
    pub fn mentions(&self) -> Vec<NameKey> {
        marks::mentions(&self.0)
    }
}

text! {
    /// A biography; empty if the user has not written one.
    Bio, 400
}
text! {
    /// The display name, shown with the username.
    Alias, 150
}
text! {
    /// The description of an image or a video, for people who cannot see it.
    AltText, 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_is_counted_in_characters_after_nfc() {
        let decomposed = "e\u{301}".repeat(280);
        assert_eq!(TweetText::parse(&decomposed).map(|t| t.as_str().chars().count()), Ok(280));
        assert_eq!(TweetText::parse(&"é".repeat(281)), Err(vec![TextError::TooLong(280)]));
    }

    #[test]
    fn all_broken_rules_are_reported() {
        let text = format!("\0{}", "a".repeat(280));
        assert_eq!(TweetText::parse(&text), Err(vec![TextError::TooLong(280), TextError::Null]));
    }
}
