//! Base64 of an integer's big-endian magnitude, as encoders of many platforms write it.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use dashu_int::UBig;

use super::{MAX_BITS, NumberError};

/// Padding is optional. Unused bits of the last character must be zero.
const STANDARD: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Appends the standard form. The magnitude of zero is empty; one zero byte is written, since an empty text would look
/// like a missing number.
pub(super) fn write(magnitude: &UBig, json: &mut String) {
    let bytes = magnitude.to_be_bytes();
    STANDARD.encode_string(if bytes.is_empty() { &[0] } else { &*bytes }, json);
}

/// Reads a number: whether it is negative, and its magnitude. Line breaks, missing padding and the URL alphabet are read.
///
/// A hyphen at the beginning is a sign, or the digit 62 of the URL alphabet. Where the text is base64 both with and
/// without it, nobody can tell.
pub(super) fn read(text: &str) -> Result<(bool, UBig), NumberError> {
    let text = without_line_breaks(text);
    let Some(rest) = text.strip_prefix('-') else { return Ok((false, magnitude(&text)?)) };
    let signed = magnitude(rest);
    // No encoder mixes the alphabets.
    let whole = if rest.contains(['+', '/']) { Err(NumberError::Base64) } else { magnitude(&text) };
    match (signed, whole) {
        (Ok(_), Ok(_)) => Err(NumberError::Hyphen),
        (Err(_), Ok(whole)) => Ok((false, whole)),
        (signed, Err(_)) => Ok((true, signed?)),
    }
}

/// Android's and MIME's encoders break lines, and end the last one too.
fn without_line_breaks(text: &str) -> Cow<'_, str> {
    if text.contains(['\r', '\n']) { text.replace(['\r', '\n'], "").into() } else { text.into() }
}

fn magnitude(text: &str) -> Result<UBig, NumberError> {
    // Leading zero bytes do not count as bits of the number, but may at most double the length of the text.
    if text.len() > MAX_BITS.div_ceil(6).saturating_mul(2) {
        return Err(NumberError::TooLong);
    }
    let is_url = text.contains(['-', '_']);
    if is_url && text.contains(['+', '/']) {
        return Err(NumberError::Base64);
    }
    let standard = if is_url { text.replace('-', "+").replace('_', "/").into() } else { Cow::Borrowed(text) };
    let bytes = STANDARD.decode(&*standard).map_err(|_| NumberError::Base64)?;
    Ok(UBig::from_be_bytes(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_read_as_encoders_write_them() {
        for (text, value) in [
            ("/w==", 255_u32),
            ("/w==\n", 255),
            ("/\r\nw=\n=", 255),
            ("/w", 255),
            ("_w==", 255),
            ("_w", 255),
            ("-A==", 248),
            ("-_8=", 0xfbff),
            ("AP8=", 255),
            ("", 0),
            ("AA==", 0),
        ] {
            assert_eq!(read(text), Ok((false, value.into())), "{text:?}");
        }
        for (text, value) in [("-/w==", 255_u32), ("-_w==\n", 255), ("-/w", 255), ("-AQ==", 1), ("-", 0)] {
            assert_eq!(read(text), Ok((true, value.into())), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_base64_or_could_be_two_numbers_is_refused() {
        for text in ["*", "A", "AA=A", "a b", "_+8=", "/-8=", "A=\u{a0}", "é", "AA==="] {
            assert_eq!(read(text), Err(NumberError::Base64), "{text:?}");
        }
        for text in ["-AQ", "-AAE"] {
            assert_eq!(read(text), Err(NumberError::Hyphen), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn every_spelling_is_the_same_number_or_refused(bytes in proptest::collection::vec(any::<u8>(), 1..90)) {
            let value = UBig::from_be_bytes(&bytes);
            let padded = base64::prelude::BASE64_STANDARD.encode(&bytes);
            let url = base64::prelude::BASE64_URL_SAFE.encode(&bytes);
            let lines: Vec<&str> = padded.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap_or("")).collect();
            let mime = format!("{}\r\n", lines.join("\r\n"));
            for text in [padded.trim_end_matches('='), &padded, &mime] {
                prop_assert_eq!(read(text), Ok((false, value.clone())));
                prop_assert_eq!(read(&format!("-{padded}")), Ok((true, value.clone())));
            }
            for text in [url.trim_end_matches('='), &url] {
                let read = read(text);
                let right = read == Ok((false, value.clone())) || (text.starts_with('-') && read == Err(NumberError::Hyphen));
                prop_assert!(right, "{} is {:?}", text, read);
            }
        }
    }
}
