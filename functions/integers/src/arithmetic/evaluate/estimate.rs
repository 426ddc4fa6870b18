//! Estimates the size and the cost of a result before it is computed.

use dashu_int::ops::BitTest;

use crate::arithmetic::equation::{Factor, Product, Sum};
use crate::arithmetic::unit::Unit;

const BITS_PER_WORD: u64 = 64;
/// The cost of adding a term, without its words: the search for its position, and memory.
const WORK_PER_TERM: u64 = 40;
/// The cost of copying or adding a machine word.
const WORK_PER_WORD: u64 = 2;

/// Upper bounds for one unit of a result, and the cost of computing it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Estimate {
    /// The degree of the polynomial.
    pub(super) degree: u64,
    /// The number of its terms.
    terms: u64,
    /// The machine words of its longest coefficient.
    words: u64,
    /// The cost, in work units.
    pub(super) work: u64,
}

impl Estimate {
    /// The bounds of a set's units, which cost nothing.
    pub(super) fn of_set(units: &[Unit]) -> Self {
        let mut bounds = Self::default();
        for unit in units {
            bounds.degree = bounds.degree.max(unit.value.degree().into());
            bounds.terms = bounds.terms.max(length(unit.value.terms()));
            bounds.words = bounds.words.max(words(unit.value.bits()));
        }
        bounds
    }

    /// The bounds of a sum. `sets` are the estimates of the equation's sets.
    pub(super) fn of_sum(sum: &Sum, sets: &[Self]) -> Self {
        sum.0.iter().map(|term| Self::of_product(&term.value, sets)).reduce(Self::plus).unwrap_or_default()
    }

    fn of_product(product: &Product, sets: &[Self]) -> Self {
        let factors = product.0.iter().map(|factor| match &factor.value {
            Factor::Constant(value) => {
                let words = words(value.bit_len());
                Self { degree: 0, terms: 1, words, work: terms_work(1, words) }
            }
            Factor::Set(position) => sets.get(*position).copied().unwrap_or_default(),
            Factor::Group(inner) => Self::of_sum(inner, sets),
        });
        let all = factors.reduce(Self::times).unwrap_or_default();
        // A copy may be needed for a minus sign, or for the first term of a sum.
        Self { work: all.work.saturating_add(terms_work(all.terms, all.words)), ..all }
    }

    fn plus(self, other: Self) -> Self {
        let degree = self.degree.max(other.degree);
        let words = self.words.max(other.words).saturating_add(1);
        let terms = self.terms.saturating_add(other.terms).min(terms_of(degree));
        let work = self.work.saturating_add(other.work).saturating_add(terms_work(terms, words));
        Self { degree, terms, words, work }
    }

    fn times(self, other: Self) -> Self {
        let degree = self.degree.saturating_add(other.degree);
        let products = self.terms.saturating_mul(other.terms);
        let multiplying = products.saturating_mul(self.words.saturating_mul(other.words));
        let adding = terms_work(products, self.words.saturating_add(other.words));
        let work = self.work.saturating_add(other.work).saturating_add(multiplying).saturating_add(adding);
        Self { degree, terms: products.min(terms_of(degree)), words: self.words.saturating_add(other.words), work }
    }
}

/// The cost of adding terms.
fn terms_work(terms: u64, words: u64) -> u64 {
    terms.saturating_mul(words.saturating_mul(WORK_PER_WORD).saturating_add(WORK_PER_TERM))
}

/// The machine words of a number; at least one.
fn words(bits: usize) -> u64 {
    u64::try_from(bits).unwrap_or(u64::MAX).div_ceil(BITS_PER_WORD).max(1)
}

/// The most terms of a polynomial of this degree.
fn terms_of(degree: u64) -> u64 {
    degree.saturating_add(1).saturating_mul(degree.saturating_add(2)) / 2
}

pub(super) fn length<T>(slice: &[T]) -> u64 {
    u64::try_from(slice.len()).unwrap_or(u64::MAX)
}
