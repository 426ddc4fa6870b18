//! Integers of any size, as clients write them.

use aviary_model::Encoding;
use dashu_int::ops::BitTest;
use dashu_int::{IBig, Sign, UBig};

mod base64;

/// The most bits of an integer.
pub const MAX_BITS: usize = 1_000_000;
/// The most decimal digits of an integer of [`MAX_BITS`] bits.
const MAX_DECIMAL: usize = 301_030;

/// Why a text is not an integer. The messages are for the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// It is not an integer in this encoding.
    #[error("A valid integer is required.")]
    Invalid,
    /// It is not base64.
    #[error("A number as text must be base64 of its big-endian magnitude, or the set must name its encoding.")]
    Base64,
    /// It begins with a hyphen that may be a sign or a digit of the URL alphabet.
    #[error(
        "\"-\" may be a sign or a digit here: pad the number with \"=\", use \"+\" and \"/\", or name an encoding."
    )]
    Hyphen,
    /// It exceeds [`MAX_BITS`].
    #[error("A number may have {MAX_BITS} bits.")]
    TooLong,
}

/// Reads the text of an integer, without the quotes of a JSON string. Its length is checked before it is converted.
///
/// # Errors
/// When the text is not an integer in this encoding, or is too long.
pub fn read(encoding: Encoding, text: &str) -> Result<IBig, NumberError> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (negative, magnitude) = match encoding {
        Encoding::Number => (negative, decimal(digits)?),
        Encoding::Decimal => (negative, decimal(digits.strip_prefix('+').filter(|_| !negative).unwrap_or(digits))?),
        Encoding::Hex => (negative, hexadecimal(digits)?),
        Encoding::Base64 => base64::read(text)?,
    };
    if magnitude.bit_len() > MAX_BITS {
        return Err(NumberError::TooLong);
    }
    let value = IBig::from(magnitude);
    Ok(if negative { -value } else { value })
}

/// Writes an integer as JSON.
pub fn write(encoding: Encoding, value: &IBig, json: &mut String) {
    match encoding {
        Encoding::Number => json.push_str(&value.to_string()),
        Encoding::Decimal => json.push_str(&format!("\"{value}\"")),
        Encoding::Hex => json.push_str(&format!("\"{value:x}\"")),
        Encoding::Base64 => {
            let (sign, magnitude) = value.clone().into_parts();
            json.push_str(if sign == Sign::Negative { "\"-" } else { "\"" });
            base64::write(&magnitude, json);
            json.push('"');
        }
    }
}

fn decimal(digits: &str) -> Result<UBig, NumberError> {
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(NumberError::Invalid);
    }
    let significant = digits.trim_start_matches('0');
    if significant.len() > MAX_DECIMAL {
        return Err(NumberError::TooLong);
    }
    if significant.is_empty() { Ok(UBig::ZERO) } else { significant.parse().map_err(|_| NumberError::Invalid) }
}

fn hexadecimal(digits: &str) -> Result<UBig, NumberError> {
    let digits = digits.strip_prefix("0x").unwrap_or(digits);
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(NumberError::Invalid);
    }
    let significant = digits.trim_start_matches('0');
    if significant.len() > MAX_BITS.div_ceil(4) {
        return Err(NumberError::TooLong);
    }
    if significant.is_empty() {
        return Ok(UBig::ZERO);
    }
    UBig::from_str_radix(significant, 16).map_err(|_| NumberError::Invalid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Encoding; 4] = [Encoding::Number, Encoding::Base64, Encoding::Decimal, Encoding::Hex];

    fn written(encoding: Encoding, value: &IBig) -> String {
        let mut json = String::new();
        write(encoding, value, &mut json);
        json
    }

    proptest! {
        #[test]
        fn a_written_number_is_read_back(magnitude in proptest::collection::vec(any::<u8>(), 0..400), negative: bool) {
            let value = IBig::from(UBig::from_be_bytes(&magnitude));
            let value = if negative { -value } else { value };
            for encoding in ALL {
                let json = written(encoding, &value);
                let is_text = encoding != Encoding::Number;
                prop_assert_eq!(json.starts_with('"'), is_text);
                prop_assert_eq!(read(encoding, json.trim_matches('"')), Ok(value.clone()));
            }
        }

        #[test]
        fn no_text_makes_reading_panic(text in ".{0,40}") {
            for encoding in ALL {
                let _ = read(encoding, &text);
            }
        }
    }

    #[test]
    fn each_encoding_has_its_form() {
        let value = IBig::from(-255);
        let forms = ALL.map(|encoding| written(encoding, &value));
        assert_eq!(forms, ["-255", "\"-/w==\"", "\"-255\"", "\"-ff\""]);
        assert_eq!(written(Encoding::Base64, &IBig::ZERO), "\"AA==\"");
        for (encoding, text) in [
            (Encoding::Base64, "/w"),
            (Encoding::Base64, "AP8="),
            (Encoding::Hex, "0xFF"),
            (Encoding::Decimal, "+255"),
            (Encoding::Number, "255"),
        ] {
            assert_eq!(read(encoding, text), Ok(IBig::from(255)), "{text}");
        }
        assert_eq!(read(Encoding::Base64, ""), Ok(IBig::ZERO));
        for (encoding, text) in [
            (Encoding::Number, "1.0"),
            (Encoding::Number, "1e5"),
            (Encoding::Number, "+1"),
            (Encoding::Decimal, ""),
            (Encoding::Decimal, "-"),
            (Encoding::Decimal, "--1"),
            (Encoding::Decimal, "-+1"),
            (Encoding::Decimal, "1_0"),
            (Encoding::Hex, "0x"),
            (Encoding::Hex, "g"),
        ] {
            assert_eq!(read(encoding, text), Err(NumberError::Invalid), "{text}");
        }
    }

    #[test]
    fn a_number_is_bounded_before_it_is_computed() {
        let bits = |count: usize| {
            let mut text = "1".to_owned();
            text.push_str(&"0".repeat(count));
            text
        };
        assert_eq!(read(Encoding::Hex, &bits(249_999)).map(|n| n.bit_len()), Ok(999_997));
        assert_eq!(read(Encoding::Hex, &bits(250_000)), Err(NumberError::TooLong));
        assert_eq!(read(Encoding::Decimal, &"9".repeat(1_000_000)), Err(NumberError::TooLong));
        assert_eq!(read(Encoding::Base64, &"/".repeat(1_000_000)), Err(NumberError::TooLong));
        assert_eq!(read(Encoding::Base64, &"/".repeat(200_000)), Err(NumberError::TooLong));
        assert_eq!(read(Encoding::Number, &"0".repeat(1_000_000)), Ok(IBig::ZERO));
    }
}
