//! Texts that users write: messages, biographies, aliases and descriptions of media.

use serde::{Deserialize, Serialize};

use crate::mention::{Mention, mentions};
use crate::tag::{Tag, tags};
use crate::unicode::{is_bidi_control, is_visible, nfc};

/// A rule that a text breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Empty, or nothing that a reader sees.
    #[error("This field may not be blank.")]
    Blank,
    /// More characters than this.
    #[error("Ensure this field has no more than {0} characters.")]
    TooLong(usize),
    /// It contains a NUL, which is invisible and at which many systems cut a text.
    #[error("Null characters are not allowed.")]
    Null,
    /// It contains a control character that it may not have.
    #[error("Control characters are not allowed.")]
    Control,
}

/// Which control characters a text may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Controls {
    /// Line breaks and tabs.
    OfLayout,
    /// None, and nothing that changes the direction of the text beside it either.
    None,
}

impl Controls {
    fn allow(self, c: char) -> bool {
        match self {
            Self::OfLayout => !c.is_control() || matches!(c, '\n' | '\t' | '\0'),
            Self::None => !c.is_control() && !is_bidi_control(c) && !matches!(c, '\u{2028}' | '\u{2029}') || c == '\0',
        }
    }
}

/// The text in NFC with `\n` as line break and without white space at its ends, if it is valid. A text of which nothing
/// is visible is empty.
fn normalise(text: &str, max: usize, controls: Controls) -> Result<String, Vec<TextError>> {
    let text = text.trim();
    if text.len() > 4 * max {
        return Err(vec![TextError::TooLong(max)]);
    }
    let lines = text.replace("\r\n", "\n").replace(['\r', '\u{85}'], "\n");
    let normal = nfc(&lines);
    let mut errors = Vec::new();
    if normal.chars().count() > max {
        errors.push(TextError::TooLong(max));
    }
    if normal.contains('\0') {
        errors.push(TextError::Null);
    }
    if !normal.chars().all(|c| controls.allow(c)) {
        errors.push(TextError::Control);
    }
    match errors.is_empty() {
        true if normal.chars().any(is_visible) => Ok(normal.into_owned()),
        true => Ok(String::new()),
        false => Err(errors),
    }
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $max:literal, $controls:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The longest text, in Unicode scalar values after NFC.
            pub const MAX_CHARACTERS: usize = $max;

            /// Reads the text, which may be blank; white space at the ends is dropped. A text of more than four bytes
            /// for each character that it may have is too long before anything else is looked at.
            ///
            /// # Errors
            /// Every rule that the text breaks.
            pub fn parse(text: &str) -> Result<Self, Vec<TextError>> {
                normalise(text, $max, $controls).map(Self)
            }

            /// The text in NFC.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Has it nothing that a reader sees?
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }
        }
    };
}

text! {
    /// The message of a tweet or a comment. It may be blank only for a tweet with media.
    TweetText, 280, Controls::OfLayout
}

impl TweetText {
    /// Reads a text that must not be blank; else as [`TweetText::parse`].
    ///
    /// # Errors
    /// Every rule that the text breaks.
    pub fn parse_visible(text: &str) -> Result<Self, Vec<TextError>> {
        let text = Self::parse(text)?;
        if text.is_empty() { Err(vec![TextError::Blank]) } else { Ok(text) }
    }

    /// The distinct tags in the message, up to 20.
    #[must_use]
    pub fn tags(&self) -> Vec<Tag> {
        tags(&self.0)
    }

    /// The distinct mentions in the message, up to 20. They need not name a user.
    #[must_use]
    pub fn mentions(&self) -> Vec<Mention> {
        mentions(&self.0)
    }
}

