//! Numbers of JSON, kept as they were written until it is known what is wanted.

use std::borrow::Cow;

/// A number of JSON. It keeps every digit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonNumber(String);

impl JsonNumber {
    /// A number of JSON's grammar.
    pub(crate) fn of(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Whether Python would read it as a `float`.
    #[must_use]
    pub fn is_float(&self) -> bool {
        is_float(&self.0)
    }

    /// The text that Django REST framework takes it for where a text is wanted: an integer's own digits, and a float as
    /// Python prints it.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match self.0.as_str() {
            "-0" => "0".into(),
            text if is_float(text) => text.parse().map_or_else(|_| text.into(), |value| python_float(value).into()),
            text => text.into(),
        }
    }
}

/// Whether the text of a number of JSON is a `float` to Python.
pub(crate) fn is_float(text: &str) -> bool {
    text.contains(['.', 'e', 'E'])
}

/// A float as Python's `repr` prints it: the shortest digits that read back as the same value, with an exponent below
/// 1e-4 and from 1e16 on.
pub(crate) fn python_float(value: f64) -> String {
    if value.is_infinite() {
        return if value < 0.0 { "-inf".to_owned() } else { "inf".to_owned() };
    }
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    match exponent.parse::<i32>() {
        Ok(-4..=15) => format!("{value:?}"),
        Ok(exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
        }
        Err(_) => scientific,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_the_texts_that_python_prints() {
        for (sent, text) in [
            ("0", "0"),
            ("-0", "0"),
            ("12425451", "12425451"),
            ("18446744073718922817", "18446744073718922817"),
            ("-83920174651299817263540918273", "-83920174651299817263540918273"),
            ("1.0", "1.0"),
            ("-0.0", "-0.0"),
            ("1.10", "1.1"),
            ("1e5", "100000.0"),
            ("1E+2", "100.0"),
            ("2.78e-9", "2.78e-09"),
            ("0.0001", "0.0001"),
            ("0.00001", "1e-05"),
            ("1e15", "1000000000000000.0"),
            ("1e16", "1e+16"),
            ("123456789012345678.0", "1.2345678901234568e+17"),
            ("1e22", "1e+22"),
            ("5e-324", "5e-324"),
            ("1.7976931348623157e308", "1.7976931348623157e+308"),
            ("1e400", "inf"),
            ("-1e400", "-inf"),
        ] {
            assert_eq!(JsonNumber::of(sent).text(), text, "{sent}");
        }
    }
}
