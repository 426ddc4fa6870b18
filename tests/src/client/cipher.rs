//! The encryption of a client of the integer service: two secrets, which encrypt sets and decrypt answers.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use dashu_int::{IBig, Sign, UBig};
use serde_json::value::RawValue;

use crate::client::answer::Answer;

/// The secrets of a client.
#[derive(Clone, Debug)]
pub struct Cipher {
    /// The modulus.
    pub m: IBig,
    /// The offset.
    pub p: IBig,
    /// The encoding of its numbers: `number`, `base64`, `decimal` or `hex`.
    pub encoding: &'static str,
}

impl Cipher {
    /// A client with small secrets.
    #[must_use]
    pub fn small(encoding: &'static str) -> Self {
        Self { m: 10_007.into(), p: 123.into(), encoding }
    }

    /// The JSON of a set of these integers at the indexes 0, 1, 2 …: `v + p = X + q·m`.
    #[must_use]
    pub fn set(&self, values: &[IBig]) -> String {
        let unit = |(index, value): (usize, &IBig)| {
            let sum = value + &self.p;
            let q = &sum / &self.m;
            let x = &sum - &q * &self.m;
            format!(r#"{{"index":{index},"X":{},"q":{}}}"#, self.written(&x), self.written(&q))
        };
        format!("[{}]", values.iter().enumerate().map(unit).collect::<Vec<_>>().join(","))
    }

    /// A number as JSON, in the encoding of this client.
    #[must_use]
    pub fn written(&self, value: &IBig) -> String {
        match self.encoding {
            "number" => value.to_string(),
            "decimal" => format!("\"{value}\""),
            "hex" => format!("\"{value:x}\""),
            _ => {
                let (sign, magnitude) = value.clone().into_parts();
                let minus = if sign == Sign::Negative { "-" } else { "" };
                format!("\"{minus}{}\"", BASE64_STANDARD.encode(magnitude.to_be_bytes()))
            }
        }
    }

    fn number(&self, json: &RawValue) -> IBig {
        let text = json.get().trim_matches('"');
        match self.encoding {
            "number" | "decimal" => text.parse().expect("decimal digits"),
            "hex" => IBig::from_str_radix(text, 16).expect("hexadecimal digits"),
            _ => {
                let bytes = BASE64_STANDARD.decode(text.trim_start_matches('-')).expect("base64");
                let magnitude = IBig::from(UBig::from_be_bytes(&bytes));
                if text.starts_with('-') { -magnitude } else { magnitude }
            }
        }
    }

    /// The decrypted integers of an answer, with their indexes.
    #[must_use]
    #[track_caller]
    pub fn values(&self, answer: &Answer) -> Vec<(u64, IBig)> {
        let text = answer.text();
        let answer: BTreeMap<&str, &RawValue> =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let units = answer.get("integers").unwrap_or_else(|| panic!("no integers in {text}"));
        self.values_of(units.get())
    }

    /// The decrypted integers of a set's JSON, with their indexes.
    #[must_use]
    pub fn values_of(&self, units: &str) -> Vec<(u64, IBig)> {
        let units: Vec<BTreeMap<&str, &RawValue>> = serde_json::from_str(units).expect("a list of units");
        units.iter().map(|unit| (unit["index"].get().parse().expect("an index"), self.value(unit))).collect()
    }

    /// Decrypts a unit: evaluates its terms at the two secrets.
    fn value(&self, unit: &BTreeMap<&str, &RawValue>) -> IBig {
        let Some(terms) = unit.get("terms") else {
            return self.number(unit["X"]) + self.number(unit["q"]) * &self.m - &self.p;
        };
        let terms: Vec<BTreeMap<&str, &RawValue>> = serde_json::from_str(terms.get()).expect("a list of terms");
        let power = |term: &BTreeMap<&str, &RawValue>, of: &str| term[of].get().parse::<usize>().expect("a power");
        let value = |term: &BTreeMap<&str, &RawValue>| {
            self.number(term["c"]) * self.m.pow(power(term, "m")) * self.p.pow(power(term, "p"))
        };
        terms.iter().map(value).sum()
    }
}
