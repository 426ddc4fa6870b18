//! The keys of names and addresses, which share one namespace.

use idna::uts46::{AsciiDenyList, Hyphens, Uts46};
use serde::{Deserialize, Serialize};

use crate::unicode::{nfkc, nfkc_casefold};

/// The longest text that has a key, in bytes: four times the characters of the longest address.
const MAX_TEXT_BYTES: usize = 4 * 254;
/// The longest key, in bytes. A key in DynamoDB has at most 2,048. Every username and address stays below.
const MAX_KEY_BYTES: usize = 1_900;

/// The form in which names and addresses are compared and looked up: NFKC_Casefold. What follows an `@` is taken for a
/// domain: its Punycode is another spelling of it, so both have one key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NameKey(String);

impl NameKey {
    /// The key of any text. The text need not be a valid name: looking its key up finds nothing. A text that is longer
    /// than any name and address has the empty key, which belongs to nobody.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(key_of(text.trim()).filter(|key| key.len() <= MAX_KEY_BYTES).unwrap_or_default())
    }

    /// The key as text; empty if it belongs to nobody.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn key_of(text: &str) -> Option<String> {
    if text.len() > MAX_TEXT_BYTES {
        return None;
    }
    let text = nfkc(text);
    Some(match text.rsplit_once('@') {
        Some((local, domain)) => nfkc_casefold(&format!("{local}@{}", in_unicode(domain))),
        None => nfkc_casefold(&text),
    })
}

/// A domain without Punycode. What is no valid Punycode stays as it is.
fn in_unicode(domain: &str) -> String {
    let is_punycode = domain.split('.').any(|label| label.get(..4).is_some_and(|ace| ace.eq_ignore_ascii_case("xn--")));
    if is_punycode {
        let (unicode, valid) = Uts46::new().to_unicode(domain.as_bytes(), AsciiDenyList::EMPTY, Hyphens::Allow);
        if valid.is_ok() {
            return unicode.into_owned();
        }
    }
    domain.to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Email, Username};

    #[test]
    fn a_name_has_one_key_in_any_case_and_unicode_form() {
        let keys = ["Straße", "STRASSE", "ｓｔｒａｓｓｅ", "strasse", " stra\u{ad}sse\u{3164}"].map(NameKey::of);
        assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    }

    #[test]
    fn both_spellings_of_a_domain_have_one_key() {
        for spellings in [
            &["x@bücher.example", "X@BÜCHER.example", "x@xn--bcher-kva.example", "x@XN--BCHER-KVA.EXAMPLE"][..],
            &["x@faß.de", "x@xn--fa-hia.de"],
            &["x@пример.рф", "x@xn--e1afmkfd.xn--p1ai", "x@ПРИМЕР.xn--p1ai"],
            &["x@例え.jp", "x@xn--r8jz45g.jp"],
        ] {
            let keys: Vec<NameKey> = spellings.iter().map(|spelling| NameKey::of(spelling)).collect();
            assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
        }
        assert_eq!(NameKey::of("x@xn--0.example").as_str(), "x@xn--0.example");
    }

    #[test]
    fn only_a_text_longer_than_any_name_has_the_empty_key() {
        assert_eq!(NameKey::of(&"a".repeat(1_017)).as_str(), "");
        assert_eq!(NameKey::of(&"\u{fdfa}".repeat(300)).as_str(), "");
        assert!(!NameKey::of(&"𝒜".repeat(150)).as_str().is_empty());
    }

    proptest! {
        #[test]
        fn every_name_and_address_has_a_key(name in "[\u{1f88}-\u{1ffc}a-z@.ΐŉﬃ]{1,150}", label in "[ß-ǿ]{1,20}") {
            if let Ok(name) = Username::parse(&name) {
                prop_assert!(!name.key().as_str().is_empty());
                prop_assert_eq!(NameKey::of(name.key().as_str()), name.key());
            }
            if let Ok(email) = Email::parse(&format!("{}@{label}.example", "a".repeat(100))) {
                prop_assert_eq!(email.key(), NameKey::of(&email.mailbox()));
                prop_assert!(!email.key().as_str().is_empty());
            }
        }
    }
}