text! {
    /// A biography; empty if the user has not written one.
    Bio, 400, Controls::OfLayout
}
text! {
    /// The display name, shown with the username.
    Alias, 150, Controls::None
}
text! {
    /// A client's own preference, such as the colours of its screens, which the account keeps for it.
    Mode, 16, Controls::None
}
text! {
    /// The description of an image or a video, for people who cannot see it.
    AltText, 1_000, Controls::OfLayout
}
text! {
    /// What the reporter of a tweet, a comment or a profile wrote about it.
    ReportNote, 1_000, Controls::OfLayout
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_is_counted_in_characters_after_nfc() {
        let decomposed = "e\u{301}".repeat(280);
        assert_eq!(TweetText::parse(&decomposed).map(|t| t.as_str().chars().count()), Ok(280));
        assert_eq!(TweetText::parse(&"é".repeat(281)), Err(vec![TextError::TooLong(280)]));
        assert!(TweetText::parse(&"𒀀".repeat(280)).is_ok());
    }

    #[test]
    fn all_broken_rules_are_reported() {
        let text = format!("\0\u{1b}{}", "a".repeat(280));
        assert_eq!(TweetText::parse(&text), Err(vec![TextError::TooLong(280), TextError::Null, TextError::Control]));
    }

    #[test]
    fn a_very_long_text_is_too_long_before_it_is_normalised() {
        let text = format!("\0{}", "\u{fdfa}".repeat(1_000_000));
        assert_eq!(TweetText::parse(&text), Err(vec![TextError::TooLong(280)]));
        assert_eq!(Alias::parse(&text), Err(vec![TextError::TooLong(150)]));
        assert_eq!(Bio::parse(&"\u{fdfa}".repeat(534)), Err(vec![TextError::TooLong(400)]));
    }

    #[test]
    fn a_line_break_is_one_character_however_it_is_sent() {
        let text = TweetText::parse("a\r\nb\rc\u{85}d\n\te");
        assert_eq!(text.map(|text| text.as_str().to_owned()), Ok("a\nb\nc\nd\n\te".to_owned()));
        let lines = format!("{}{}", "a\r\n".repeat(9), "b".repeat(262));
        assert!(TweetText::parse(&lines).is_ok());
    }

    #[test]
    fn control_characters_are_refused_except_those_of_the_layout() {
        for c in ['\u{1}', '\u{7}', '\u{8}', '\u{b}', '\u{c}', '\u{1b}', '\u{7f}', '\u{80}', '\u{9b}'] {
            let text = format!("a{c}b");
            assert_eq!(TweetText::parse(&text), Err(vec![TextError::Control]), "{c:?}");
            assert_eq!(Bio::parse(&text), Err(vec![TextError::Control]), "{c:?}");
            assert_eq!(Alias::parse(&text), Err(vec![TextError::Control]), "{c:?}");
        }
        for c in ['\n', '\t', '\r', '\u{2028}', '\u{202a}', '\u{202e}', '\u{2066}', '\u{200f}', '\u{61c}'] {
            let text = format!("a{c}b");
            assert_eq!(Alias::parse(&text), Err(vec![TextError::Control]), "{c:?}");
            assert!(TweetText::parse(&text).is_ok(), "{c:?}");
        }
        // Joiners belong to the spelling of many languages and to emoji.
        assert!(Alias::parse("نرم\u{200c}افزار 👩\u{200d}🚀").is_ok());
    }

    #[test]
    fn a_text_of_which_nothing_is_visible_is_blank() {
        for blank in
            ["", " ", "\u{200b}", "\u{3164}\u{3164}", "\u{2800}", "\u{feff} \u{2060}", "\u{ad}\u{200d}\u{fe0f}"]
        {
            assert_eq!(TweetText::parse_visible(blank), Err(vec![TextError::Blank]), "{blank:?}");
            assert_eq!(TweetText::parse(blank).map(|text| text.is_empty()), Ok(true), "{blank:?}");
            assert_eq!(Alias::parse(blank).map(|text| text.is_empty()), Ok(true), "{blank:?}");
        }
        assert!(TweetText::parse_visible("\u{200b}.").is_ok());
        assert!(TweetText::parse_visible("❤\u{fe0f}").is_ok());
    }
}
