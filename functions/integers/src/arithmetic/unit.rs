//! The units of a set, and the JSON they are written as.

pub(crate) mod read;

use std::ops::Range;

use aviary_model::Encoding;
use dashu_int::IBig;
use dashu_int::ops::BitTest;

use crate::arithmetic::polynomial::Polynomial;
use crate::arithmetic::{cost, number};

/// The most units of a set.
pub const MAX_UNITS: usize = 100_000;
/// The most bytes of a set's JSON as it is sent.
pub const MAX_SENT_BYTES: usize = 64 << 20;
/// The most bytes of a set's JSON as it is stored: the digits of a result take more than twice the bytes of its
/// numbers.
pub const MAX_STORED_BYTES: usize = 192 << 20;

/// One integer of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its position in the set.
    pub index: u64,
    /// Its value, as a polynomial in the client's secrets.
    pub value: Polynomial,
}

/// The units of a set: at least one, ordered by index, no index twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Units(Vec<Unit>);

impl Units {
    /// Returns units with the same indexes and these values, one for each.
    #[must_use]
    pub fn with_values(&self, values: Vec<Polynomial>) -> Self {
        Self(self.0.iter().zip(values).map(|(unit, value)| Unit { index: unit.index, value }).collect())
    }

    /// Orders units by index. Returns `None` if there are no units, or two with the same index.
    #[must_use]
    pub fn of(mut units: Vec<Unit>) -> Option<Self> {
        units.sort_by_key(|unit| unit.index);
        let distinct = units.windows(2).all(|two| matches!(two, [a, b] if a.index < b.index));
        (distinct && !units.is_empty()).then_some(Self(units))
    }

    /// The units, ordered by index.
    #[must_use]
    pub fn as_slice(&self) -> &[Unit] {
        &self.0
    }

    /// Writes the JSON of the list. Returns `None` if it exceeds [`MAX_STORED_BYTES`], which is checked after each
    /// unit.
    #[must_use]
    pub fn write(&self, encoding: Encoding) -> Option<String> {
        self.write_within(encoding, MAX_STORED_BYTES)
    }

    /// The cost of writing the list, in work units.
    #[must_use]
    pub fn writing_cost(&self, encoding: Encoding) -> u64 {
        let terms = self.0.iter().flat_map(|unit| unit.value.terms());
        terms.fold(0, |work, term| work.saturating_add(cost::writing(encoding, term.coefficient.bit_len())))
    }

    fn write_within(&self, encoding: Encoding, max: usize) -> Option<String> {
        let mut json = String::from("[");
        for (position, unit) in self.0.iter().enumerate() {
            if position > 0 {
                json.push(',');
            }
            write_unit(unit, encoding, &mut json);
            if json.len() >= max {
                return None;
            }
        }
        json.push(']');
        Some(json)
    }
}

/// Converts each number once: `X` and `q` are copied where they occur again in `terms`.
fn write_unit(unit: &Unit, encoding: Encoding, json: &mut String) {
    let coefficient = |json: &mut String, m, p| -> Range<usize> {
        let (zero, from) = (IBig::ZERO, json.len());
        number::write(encoding, unit.value.coefficient(m, p).unwrap_or(&zero), json);
        from..json.len()
    };
    json.push_str(&format!("{{\"index\":{},\"X\":", unit.index));
    let x = coefficient(json, 0, 0);
    json.push_str(",\"q\":");
    let q = coefficient(json, 1, 0);
    if !unit.value.is_encrypted() {
        json.push_str(",\"terms\":[");
        for (position, term) in unit.value.terms().iter().enumerate() {
            let comma = if position > 0 { "," } else { "" };
            json.push_str(&format!("{comma}{{\"m\":{},\"p\":{},\"c\":", term.m, term.p));
            match (term.m, term.p) {
                (0, 0) => json.extend_from_within(x.clone()),
                (1, 0) => json.extend_from_within(q.clone()),
                _ => number::write(encoding, &term.coefficient, json),
            }
            json.push('}');
        }
        json.push(']');
    }
    json.push('}');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_bounded_while_it_is_written() {
        // 420 numbers of a million bits are within the bound of numbers; their hex digits, written twice, are not.
        let long = IBig::ONE << (number::MAX_BITS - 1);
        let unit = |index| Unit { index, value: Polynomial::constant(long.clone()) };
        let units = |count| Units::of((0..count).map(unit).collect()).expect("a set");
        assert!(units(402).write(Encoding::Hex).is_some_and(|json| json.len() < MAX_STORED_BYTES));
        assert_eq!(units(403).write(Encoding::Hex), None);
    }
}
