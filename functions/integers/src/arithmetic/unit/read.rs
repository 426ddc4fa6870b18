//! Reads units as they are sent.

use aviary_model::Encoding;
use dashu_int::IBig;
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

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

/// One integer of a set as it is sent.
// Numbers stay text until their encoding is known.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SentUnit<'a> {
    /// Position in the set.
    #[serde(borrow, default, deserialize_with = "json_list::present")]
    #[schema(value_type = u64, required = true)]
    index: Option<&'a RawValue>,
    /// The constant term: a number of any size, or a text in the set's encoding. Not needed with terms.
    #[serde(borrow, default, rename = "X", deserialize_with = "json_list::present")]
    #[schema(value_type = serde_json::Value, required = false, example = 1)]
    x: Option<&'a RawValue>,
    /// The coefficient of *m*. Not needed with terms.
    #[serde(borrow, default, deserialize_with = "json_list::present")]
    #[schema(value_type = serde_json::Value, required = false, example = 1)]
    q: Option<&'a RawValue>,
    /// All terms of the polynomial, unless it is just `X + q·m - p`.
    #[serde(borrow)]
    #[schema(value_type = Vec<SentTerm<'_>>, required = false)]
    terms: Option<&'a RawValue>,
}

/// One term of a polynomial in the client's two secrets, as it is sent.
#[derive(Deserialize, ToSchema)]
struct SentTerm<'a> {
    /// The power of *m*.
    #[serde(borrow, default, deserialize_with = "json_list::present")]
    #[schema(value_type = u8, required = true)]
    m: Option<&'a RawValue>,
    /// The power of *p*.
    #[serde(borrow, default, deserialize_with = "json_list::present")]
    #[schema(value_type = u8, required = true)]
    p: Option<&'a RawValue>,
    /// The coefficient.
    #[serde(borrow, default, deserialize_with = "json_list::present")]
    #[schema(value_type = serde_json::Value, required = true, example = 1)]
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
mod tests;
