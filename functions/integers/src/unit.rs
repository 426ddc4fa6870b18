//! Units of a set, and how a set is written.

mod read;

use std::ops::Range;

use aviary_model::Encoding;
use dashu_int::IBig;
use dashu_int::ops::BitTest;

use crate::number;
use crate::polynomial::Polynomial;
use crate::work;

/// The most units of a set.
pub const MAX_UNITS: usize = 100_000;
/// The most bytes of a set's JSON when it is sent.
pub const MAX_BYTES: usize = 64 << 20;
/// The most bytes of a set's JSON when it is kept: digits of a result take more than twice the bytes of its numbers.
pub const MAX_KEPT_BYTES: usize = 192 << 20;

/// One integer of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its place in the set.
    pub index: u64,
    /// What is known of it.
    pub value: Polynomial,
}

/// The units of a set, by their indexes, each once; never none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Units(Vec<Unit>);

impl Units {
    /// The same indexes with other values, one for each.
    #[must_use]
    pub fn with_values(&self, values: Vec<Polynomial>) -> Self {
        Self(self.0.iter().zip(values).map(|(unit, value)| Unit { index: unit.index, value }).collect())
    }

    /// Units in any order. None if there is none, or an index comes twice.
    #[must_use]
    pub fn of(mut units: Vec<Unit>) -> Option<Self> {
        units.sort_by_key(|unit| unit.index);
        let distinct = units.windows(2).all(|two| matches!(two, [a, b] if a.index < b.index));
        (distinct && !units.is_empty()).then_some(Self(units))
    }

    /// The units, by their indexes.
    #[must_use]
    pub fn as_slice(&self) -> &[Unit] {
        &self.0
    }

    /// Writes the JSON of the list; none if it would have more than [`MAX_KEPT_BYTES`], which is looked at after each unit.
    #[must_use]
    pub fn write(&self, encoding: Encoding) -> Option<String> {
        self.write_within(encoding, MAX_KEPT_BYTES)
    }

    /// What it takes to write it.
    #[must_use]
    pub fn writing(&self, encoding: Encoding) -> u64 {
        let terms = self.0.iter().flat_map(|unit| unit.value.terms());
        terms.fold(0, |work, term| work.saturating_add(work::writing(encoding, term.coefficient.bit_len())))
    }

    fn write_within(&self, encoding: Encoding, max: usize) -> Option<String> {
        let mut json = String::from("[");
        for (place, unit) in self.0.iter().enumerate() {
            if place > 0 {
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

/// Each number is converted once: where it stands in `terms` again, its text is copied.
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
        for (place, term) in unit.value.terms().iter().enumerate() {
            let comma = if place > 0 { "," } else { "" };
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
        // 420 numbers of a million bits are within the bound of numbers; in digits, and twice, they are not.
        let long = IBig::ONE << (number::MAX_BITS - 1);
        let unit = |index| Unit { index, value: Polynomial::constant(long.clone()) };
        let units = |count| Units::of((0..count).map(unit).collect()).expect("a set");
        assert!(units(402).write(Encoding::Hex).is_some_and(|json| json.len() < MAX_KEPT_BYTES));
        assert_eq!(units(403).write(Encoding::Hex), None);
    }
}
