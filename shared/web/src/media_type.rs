//! Header values with parameters: `Content-Type` and `Content-Disposition` (RFC 9110 §5.6.6), as clients write them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use http::HeaderValue;

/// The longest header value that is read. Django reads at most 1,024 bytes of a part's headers.
const MAX_BYTES: usize = 16 << 10;

/// A header's first word and its parameters. Names are in lower case, quotes and escapes are resolved, and an extended
/// parameter (`name*=utf-8''…`, RFC 8187) is stored under its plain name if its charset is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parameterised {
    /// The part before the first semicolon: a media type in lower case, or a disposition.
    pub(crate) value: String,
    parameters: BTreeMap<String, String>,
}

impl Parameterised {
    /// Reads a `Content-Type`; `None` if it is too long. Any text has a reading.
    pub(crate) fn content_type(header: &HeaderValue) -> Option<Self> {
        let read = mailparse::parse_content_type(&text(header)?);
        Some(Self { value: read.mimetype, parameters: read.params })
    }

    /// Reads a `Content-Disposition`; `None` if it is too long. Any text has a reading.
    pub(crate) fn disposition(header: &HeaderValue) -> Option<Self> {
        let read = mailparse::parse_content_disposition(&text(header)?);
        Some(Self { value: String::new(), parameters: read.params })
    }

    /// A parameter, by its name in lower case.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// A parameter in any form: plain, extended with a charset that is unknown (`name*`), or in sections (`name*0`).
    pub(crate) fn get_any_form(&self, name: &str) -> Option<&str> {
        let is_form = |key: &str| key.strip_prefix(name).is_some_and(|rest| rest.starts_with('*'));
        let other = || self.parameters.iter().find(|(key, _)| is_form(key)).map(|(_, value)| value.as_str());
        self.get(name).or_else(other)
    }
}

/// The header's text. Bytes that are not UTF-8 are taken for ISO-8859-1, which never changes an ASCII character.
fn text(header: &HeaderValue) -> Option<Cow<'_, str>> {
    let bytes = header.as_bytes();
    if bytes.len() > MAX_BYTES {
        return None;
    }
    let latin = || Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect());
    Some(std::str::from_utf8(bytes).map_or_else(|_| latin(), Cow::Borrowed))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn header(bytes: &[u8]) -> HeaderValue {
        HeaderValue::from_bytes(bytes).unwrap()
    }

    #[test]
    fn media_types_are_read_in_every_spelling() {
        for (text, boundary) in [
            ("multipart/form-data; boundary=b", "b"),
            ("multipart/form-data;boundary=\"b\"", "b"),
            ("Multipart/Form-Data ; BOUNDARY = b ", "b"),
            ("multipart/form-data;charset=utf-8; boundary=b;", "b"),
            ("multipart/form-data; x=\"a; boundary=no\"; boundary=b", "b"),
            ("multipart/form-data; boundary=----=_Part_7_1480.1631", "----=_Part_7_1480.1631"),
            ("multipart/form-data; boundary====1487890123===", "===1487890123==="),
            ("multipart/form-data; boundary=\"a b'()+_,-./:=?\"", "a b'()+_,-./:=?"),
            ("multipart/form-data; boundary=a(b)@[c]{d}", "a(b)@[c]{d}"),
            ("multipart/form-data; boundary=\"a\\\"b\"", "a\"b"),
        ] {
            let read = Parameterised::content_type(&header(text.as_bytes())).unwrap();
            assert_eq!((read.value.as_str(), read.get("boundary")), ("multipart/form-data", Some(boundary)), "{text}");
        }
        assert!(Parameterised::content_type(&header(&[b'a'; MAX_BYTES + 1])).is_none());
    }

    #[test]
    fn a_name_is_found_wherever_it_stands() {
        let rows: [&[u8]; 9] = [
            br#"form-data; name="a"; filename="b.png""#,
            br#"form-data; filename="x; name=no.png"; name="a""#,
            br#"form-data; filename="name=no.png"; name=a"#,
            br#"form-data;NAME="a";FileName="b""#,
            br#"form-data; filename="C:\name=x\y.png"; name="a""#,
            br#"form-data; filename="say \"name=no\".png"; name="a""#,
            b"form-data; filename=\"\xd1\x84\xff.png\"; name=\"a\"",
            b"form-data; filename=\"caf\xe9.png\"; name=\"a\"",
            br#"form-data; name="a"; filename*=utf-8''%D1%84.png"#,
        ];
        for row in rows {
            let read = Parameterised::disposition(&header(row)).unwrap();
            let shown = String::from_utf8_lossy(row);
            assert_eq!(read.get("name"), Some("a"), "{shown}");
            assert!(read.get_any_form("filename").is_some_and(|name| !name.is_empty()), "{shown}");
        }
    }

    #[test]
    fn a_file_name_counts_in_every_form() {
        for form in ["filename*=x-unknown''a", "filename*0=a; filename*1=b", "filename*0*=utf-8''%61", "filename=a"] {
            let read = Parameterised::disposition(&header(format!("form-data; name=n; {form}").as_bytes())).unwrap();
            assert!(read.get_any_form("filename").is_some(), "{form}");
        }
        let text = Parameterised::disposition(&header(b"form-data; name=n; filenames=a")).unwrap();
        assert_eq!(text.get_any_form("filename"), None);
    }
}
