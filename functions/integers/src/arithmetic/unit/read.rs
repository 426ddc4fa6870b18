//! Reads units as they are sent.

use aviary_model::Encoding;
use dashu_int::IBig;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::arithmetic::number::{self, NumberError};
use crate::arithmetic::polynomial::{MAX_DEGREE, Polynomial};
use crate::arithmetic::unit::{MAX_UNITS, Unit, Units};
use crate::json_list::{self, kind_of};

/// The number of terms of a full polynomial of the highest degree.
const MAX_TERMS: usize = 45;
/// The most errors that are reported for one set.
const MAX_ERRORS: usize = 10;

impl Units {
    /// Reads the JSON of a list of units. Returns their encoding too: the named one, or that of the first number.
    ///
    /// # Errors
    /// Messages for the client, at most ten.
    pub fn read(json: &str, named: Option<Encoding>) -> Result<(Self, Encoding), Vec<String>> {
        let mut reader = UnitReader { named, encoding: None, units: Vec::new() };
        let mut errors = Vec::new();
        let walked = json_list::each(json, MAX_UNITS, "units", |position, raw| match reader.unit(raw.get()) {
            Ok(unit) => {
                reader.units.push(unit);
                true
            }
            Err(error) => {
                errors.push(format!("Unit {position}: {error}"));
                errors.len() < MAX_ERRORS
            }
        });
        if let Err(error) = walked {
            // An error of the list as a whole replaces those of its units.
            return Err(vec![error]);
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let encoding = reader.encoding.unwrap_or(Encoding::Number);
        reader.units.sort_by_key(|unit| unit.index);
        let twice = reader.units.windows(2).find_map(|two| match two {
            [a, b] if a.index == b.index => Some(a.index),
            _ => None,
        });
        match twice {
            Some(index) => Err(vec![format!("Index {index} comes more than once.")]),
            None => Ok((Self(reader.units), encoding)),
        }
    }
}

/// A unit as it is sent. Numbers stay text until their encoding is known.
#[derive(Deserialize)]
struct SentUnit<'a> {
    #[serde(borrow, default, deserialize_with = "json_list::present")]
    index: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "X", deserialize_with = "json_list::present")]
    x: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "json_list::present")]
    q: Option<&'a RawValue>,
    #[serde(borrow)]
    terms: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct SentTerm<'a> {
    #[serde(borrow, default, deserialize_with = "json_list::present")]
    m: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "json_list::present")]
    p: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "json_list::present")]
    c: Option<&'a RawValue>,
}

struct UnitReader {
    named: Option<Encoding>,
    encoding: Option<Encoding>,
    units: Vec<Unit>,
}

impl UnitReader {
    fn unit(&mut self, json: &str) -> Result<Unit, String> {
        if !json.starts_with('{') {
            return Err(format!("Invalid data. Expected a dictionary, but got {}.", kind_of(json)));
        }
        let sent: SentUnit<'_> = serde_json::from_str(json).map_err(|error| error.to_string())?;
        let index = natural("index", sent.index)?;
        let x = sent.x.map(|x| self.number("X", x)).transpose()?;
        let q = sent.q.map(|q| self.number("q", q)).transpose()?;
        let value = match sent.terms.filter(|terms| terms.get() != "null") {
            Some(terms) => {
                let value = self.terms(terms).map_err(|error| format!("terms: {error}"))?;
                let agrees = |given: &Option<IBig>, m| {
                    let zero = IBig::ZERO;
                    given.as_ref().is_none_or(|given| given == value.coefficient(m, 0).unwrap_or(&zero))
                };
                if !agrees(&x, 0) || !agrees(&q, 1) {
                    return Err("X and q are not those of its terms.".to_owned());
                }
                value
            }
            None => {
                let missing = |name| format!("{name}: This field is required.");
                Polynomial::encrypted(x.ok_or_else(|| missing("X"))?, q.ok_or_else(|| missing("q"))?)
            }
        };
        Ok(Unit { index, value })
    }

