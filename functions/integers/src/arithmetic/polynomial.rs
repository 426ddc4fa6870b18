//! Polynomials in the client's two secrets, *m* and *p*, with exact integer coefficients.

use dashu_int::IBig;
use dashu_int::ops::BitTest;

use crate::arithmetic::number::MAX_BITS;

/// The highest degree of a term.
pub const MAX_DEGREE: u8 = 8;

/// `coefficient · m^m · p^p`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The power of *m*.
    pub m: u8,
    /// The power of *p*.
    pub p: u8,
    /// The coefficient; never zero.
    pub coefficient: IBig,
}

/// A sum of terms, ordered by their powers, no pair of powers twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Polynomial(Vec<Term>);

/// A coefficient would exceed [`MAX_BITS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

impl Polynomial {
    /// The polynomial `x + q·m - p` of an integer that a client encrypted as `v + p = x + q·m`.
    #[must_use]
    pub fn encrypted(x: IBig, q: IBig) -> Self {
        Self::of([(0, 0, x), (0, 1, IBig::NEG_ONE), (1, 0, q)])
    }

    /// The polynomial of an integer that is not encrypted.
    #[must_use]
    pub fn constant(value: IBig) -> Self {
        Self::of([(0, 0, value)])
    }

    /// The sum of these terms, in any order. Terms with equal powers are added.
    #[must_use]
    pub fn of(terms: impl IntoIterator<Item = (u8, u8, IBig)>) -> Self {
        let mut sum: Vec<Term> = Vec::new();
        for (m, p, coefficient) in terms {
            add(&mut sum, m, p, coefficient);
        }
        sum.retain(|term| !term.coefficient.is_zero());
        Self(sum)
    }

    /// The terms, ordered by their powers.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.0
    }

    /// The coefficient of these powers; `None` if it is zero.
    #[must_use]
    pub fn coefficient(&self, m: u8, p: u8) -> Option<&IBig> {
        self.0.iter().find(|term| (term.m, term.p) == (m, p)).map(|term| &term.coefficient)
    }

    /// Whether it has the form `x + q·m - p`, as a client encrypts integers.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        let simple = |term: &Term| match (term.m, term.p) {
            (0, 0) | (1, 0) => true,
            (0, 1) => term.coefficient == IBig::NEG_ONE,
            _ => false,
        };
        self.0.iter().all(simple) && self.coefficient(0, 1).is_some()
    }

    /// The degree: the highest sum of the two powers of a term.
    #[must_use]
    pub fn degree(&self) -> u8 {
        self.0.iter().map(|term| term.m + term.p).max().unwrap_or_default()
    }

    /// The number of bits of the longest coefficient.
    #[must_use]
    pub fn bits(&self) -> usize {
        self.0.iter().map(|term| term.coefficient.bit_len()).max().unwrap_or_default()
    }

    /// The size of all coefficients in bytes, with two bytes of overhead for each.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.0.iter().map(|term| term.coefficient.bit_len().div_ceil(8) + 2).sum()
    }

    /// Adds `other`, or subtracts it if `negative`.
    ///
    /// # Errors
    /// When a coefficient would exceed [`MAX_BITS`].
    pub fn accumulate(&mut self, other: &Self, negative: bool) -> Result<(), TooLong> {
        for term in &other.0 {
            match self.0.binary_search_by_key(&(term.m, term.p), |term| (term.m, term.p)) {
                Ok(at) => match (self.0.get_mut(at), negative) {
                    (Some(sum), false) => sum.coefficient += &term.coefficient,
                    (Some(sum), true) => sum.coefficient -= &term.coefficient,
                    (None, _) => {}
                },
                Err(at) => {
                    let coefficient = if negative { -&term.coefficient } else { term.coefficient.clone() };
                    self.0.insert(at, Term { m: term.m, p: term.p, coefficient });
                }
            }
        }
        self.0.retain(|term| !term.coefficient.is_zero());
        if self.bits() > MAX_BITS { Err(TooLong) } else { Ok(()) }
    }

    /// The product. The length of each coefficient is checked before it is computed.
    ///
    /// # Errors
    /// When a coefficient would exceed [`MAX_BITS`].
    pub fn times(&self, other: &Self) -> Result<Self, TooLong> {
        let mut product: Vec<Term> = Vec::with_capacity(self.0.len() + other.0.len());
        for a in &self.0 {
            for b in &other.0 {
                // A product has as many bits as both factors together, or one less.
                if a.coefficient.bit_len() + b.coefficient.bit_len() > MAX_BITS + 1 {
                    return Err(TooLong);
                }
                add(&mut product, a.m + b.m, a.p + b.p, &a.coefficient * &b.coefficient);
            }
        }
        product.retain(|term| !term.coefficient.is_zero());
        let product = Self(product);
        if product.bits() > MAX_BITS { Err(TooLong) } else { Ok(product) }
    }

    /// The negated polynomial.
    #[must_use]
    pub fn negated(mut self) -> Self {
        for term in &mut self.0 {
            term.coefficient = -std::mem::take(&mut term.coefficient);
        }
        self
    }
}

