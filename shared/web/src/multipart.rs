//! `multipart/form-data` (RFC 7578), as browsers and HTTP libraries write it.
//!
//! multer finds the parts. What their headers say is read here: a file name in any form, any charset, and the transfer
//! encodings of mail, which a few libraries use.

use bytes::Bytes;
use futures_util::stream;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName};
use memchr::memmem;

use crate::charset::{self, Charset, CharsetError};
use crate::form::{File, Value};
use crate::line_breaks;
use crate::media_type::Parameterised;

/// The longest boundary. RFC 2046 has 70 characters, Django 201.
const MAX_BOUNDARY: usize = 201;
/// The field that names the charset of texts without one (RFC 7578 §4.6).
pub(crate) const CHARSET_FIELD: &str = "_charset_";

/// Why a body is no form. The message is for the client.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MultipartError {
    #[error("Invalid boundary in multipart: {0}")]
    Boundary(String),
    #[error("{0}")]
    Structure(#[from] multer::Error),
    #[error("the headers of a part are too long")]
    Headers,
    #[error("the field \"{name}\": {error}")]
    Charset { name: String, error: CharsetError },
    #[error("the field \"{name}\" is not {encoding}")]
    Transfer { name: String, encoding: &'static str },
}

/// A part as it was sent.
struct Part {
    name: String,
    content_type: Option<Parameterised>,
    file_name: Option<String>,
    chunks: Vec<Bytes>,
}

/// Reads the fields of a body, in order, at most `max` and one.
pub(crate) async fn fields(
    content_type: &Parameterised,
    bytes: Bytes,
    max: usize,
) -> Result<Vec<(String, Value)>, MultipartError> {
    let boundary = boundary(content_type)?;
    let whole = stream::iter(complete(bytes, boundary).map(Ok::<_, std::convert::Infallible>));
    let mut multipart = multer::Multipart::new(whole, boundary);
    let mut parts = Vec::new();
    while let Some(field) = multipart.next_field().await? {
        parts.push(part(field).await?);
        if parts.len() > max {
            break;
        }
    }
    let named = parts.iter().find(|part| part.name == CHARSET_FIELD).map(|part| part.chunks.concat());
    let named = named.and_then(|bytes| String::from_utf8(bytes).ok());
    let label = content_type.get("charset").or(named.as_deref()).filter(|label| !label.trim().is_empty());
    let default = label.map_or(Ok(charset::DEFAULT), Charset::of);
    let default = default.map_err(|error| MultipartError::Charset { name: CHARSET_FIELD.to_owned(), error })?;
    parts.into_iter().map(|part| part.into_field(default)).collect()
}

/// The boundary, if Django would take it: up to 201 printable characters, of which the last is no space.
fn boundary(content_type: &Parameterised) -> Result<&str, MultipartError> {
    let Some(boundary) = content_type.get("boundary") else { return Err(MultipartError::Boundary("None".to_owned())) };
    let printable = boundary.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if printable && !boundary.is_empty() && boundary.len() <= MAX_BOUNDARY && !boundary.ends_with(' ') {
        return Ok(boundary);
    }
    let shown = boundary.chars().filter(|c| !c.is_control()).take(MAX_BOUNDARY).collect();
    Err(MultipartError::Boundary(shown))
}

/// The body, and what its last delimiter lacks. A sender that forgets the two hyphens after the last boundary has sent
/// all its parts; after a part without a delimiter that is not known, so it stays an error.
fn complete(bytes: Bytes, boundary: &str) -> impl Iterator<Item = Bytes> + use<> {
    let delimiter = format!("--{boundary}");
    let end = memmem::rfind(&bytes, delimiter.as_bytes()).map(|at| at.saturating_add(delimiter.len()));
    let rest = end.and_then(|end| bytes.get(end..)).map(<[u8]>::trim_ascii);
    let lacks_hyphens = matches!(rest, Some(b"" | b"-"));
    let whole = match end {
        Some(end) if lacks_hyphens => bytes.slice(..end),
        _ => bytes,
    };
    [Some(whole), lacks_hyphens.then(|| Bytes::from_static(b"--\r\n"))].into_iter().flatten()
}

async fn part(mut field: multer::Field<'_>) -> Result<Part, MultipartError> {
    let headers = field.headers();
    let disposition = headers.get(CONTENT_DISPOSITION).map(Parameterised::disposition);
    let disposition = disposition.unwrap_or_default().unwrap_or_default();
    let content_type = headers.get(CONTENT_TYPE);
    let content_type = content_type.map(|value| Parameterised::content_type(value).ok_or(MultipartError::Headers));
    let content_type = content_type.transpose()?;
    let name = disposition.get("name").unwrap_or_default().to_owned();
    let file_name = disposition.get_any_form("filename").map(ToOwned::to_owned);
    let transfer = Transfer::of(headers);
    let mut chunks = Vec::new();
    while let Some(chunk) = field.chunk().await? {
        chunks.push(chunk);
    }
    let chunks =
        transfer.decode(chunks).map_err(|encoding| MultipartError::Transfer { name: name.clone(), encoding })?;
    Ok(Part { name, content_type, file_name, chunks })
}

impl Part {
    /// A file if it has a file name, otherwise a text.
    fn into_field(self, default: Charset) -> Result<(String, Value), MultipartError> {
        if let Some(name) = self.file_name.as_ref().filter(|name| !name.is_empty() || self.is_unnamed_file()) {
            let content_type = self.content_type.map(|content_type| content_type.value);
            return Ok((self.name, Value::File(File { name: name.clone(), content_type, chunks: self.chunks })));
        }
        let label = self.content_type.as_ref().and_then(|content_type| content_type.get("charset"));
        let charset = label.map_or(Ok(default), Charset::of);
        match charset.and_then(|charset| charset.decode_owned(self.chunks.concat())) {
            Ok(text) => Ok((self.name, Value::Text(line_breaks::to_lf(text)))),
            Err(error) => Err(MultipartError::Charset { name: self.name, error }),
        }
    }

    /// Whether a part with an empty file name is a file: an input that was left empty, or bytes of a type that is no
    /// text.
    fn is_unnamed_file(&self) -> bool {
        let is_empty = self.chunks.iter().all(Bytes::is_empty);
        is_empty || self.content_type.as_ref().is_some_and(|content_type| !content_type.value.starts_with("text/"))
    }
}

/// The `Content-Transfer-Encoding` of a part. RFC 7578 §4.7 has none, but libraries for mail write it; Django reads
/// base64 too.
#[derive(Clone, Copy)]
enum Transfer {
    Plain,
    Base64,
    QuotedPrintable,
}

impl Transfer {
    fn of(headers: &HeaderMap) -> Self {
        let value = headers.get(HeaderName::from_static("content-transfer-encoding"));
        let value = value.map(|value| value.as_bytes().trim_ascii().to_ascii_lowercase());
        match value.as_deref() {
            Some(b"base64") => Self::Base64,
            Some(b"quoted-printable") => Self::QuotedPrintable,
            _ => Self::Plain,
        }
    }

    /// The bytes that were meant. The error is the name of the encoding.
    fn decode(self, chunks: Vec<Bytes>) -> Result<Vec<Bytes>, &'static str> {
        match self {
            Self::Plain => Ok(chunks),
            Self::Base64 => {
                let mut text = chunks.concat();
                text.retain(|byte| !byte.is_ascii_whitespace());
                let bytes = base64_bytes(&text).ok_or("base64")?;
                Ok(vec![bytes.into()])
            }
            Self::QuotedPrintable => {
                let bytes = quoted_printable::decode(chunks.concat(), quoted_printable::ParseMode::Robust);
                Ok(vec![bytes.map_err(|_| "quoted-printable")?.into()])
            }
        }
    }
}

/// Padding is optional.
fn base64_bytes(text: &[u8]) -> Option<Vec<u8>> {
    use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    base64::Engine::decode(&LENIENT, text).ok()
}

#[cfg(test)]
mod tests;