    fn terms(&mut self, json: &RawValue) -> Result<Polynomial, String> {
        let mut terms: Vec<(u8, u8, IBig)> = Vec::new();
        let mut failure = None;
        json_list::walk(json.get(), MAX_TERMS, "terms", |_, raw| match self.term(raw.get(), &terms) {
            Ok(term) => {
                terms.push(term);
                true
            }
            Err(error) => {
                failure = Some(error);
                false
            }
        })?;
        failure.map_or_else(|| Ok(Polynomial::of(terms)), Err)
    }

    fn term(&mut self, json: &str, before: &[(u8, u8, IBig)]) -> Result<(u8, u8, IBig), String> {
        if !json.starts_with('{') {
            return Err(format!("Invalid data. Expected a dictionary, but got {}.", kind_of(json)));
        }
        let sent: SentTerm<'_> = serde_json::from_str(json).map_err(|error| error.to_string())?;
        let power = |name, json| natural(name, json).map(|power| u8::try_from(power).unwrap_or(u8::MAX));
        let (m, p) = (power("m", sent.m)?, power("p", sent.p)?);
        if m.saturating_add(p) > MAX_DEGREE {
            return Err(format!("the degree of a term is at most {MAX_DEGREE}."));
        }
        if before.iter().any(|(other_m, other_p, _)| (*other_m, *other_p) == (m, p)) {
            return Err(format!("m={m}, p={p} comes more than once."));
        }
        let c = sent.c.ok_or("c: This field is required.")?;
        Ok((m, p, self.number("c", c)?))
    }

    /// Reads a number. Its encoding is the set's, or follows from its form.
    fn number(&mut self, name: &str, json: &RawValue) -> Result<IBig, String> {
        let json = json.get();
        let text: Option<std::borrow::Cow<'_, str>> = match json.strip_prefix('"').and_then(|t| t.strip_suffix('"')) {
            Some(plain) if !plain.contains('\\') => Some(plain.into()),
            Some(_) => Some(serde_json::from_str::<String>(json).map_err(|error| format!("{name}: {error}"))?.into()),
            None => None,
        };
        if json == "null" {
            return Err(format!("{name}: This field may not be null."));
        }
        let encoding = match (&text, self.named) {
            (None, _) => Encoding::Number,
            (Some(_), None) => Encoding::Base64,
            // The encoding `number` allows no texts.
            (Some(_), Some(Encoding::Number)) => return Err(format!("{name}: {}", NumberError::Invalid)),
            (Some(_), Some(named)) => named,
        };
        if self.encoding.is_none() {
            self.encoding = self.named.or(Some(encoding));
        }
        number::read(encoding, text.as_deref().unwrap_or(json)).map_err(|error: NumberError| format!("{name}: {error}"))
    }
}