/// Adds a term to an ordered sum. The sum may contain zero coefficients afterwards.
fn add(sum: &mut Vec<Term>, m: u8, p: u8, coefficient: IBig) {
    match sum.binary_search_by_key(&(m, p), |term| (term.m, term.p)) {
        Ok(at) => {
            if let Some(term) = sum.get_mut(at) {
                term.coefficient += coefficient;
            }
        }
        Err(at) => sum.insert(at, Term { m, p, coefficient }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn big(n: i64) -> IBig {
        IBig::from(n)
    }

    /// The value for given *m* and *p*.
    fn value_at(polynomial: &Polynomial, m: &IBig, p: &IBig) -> IBig {
        let value = |term: &Term| &term.coefficient * m.pow(term.m.into()) * p.pow(term.p.into());
        polynomial.terms().iter().map(value).sum()
    }

    fn any_polynomial() -> impl Strategy<Value = Polynomial> {
        let term = (0..3_u8, 0..3_u8, -1000..1000_i64).prop_map(|(m, p, c)| (m, p, big(c)));
        proptest::collection::vec(term, 0..6).prop_map(Polynomial::of)
    }

    proptest! {
        #[test]
        fn polynomials_compute_like_their_values(
            a in any_polynomial(),
            b in any_polynomial(),
            m in -50..50_i64,
            p in -50..50_i64,
        ) {
            let (m, p) = (big(m), big(p));
            let (x, y) = (value_at(&a, &m, &p), value_at(&b, &m, &p));
            let mut sum = a.clone();
            sum.accumulate(&b, false).unwrap();
            prop_assert_eq!(value_at(&sum, &m, &p), &x + &y);
            let mut difference = a.clone();
            difference.accumulate(&b, true).unwrap();
            prop_assert_eq!(value_at(&difference, &m, &p), &x - &y);
            prop_assert_eq!(value_at(&a.times(&b).unwrap(), &m, &p), &x * &y);
            prop_assert_eq!(value_at(&a.clone().negated(), &m, &p), -x);
            for result in [sum, difference, a.times(&b).unwrap()] {
                prop_assert!(result.terms().iter().all(|term| !term.coefficient.is_zero()));
                prop_assert!(result.terms().windows(2).all(|two| (two[0].m, two[0].p) < (two[1].m, two[1].p)));
            }
        }
    }

    #[test]
    fn only_a_polynomial_of_the_encrypted_form_is_encrypted() {
        assert!(Polynomial::encrypted(big(5), big(7)).is_encrypted());
        assert!(Polynomial::encrypted(big(0), big(0)).is_encrypted());
        let mut sum = Polynomial::encrypted(big(5), big(7));
        sum.accumulate(&Polynomial::encrypted(big(1), big(2)), false).unwrap();
        assert!(!sum.is_encrypted(), "it has 2p");
        assert!(!Polynomial::constant(big(5)).is_encrypted());
        assert!(!Polynomial::default().is_encrypted());
    }

    #[test]
    fn a_coefficient_is_bounded() {
        let long = Polynomial::constant(IBig::ONE << (MAX_BITS - 1));
        assert_eq!(long.times(&Polynomial::constant(big(2))), Err(TooLong));
        assert!(long.times(&Polynomial::constant(big(1))).is_ok());
        let mut sum = long.clone();
        assert_eq!(sum.accumulate(&long, false), Err(TooLong));
    }
}
