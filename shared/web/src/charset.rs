//! Character encodings of bodies and of their parts. Nothing is ever replaced by U+FFFD.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};

/// The encoding of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Charset {
    /// Seven bits. The Encoding Standard takes it for windows-1252; here a byte beyond ASCII does not fit.
    Ascii,
    /// One of the Encoding Standard.
    Of(&'static Encoding),
}

/// Why bytes have no text. The message names what to mend and repeats no bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CharsetError {
    /// The label is of no known encoding.
    #[error("unknown charset \"{0}\"")]
    Unknown(String),
    /// The bytes are not of this encoding.
    #[error("the bytes are not {0}")]
    Unfit(&'static str),
}

/// What a text has without a label.
pub(crate) const DEFAULT: Charset = Charset::Of(UTF_8);

/// The names of ASCII that clients send (IANA's and Python's).
const ASCII: [&str; 5] = ["us-ascii", "ascii", "ansi-x3.4-1968", "iso646-us", "iso-646.irv:1991"];
/// The most characters of a label that an error repeats.
const SHOWN: usize = 40;

impl Charset {
    /// Finds an encoding by its label, in the spellings of the Encoding Standard, of Python and of Java: `latin-1`,
    /// `utf_8`, `Cp1252`.
    pub(crate) fn of(label: &str) -> Result<Self, CharsetError> {
        let dashed = label.trim().to_ascii_lowercase().replace('_', "-");
        if ASCII.contains(&dashed.as_str()) {
            return Ok(Self::Ascii);
        }
        let found = [label.trim(), &dashed, &dashed.replace('-', "")]
            .into_iter()
            .find_map(|label| Encoding::for_label_no_replacement(label.as_bytes()));
        found.map(Self::Of).ok_or_else(|| {
            let shown = label.chars().filter(|c| !c.is_control() && *c != '"');
            CharsetError::Unknown(shown.take(SHOWN).collect())
        })
    }

    /// The text of the bytes, without a copy where they are UTF-8.
    pub(crate) fn decode_owned(self, bytes: Vec<u8>) -> Result<String, CharsetError> {
        if self == DEFAULT {
            return String::from_utf8(bytes).map_err(|_| CharsetError::Unfit(UTF_8.name()));
        }
        self.decode(&bytes).map(Cow::into_owned)
    }

    /// As [`Charset::decode_owned`], of bytes that are borrowed.
    pub(crate) fn decode(self, bytes: &[u8]) -> Result<Cow<'_, str>, CharsetError> {
        match self {
            Self::Ascii if bytes.is_ascii() => decode(UTF_8, bytes),
            Self::Ascii => Err(CharsetError::Unfit("US-ASCII")),
            Self::Of(encoding) => decode(encoding, bytes),
        }
    }
}

fn decode<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Result<Cow<'a, str>, CharsetError> {
    let unfit = || CharsetError::Unfit(encoding.name());
    if encoding == UTF_8 {
        return std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| unfit());
    }
    // The byte order mark of UTF-16 says which of the two it is; it is no character of the text.
    let (encoding, skip) = Encoding::for_bom(bytes).filter(|_| is_utf_16(encoding)).unwrap_or((encoding, 0));
    let bytes = bytes.get(skip..).unwrap_or_default();
    encoding.decode_without_bom_handling_and_without_replacement(bytes).ok_or_else(unfit)
}

fn is_utf_16(encoding: &'static Encoding) -> bool {
    encoding == encoding_rs::UTF_16LE || encoding == encoding_rs::UTF_16BE
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn texts_are_read_in_the_encoding_that_they_name() {
        for (label, bytes, text) in [
            ("utf-8", "Café".as_bytes(), "Café"),
            ("UTF_8", "Café".as_bytes(), "Café"),
            ("ISO-8859-1", b"Caf\xe9", "Café"),
            ("latin-1", b"Caf\xe9", "Café"),
            ("iso8859_15", b"\xa4", "€"),
            ("Cp1252", b"\x80", "€"),
            ("windows-1251", b"\xcf\xf0\xe8", "При"),
            ("Shift_JIS", b"\x83e\x83X\x83g", "テスト"),
            ("EUC-KR", b"\xc7\xd1", "한"),
            ("GBK", b"\xc4\xe3", "你"),
            ("utf-16", b"\xff\xfea\x00", "a"),
            ("utf-16", b"\xfe\xff\x00a", "a"),
            ("UTF-16BE", b"\x00a", "a"),
            ("us-ascii", b"plain", "plain"),
        ] {
            assert_eq!(Charset::of(label).unwrap().decode(bytes).unwrap(), text, "{label}");
        }
    }

    #[test]
    fn what_does_not_fit_is_an_error_and_never_a_replacement() {
        for (label, bytes) in [
            ("utf-8", b"Caf\xe9".as_slice()),
            ("us-ascii", "Café".as_bytes()),
            ("ANSI_X3.4-1968", b"\xe9"),
            ("Shift_JIS", b"\x81"),
            ("utf-16le", b"a"),
            ("utf-16le", b"\x00\xd8"),
        ] {
            assert!(matches!(Charset::of(label).unwrap().decode(bytes), Err(CharsetError::Unfit(_))), "{label}");
        }
        for label in ["klingon", "utf-7", "utf-32", "replacement", "iso-2022-cn", "", "8"] {
            assert!(matches!(Charset::of(label), Err(CharsetError::Unknown(_))), "{label}");
        }
        let long = Charset::of(&"é\"".repeat(500)).unwrap_err().to_string();
        assert!(long.chars().count() < 100 && !long.contains("\"\""), "{long}");
    }
}
