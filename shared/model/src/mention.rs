//! Mentions: `@name` in texts.

use std::collections::HashMap;

use crate::NameKey;
use crate::name::is_name_character;
use crate::signs::after_signs;
use crate::unicode::{beginning_in_one_script, nfkc};

/// The signs that begin a mention.
const SIGNS: &[char] = &['@', '＠'];
/// Only the first 20 mentions of a text count; later ones are plain text.
const MAX_MENTIONS: usize = 20;
/// The longest username.
const MAX_NAME_CHARACTERS: usize = 150;
/// Characters that may end a name, but usually belong to the sentence.
const PUNCTUATION: &[char] = &['.', '+', '-', '@'];

/// A place in a text that names a user, if one of its candidates is somebody's name. A text does not show where a name
/// ends: punctuation may belong to it, and some scripts write no space behind it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Mention(Vec<NameKey>);

impl Mention {
    /// What it may name, the longest first: one to three keys.
    #[must_use]
    pub fn candidates(&self) -> &[NameKey] {
        &self.0
    }

    /// The user whom it names: the owner of its longest candidate that is somebody's name.
    #[must_use]
    pub fn owner<T: Copy>(&self, owners: &HashMap<NameKey, T>) -> Option<T> {
        self.0.iter().find_map(|key| owners.get(key)).copied()
    }

    /// The mention of a run of name characters. `None` if no name can be in it.
    fn of(run: &str) -> Option<Self> {
        let run = nfkc(run);
        let without_punctuation = |text: &str| text.trim_end_matches(PUNCTUATION).len();
        let beginning = beginning_in_one_script(&run);
        let ends = [run.len(), without_punctuation(&run), without_punctuation(beginning)];
        let mut candidates = Vec::new();
        for name in ends.into_iter().filter_map(|end| run.get(..end)) {
            let key = NameKey::of(name);
            if (1..=MAX_NAME_CHARACTERS).contains(&name.chars().count()) && !candidates.contains(&key) {
                candidates.push(key);
            }
        }
        (!candidates.is_empty()).then_some(Self(candidates))
    }
}

/// The distinct mentions of a text, in the order of the text.
pub(crate) fn mentions(text: &str) -> Vec<Mention> {
    let mut mentions = Vec::new();
    for mention in after_signs(text, SIGNS).filter_map(|rest| Mention::of(run_at(rest))) {
        if mentions.len() < MAX_MENTIONS && !mentions.contains(&mention) {
            mentions.push(mention);
        }
    }
    mentions
}

/// The name characters at the beginning of a text, in any width.
fn run_at(text: &str) -> &str {
    let belongs = |c: char| is_name_character(c) || matches!(c, '＿' | '．' | '＠' | '＋' | '－');
    text.find(|c| !belongs(c)).and_then(|end| text.get(..end)).unwrap_or(text)
}
