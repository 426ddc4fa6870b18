//! Lone surrogates in JSON: escapes such as `\ud800`, which Unicode text cannot contain.
//!
//! Python parses them, and Django REST framework then refuses the field. Rust's parser would refuse the whole body. So
//! each is replaced by a mark until its field is read, and the same field is refused in the same words.

use std::borrow::Cow;

/// Noncharacters, which texts do not use. The four hex digits are between them.
const BEGIN: char = '\u{fdd0}';
const END: char = '\u{fdd1}';

/// Replaces each lone surrogate by a mark.
pub(crate) fn mark(json: &[u8]) -> Cow<'_, [u8]> {
    let mut marked: Option<Vec<u8>> = None;
    let mut at = 0;
    while let Some(&byte) = json.get(at) {
        let (length, lone) = match byte {
            b'\\' => escape(json.get(at..).unwrap_or_default()),
            _ => (1, None),
        };
        if let Some(digits) = lone {
            let out = marked.get_or_insert_with(|| json.get(..at).unwrap_or_default().to_vec());
            out.extend_from_slice(format!("{BEGIN}{digits:04X}{END}").as_bytes());
        } else if let Some(out) = &mut marked {
            out.extend_from_slice(json.get(at..at + length).unwrap_or_default());
        }
        at += length;
    }
    marked.map_or(Cow::Borrowed(json), Cow::Owned)
}

/// The length of an escape, and the lone surrogate that it encodes, if any. A pair counts as one escape.
fn escape(json: &[u8]) -> (usize, Option<u16>) {
    match unit(json) {
        None => (2.min(json.len()), None),
        Some(high @ 0xd800..=0xdbff) => match json.get(6..).and_then(unit) {
            Some(0xdc00..=0xdfff) => (12, None),
            _ => (6, Some(high)),
        },
        Some(low @ 0xdc00..=0xdfff) => (6, Some(low)),
        Some(_) => (6, None),
    }
}

fn unit(json: &[u8]) -> Option<u16> {
    let digits = json.strip_prefix(b"\\u")?.get(..4)?;
    if digits.iter().all(u8::is_ascii_hexdigit) {
        u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    } else {
        None
    }
}

/// The first marked surrogate of a text, in DRF's form: `U+D800`.
pub(crate) fn first(text: &str) -> Option<String> {
    let (_, rest) = text.split_once(BEGIN)?;
    let (digits, _) = rest.split_once(END)?;
    let is_unit = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_unit.then(|| format!("U+{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(json: &str) -> String {
        String::from_utf8_lossy(&mark(json.as_bytes())).into_owned()
    }

    #[test]
    fn a_lone_surrogate_is_marked_and_named() {
        for lone in [r#""a\ud800b""#, r#""a\uDC00""#, r#""\ud800\ud83d\ude00""#, r#""\ud800\n""#] {
            let text: String = serde_json::from_str(&marked(lone)).expect("JSON that can be read");
            assert!(first(&text).is_some(), "{lone}: {text:?}");
        }
        assert_eq!(
            first(&serde_json::from_str::<String>(&marked(r#""a\ud800b""#)).expect("text")).as_deref(),
            Some("U+D800")
        );
    }

    #[test]
    fn text_without_lone_surrogates_is_unchanged() {
        for fine in [r#""\ud83d\ude00""#, r#""\\ud800""#, r#""\u00e9\"\\""#, "{\"a\":1}", "\"\\", "\"\\u12"] {
            assert!(matches!(mark(fine.as_bytes()), Cow::Borrowed(_)), "{fine}");
        }
        assert_eq!(first("U+D800 \u{fdd0}x\u{fdd1}"), None);
    }
}
