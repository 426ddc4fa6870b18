//! Finds `#tags` and `@names` in texts.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::NameKey;

/// Only the first 20 of each kind count; later ones are plain text.
const MAX_MARKS: usize = 20;
/// A tag is no longer than a tweet.
const MAX_TAG_CHARACTERS: usize = 280;
/// A tag is the end of a sort key, which has at most 1,024 bytes.
const MAX_TAG_BYTES: usize = 1_000;

/// A tag in the form in which tags are compared: case-folded, in NFKC, without its `#`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tag(String);

impl Tag {
    /// Reads a tag, with or without its `#`. `None` if it is not one word, or has no letter.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let word = text.strip_prefix('#').unwrap_or(text);
        if word.chars().count() > MAX_TAG_CHARACTERS {
            return None;
        }
        let normal: String = word.nfkc().collect();
        let key: String = caseless::default_case_fold_str(&normal).nfkc().collect();
        let is_tag = key.chars().all(is_word) && key.chars().any(|c| !c.is_numeric() && c != '_');
        (is_tag && key.len() <= MAX_TAG_BYTES).then_some(Self(key))
    }

    /// The tag as text, without its `#`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The distinct tags of a text, in the order of the text.
pub(crate) fn tags(text: &str) -> Vec<Tag> {
    distinct(marked(text, '#', is_word).filter_map(Tag::parse))
}

/// The distinct names that a text mentions, in the order of the text. Dots, pluses and hyphens belong to a name except
/// at its end, where they usually belong to the sentence.
pub(crate) fn mentions(text: &str) -> Vec<NameKey> {
    let in_name = |c: char| is_word(c) || matches!(c, '.' | '+' | '-');
    let names = marked(text, '@', in_name).map(|name| name.trim_end_matches(['.', '+', '-']));
    distinct(names.filter(|name| !name.is_empty()).map(NameKey::of))
}

fn distinct<T: PartialEq>(marks: impl Iterator<Item = T>) -> Vec<T> {
    let mut distinct = Vec::new();
    for mark in marks {
        if distinct.len() < MAX_MARKS && !distinct.contains(&mark) {
            distinct.push(mark);
        }
    }
    distinct
}

/// The words after each `sign`, except inside a word or a path: a mail address or a link contains no name and no tag. A
/// word that another sign follows directly is part of an address too.
fn marked(text: &str, sign: char, belongs: impl Fn(char) -> bool) -> impl Iterator<Item = &str> {
    text.char_indices().filter(move |(_, c)| *c == sign).filter_map(move |(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let rest = text.get(at + sign.len_utf8()..)?;
        let end = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        let is_inside = before.is_some_and(|c| is_word(c) || c == sign || c == '/');
        let mut after = rest.get(end..).unwrap_or_default().chars();
        let continues = after.next() == Some(sign) && after.next().is_some_and(&belongs);
        rest.get(..end).filter(|word| !is_inside && !continues && !word.is_empty())
    })
}

/// Is it a letter, a digit, `_` or a combining mark?
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || unicode_normalization::char::is_combining_mark(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_unicode_words_with_a_letter() {
        let found = |text: &str| tags(text).iter().map(|tag| tag.as_str().to_owned()).collect::<Vec<_>>();
        assert_eq!(found("#Rust, #rust #ＲＵＳＴ and #Straße!"), ["rust", "strasse"]);
        assert_eq!(found("a#b ##c #2026 #_ #x_1 (#été) #हिन्दी #日本語。"), ["x_1", "été", "हिन्दी", "日本語"]);
        assert_eq!(found(&(0..30).map(|n| format!("#t{n} ")).collect::<String>()).len(), MAX_MARKS);
        assert!(found("# nothing #").is_empty());
        assert_eq!(found("https://example.com/#intro #outro"), ["outro"]);
    }

    #[test]
    fn a_name_ends_before_the_full_stop_of_its_sentence() {
        let found = |text: &str| mentions(text).iter().map(|name| name.as_str().to_owned()).collect::<Vec<_>>();
        assert_eq!(found("@Wren, ask @the.finch. Or @WREN? (@ünï-1)"), ["wren", "the.finch", "ünï-1"]);
        assert!(found("wren@example.com @@wren @ @.").is_empty());
        assert_eq!(found("https://example.com/@finch @wren@example.com @robin@ (@lark)"), ["robin", "lark"]);
    }

    #[test]
    fn a_tag_is_read_alike_from_a_url_and_from_a_text() {
        assert_eq!(Tag::parse("Rust"), Tag::parse("#rust"));
        for wrong in ["", "#", "a b", "a-b", "12", &"a".repeat(281), &"𒀀".repeat(279)] {
            assert_eq!(Tag::parse(wrong), None, "{wrong}");
        }
    }
}