/// Reads a small number that is not negative. The error never repeats the input, which may be long.
fn natural(name: &str, json: Option<&RawValue>) -> Result<u64, String> {
    let json = json.ok_or_else(|| format!("{name}: This field is required."))?.get();
    if let Ok(index) = json.parse() {
        return Ok(index);
    }
    let digits = json.strip_prefix('-').unwrap_or(json);
    let text = match json {
        "null" => "This field may not be null.".to_owned(),
        _ if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) => {
            "A valid integer is required.".to_owned()
        }
        _ if json.starts_with('-') => "Ensure this value is greater than or equal to 0.".to_owned(),
        _ => format!("Ensure this value is less than or equal to {}.", u64::MAX),
    };
    Err(format!("{name}: {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<(String, Encoding), Vec<String>> {
        Units::read(json, None).map(|(units, encoding)| (units.write(encoding).expect("it is small"), encoding))
    }

    fn error(json: &str) -> String {
        read(json).expect_err(json).join("; ")
    }

    #[test]
    fn a_set_is_written_as_it_was_sent_ordered_by_index() {
        let sent = r#"[{"q":2,"X":1,"index":7},{"index":0,"X":-123456789012345678901234567890,"q":0,"more":[1]}]"#;
        let written = r#"[{"index":0,"X":-123456789012345678901234567890,"q":0},{"index":7,"X":1,"q":2}]"#;
        assert_eq!(read(sent), Ok((written.to_owned(), Encoding::Number)));
        let base64 = r#"[{"index":0,"X":"-/w==","q":"AQA="}]"#;
        assert_eq!(read(base64), Ok((base64.to_owned(), Encoding::Base64)));
        let (units, encoding) =
            Units::read(r#"[{"index":0,"X":"\u0031f","q":"-A"}]"#, Some(Encoding::Hex)).expect("a set");
        assert_eq!(units.write(encoding).as_deref(), Some(r#"[{"index":0,"X":"1f","q":"-a"}]"#));
    }

    #[test]
    fn a_result_can_be_sent_again() {
        let sent =
            r#"[{"index":0,"X":3,"q":5,"terms":[{"m":0,"p":0,"c":3},{"m":0,"p":1,"c":-2},{"m":1,"p":0,"c":5}]}]"#;
        assert_eq!(read(sent), Ok((sent.to_owned(), Encoding::Number)));
        let zero = r#"[{"index":0,"X":0,"q":0,"terms":[]}]"#;
        assert_eq!(read(zero), Ok((zero.to_owned(), Encoding::Number)));
        assert_eq!(
            error(r#"[{"index":0,"X":4,"q":5,"terms":[{"m":0,"p":0,"c":3},{"m":1,"p":0,"c":5}]}]"#),
            "Unit 0: X and q are not those of its terms."
        );
        assert_eq!(
            error(r#"[{"index":0,"terms":[{"m":5,"p":4,"c":3}]}]"#),
            "Unit 0: terms: the degree of a term is at most 8."
        );
        assert_eq!(
            error(r#"[{"index":0,"terms":[{"m":0,"p":0,"c":3},{"m":0,"p":0,"c":3}]}]"#),
            "Unit 0: terms: m=0, p=0 comes more than once."
        );
    }

    #[test]
    fn an_error_of_a_term_names_the_field() {
        let with = |terms: &str| error(&format!(r#"[{{"index":0,"terms":{terms}}}]"#));
        for (terms, message) in [
            ("{}", "Expected a list of items but got type \"dict\"."),
            ("\"x\"", "Expected a list of items but got type \"str\"."),
            ("[1]", "Invalid data. Expected a dictionary, but got int."),
            (r#"[{"p":0,"c":1}]"#, "m: This field is required."),
            (r#"[{"m":0,"p":0}]"#, "c: This field is required."),
            (r#"[{"m":0,"p":null,"c":1}]"#, "p: This field may not be null."),
            (r#"[{"m":0.5,"p":0,"c":1}]"#, "m: A valid integer is required."),
            (r#"[{"m":"1","p":0,"c":1}]"#, "m: A valid integer is required."),
            (r#"[{"m":-1,"p":0,"c":1}]"#, "m: Ensure this value is greater than or equal to 0."),
            (r#"[{"m":256,"p":1,"c":1}]"#, "the degree of a term is at most 8."),
            (r#"[{"m":0,"p":0,"c":1.5}]"#, "c: A valid integer is required."),
        ] {
            assert_eq!(with(terms), format!("Unit 0: terms: {message}"), "{terms}");
        }
        let many = vec![r#"{"m":0,"p":0,"c":1}"#; MAX_TERMS + 1].join(",");
        assert_eq!(with(&format!("[{many}]")), "Unit 0: terms: m=0, p=0 comes more than once.");
    }

    #[test]
    fn no_error_repeats_the_input() {
        let long = "x".repeat(4 << 20);
        for json in [
            format!("\"{long}\""),
            format!("[\"{long}\"]"),
            format!("[{{\"index\":\"{long}\",\"X\":1,\"q\":1}}]"),
            format!("[{{\"index\":0,\"X\":\"{long}\",\"q\":1}}]"),
            format!("[{{\"index\":0,\"X\":1,\"q\":[\"{long}\"]}}]"),
            format!("[{{\"index\":0,\"terms\":\"{long}\"}}]"),
            format!("[{{\"index\":0,\"terms\":[\"{long}\"]}}]"),
            format!("[{{\"index\":0,\"terms\":[{{\"m\":\"{long}\",\"p\":0,\"c\":1}}]}}]"),
            format!("[{{\"index\":0,\"terms\":[{{\"m\":0,\"p\":[\"{long}\"],\"c\":1}}]}}]"),
            format!("[{{\"index\":0,\"terms\":[{{\"m\":0,\"p\":0,\"c\":\"{long}\"}}]}}]"),
            format!("[{{\"{long}\":0}}]"),
            format!("[{{\"index\":0,\"index\":\"{long}\"}}]"),
        ] {
            let error = error(&json);
            assert!(
                error.len() < 200 && !error.contains("xx"),
                "{} of {}",
                error.len(),
                json.get(..60).unwrap_or_default()
            );
        }
    }

    #[test]
    fn a_named_encoding_applies_to_all_texts() {
        let named = |json: &str, encoding| {
            let read = Units::read(json, Some(encoding));
            read.map(|(units, encoding)| units.write(encoding).expect("it is small"))
        };
        let unit = |x: &str, q: &str| format!(r#"[{{"index":0,"X":{x},"q":{q}}}]"#);
        let invalid = Err(vec!["Unit 0: q: A valid integer is required.".to_owned()]);
        assert_eq!(named(&unit("1", "\"2\""), Encoding::Number), invalid);
        for (encoding, x, q) in [
            (Encoding::Number, "255", "-16"),
            (Encoding::Base64, "\"/w==\"", "\"-EA==\""),
            (Encoding::Decimal, "\"255\"", "\"-16\""),
            (Encoding::Hex, "\"ff\"", "\"-10\""),
        ] {
            // JSON numbers are allowed with every encoding, also next to texts.
            assert_eq!(named(&unit("255", "-16"), encoding), Ok(unit(x, q)));
            assert_eq!(named(&unit(x, "-16"), encoding), Ok(unit(x, q)));
        }
        // Without a name the encoding is that of the first number.
        assert_eq!(read(&unit("255", "\"-EA==\"")), Ok((unit("255", "-16"), Encoding::Number)));
        assert_eq!(read(&unit("\"/w==\"", "-16")), Ok((unit("\"/w==\"", "\"-EA==\""), Encoding::Base64)));
    }

    #[test]
    fn an_error_names_its_unit() {
        assert_eq!(error("[]"), "This list may not be empty.");
        assert_eq!(error("null"), "This field may not be null.");
        assert_eq!(error("{}"), "Expected a list of items but got type \"dict\".");
        assert_eq!(error("[1]"), "Unit 0: Invalid data. Expected a dictionary, but got int.");
        assert_eq!(error(r#"[{"index":0,"X":1,"q":1},{"index":1,"q":1}]"#), "Unit 1: X: This field is required.");
        assert_eq!(error(r#"[{"X":1,"q":1}]"#), "Unit 0: index: This field is required.");
        for (index, message) in [
            ("-1", "Ensure this value is greater than or equal to 0."),
            ("1.5", "A valid integer is required."),
            ("null", "This field may not be null."),
            ("18446744073709551616", "Ensure this value is less than or equal to 18446744073709551615."),
        ] {
            assert_eq!(error(&format!(r#"[{{"index":{index},"X":1,"q":1}}]"#)), format!("Unit 0: index: {message}"));
        }
        assert_eq!(error(r#"[{"index":0,"X":1.5,"q":1}]"#), "Unit 0: X: A valid integer is required.");
        assert_eq!(error(r#"[{"index":0,"X":true,"q":1}]"#), "Unit 0: X: A valid integer is required.");
        assert_eq!(error(r#"[{"index":0,"X":null,"q":1}]"#), "Unit 0: X: This field may not be null.");
        assert!(error(r#"[{"index":0,"X":"**","q":1}]"#).contains("must be base64"));
        assert_eq!(error(r#"[{"index":3,"X":1,"q":1},{"index":3,"X":1,"q":1}]"#), "Index 3 comes more than once.");
        assert!(error(r#"[{"index":0,"index":1,"X":1,"q":1}]"#).contains("duplicate field"));
        assert_eq!(read(&format!("[{}{{}}]", "{},".repeat(50))).expect_err("errors").len(), MAX_ERRORS);
        assert_eq!(
            error(&format!("[{}1]", r#"{"index":0,"X":1,"q":1},"#.repeat(MAX_UNITS))),
            "There may be 100000 units."
        );
        assert!(error("[{\"index\":0,").contains("EOF"));
    }
}
