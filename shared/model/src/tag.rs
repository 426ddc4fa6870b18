//! Tags: `#word` in texts, by the default hashtag identifiers of UAX #31, section 5, without their emoji.

use serde::{Deserialize, Serialize};

use crate::signs::after_signs;
use crate::unicode::{continues_identifier, is_connector, is_digit, is_mark, nfkc, nfkc_casefold};

/// The signs that begin a tag: `#` and its wide and small forms.
const SIGNS: &[char] = &['#', '＃', '﹟'];
/// Only the first 20 tags of a text count; later ones are plain text.
const MAX_TAGS: usize = 20;
/// A tag is no longer than a tweet.
const MAX_CHARACTERS: usize = 280;
/// A tag is the end of a sort key, which has at most 1,024 bytes.
const MAX_BYTES: usize = 1_000;

/// A tag in the form in which tags are compared, NFKC_Casefold, without its `#`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tag(String);

impl Tag {
    /// Reads a tag, with or without its `#`. `None` if it is not one word, or only digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let word = text.strip_prefix(SIGNS).unwrap_or(text);
        if word.len() > 4 * MAX_CHARACTERS || word.chars().count() > MAX_CHARACTERS {
            return None;
        }
        let word = nfkc(word);
        let key = nfkc_casefold(&word);
        // Digits alone are a number, and with marks that nobody sees a keycap.
        let is_word = key.chars().any(|c| !is_digit(c) && !is_connector(c) && !is_mark(c));
        let is_tag = !word.is_empty() && word_at(&word) == &*word && is_word;
        (is_tag && key.len() <= MAX_BYTES).then_some(Self(key))
    }

    /// The tag as text, without its `#`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The distinct tags of a text, in the order of the text.
pub(crate) fn tags(text: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    for tag in after_signs(text, SIGNS).filter_map(|rest| Tag::parse(word_at(rest))) {
        if tags.len() < MAX_TAGS && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

/// The tag's word at the beginning of a text: identifier characters, with joiners and middle dots between them.
fn word_at(text: &str) -> &str {
    let mut end = 0;
    for (at, c) in text.char_indices() {
        if is_medial(c) {
            if end == 0 {
                break;
            }
        } else if continues_identifier(c) {
            end = at + c.len_utf8();
        } else {
            break;
        }
    }
    text.get(..end).unwrap_or_default()
}

/// Whether it may stand between two characters of a tag, but not at its ends: joiners, and the middle dots of Catalan
/// and of Japanese, in each of their forms.
fn is_medial(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{b7}' | '\u{387}' | '\u{30fb}' | '\u{ff65}')
}
