//! Computing an equation over sets, element by element.

use std::borrow::Cow;

use dashu_int::IBig;

use crate::equation::{Equation, Factor, Product, Sum};
use crate::number::MAX_BITS;
use crate::polynomial::{MAX_DEGREE, Polynomial, TooLong};
use crate::unit::{Unit, Units};
use crate::work::{Budget, MAX_WORK, TooMuchWork};

/// The most bytes of a result's numbers.
pub const MAX_RESULT_BYTES: usize = 64 << 20;

const BITS_PER_WORD: u64 = 64;
/// What a term costs that is added, beside its words: finding its place, and memory.
const WORK_PER_TERM: u64 = 40;
/// What a word costs that is copied or added.
const WORK_PER_WORD: u64 = 2;

/// Why an equation is not computed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationError {
    /// Two sets have different indexes.
    #[error("The indexes of {first} and {other} differ: {index} is in only one of them.")]
    IndexesDiffer {
        /// The equation's first set.
        first: String,
        /// The one that differs from it.
        other: String,
        /// The first index that only one of them has.
        index: u64,
    },
    /// There is no set in it.
    #[error("An equation needs at least one set.")]
    NoSet,
    /// Sets are multiplied too often.
    #[error("The degree of the result would be {0}; it may be {MAX_DEGREE}.")]
    Degree(u64),
    /// A number would be too long.
    #[error("A number of the result would be too long; it may have {MAX_BITS} bits.")]
    NumberTooLong,
    /// The result would be too large.
    #[error("The result would be too large; it may have {MAX_RESULT_BYTES} bytes.")]
    ResultTooLarge,
    /// It would take too long.
    #[error(
        "The equation would take too much work on sets of this size: an estimated {0} steps; it may take {MAX_WORK}."
    )]
    TooMuchWork(u64),
}

impl From<TooMuchWork> for EvaluationError {
    fn from(TooMuchWork(work): TooMuchWork) -> Self {
        Self::TooMuchWork(work)
    }
}

impl From<TooLong> for EvaluationError {
    fn from(_: TooLong) -> Self {
        Self::NumberTooLong
    }
}

/// Computes an equation; `sets` are those that it names, in their order. Degree, work and indexes are looked
/// at before anything is computed, each number's length before it is. `budget` is what the request has left for it.
///
/// # Errors
/// When the indexes differ, or a bound is passed.
pub fn evaluate(equation: &Equation, sets: &[&Units], budget: &mut Budget) -> Result<Units, EvaluationError> {
    let Some(indexes) = sets.first() else { return Err(EvaluationError::NoSet) };
    let first = indexes.as_slice();
    for (name, set) in equation.sets.iter().zip(sets).skip(1) {
        if let Some(index) = first_difference(first, set.as_slice()) {
            let first = equation.sets.first().cloned().unwrap_or_default();
            return Err(EvaluationError::IndexesDiffer { first, other: name.clone(), index });
        }
    }
    let sizes: Vec<Size> = sets.iter().map(|set| Size::of_set(set.as_slice())).collect();
    let size = Size::of_sum(&equation.sum, &sizes);
    if size.degree > u64::from(MAX_DEGREE) {
        return Err(EvaluationError::Degree(size.degree));
    }
    budget.spend(size.work.saturating_mul(length(first)))?;
    let mut bytes = 0_usize;
    let mut values = Vec::with_capacity(first.len());
    let mut row: Vec<&Polynomial> = Vec::with_capacity(sets.len());
    for place in 0..first.len() {
        row.clear();
        row.extend(sets.iter().filter_map(|set| set.as_slice().get(place)).map(|unit| &unit.value));
        let value = sum(&equation.sum, &row)?.into_owned();
        bytes = bytes.saturating_add(value.bytes());
        if bytes > MAX_RESULT_BYTES {
            return Err(EvaluationError::ResultTooLarge);
        }
        values.push(value);
    }
    Ok(indexes.with_values(values))
}

/// The lowest index that is in only one of two sorted sets.
fn first_difference(a: &[Unit], b: &[Unit]) -> Option<u64> {
    let differing = a.iter().zip(b).find(|(a, b)| a.index != b.index);
    if let Some((a, b)) = differing {
        return Some(a.index.min(b.index));
    }
    let longer = if a.len() > b.len() { a } else { b };
    longer.get(a.len().min(b.len())).map(|unit| unit.index)
}

fn sum<'a>(of: &Sum, row: &[&'a Polynomial]) -> Result<Cow<'a, Polynomial>, EvaluationError> {
    let mut total: Option<Cow<'a, Polynomial>> = None;
    for term in &of.0 {
        let value = product(&term.value, row)?;
        total = Some(match total {
            None if term.negative => Cow::Owned(value.into_owned().negated()),
            None => value,
            Some(total) => {
                let mut total = total.into_owned();
                total.accumulate(&value, term.negative)?;
                Cow::Owned(total)
            }
        });
    }
    Ok(total.unwrap_or_default())
}

fn product<'a>(of: &Product, row: &[&'a Polynomial]) -> Result<Cow<'a, Polynomial>, EvaluationError> {
    let mut total: Option<Cow<'a, Polynomial>> = None;
    let mut negative = false;
    for factor in &of.0 {
        negative ^= factor.negative;
        let value = match &factor.value {
            Factor::Constant(value) => Cow::Owned(Polynomial::constant(IBig::from(value.clone()))),
            Factor::Set(place) => row.get(*place).map(|value| Cow::Borrowed(*value)).unwrap_or_default(),
            Factor::Group(inner) => sum(inner, row)?,
        };
        total = Some(match total {
            None => value,
            Some(total) => Cow::Owned(total.times(&value)?),
        });
    }
    let total = total.unwrap_or_default();
    Ok(if negative { Cow::Owned(total.into_owned().negated()) } else { total })
}

/// How large what comes out can be, and what it takes, for one element.
#[derive(Clone, Copy, Debug, Default)]
struct Size {
    degree: u64,
    terms: u64,
    words: u64,
    work: u64,
}

impl Size {
    fn of_set(units: &[Unit]) -> Self {
        let mut size = Self::default();
        for unit in units {
            size.degree = size.degree.max(unit.value.degree().into());
            size.terms = size.terms.max(length(unit.value.terms()));
            size.words = size.words.max(words(unit.value.bits()));
        }
        size
    }

    fn of_sum(sum: &Sum, sets: &[Self]) -> Self {
        sum.0.iter().map(|term| Self::of_product(&term.value, sets)).reduce(Self::plus).unwrap_or_default()
    }

    fn of_product(product: &Product, sets: &[Self]) -> Self {
        let factors = product.0.iter().map(|factor| match &factor.value {
            Factor::Constant(value) => {
                let words = words(dashu_int::ops::BitTest::bit_len(value));
                Self { degree: 0, terms: 1, words, work: terms_work(1, words) }
            }
            Factor::Set(place) => sets.get(*place).copied().unwrap_or_default(),
            Factor::Group(inner) => Self::of_sum(inner, sets),
        });
        let all = factors.reduce(Self::times).unwrap_or_default();
        // A sign, or being the first of a sum, may need a copy.
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

fn terms_work(terms: u64, words: u64) -> u64 {
    terms.saturating_mul(words.saturating_mul(WORK_PER_WORD).saturating_add(WORK_PER_TERM))
}

fn words(bits: usize) -> u64 {
    u64::try_from(bits).unwrap_or(u64::MAX).div_ceil(BITS_PER_WORD).max(1)
}

/// How many terms a polynomial of this degree can have.
fn terms_of(degree: u64) -> u64 {
    degree.saturating_add(1).saturating_mul(degree.saturating_add(2)) / 2
}

fn length<T>(slice: &[T]) -> u64 {
    u64::try_from(slice.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aviary_model::Encoding;
    use proptest::prelude::*;
    use std::time::Instant;

    fn big(n: i64) -> IBig {
        IBig::from(n)
    }

    fn set(units: &[(u64, i64, i64)]) -> Units {
        let units =
            units.iter().map(|(index, x, q)| Unit { index: *index, value: Polynomial::encrypted(big(*x), big(*q)) });
        Units::of(units.collect()).expect("a set")
    }

    fn run(equation: &str, sets: &[&Units]) -> Result<String, String> {
        let equation = Equation::parse(equation).expect("it parses");
        let result = evaluate(&equation, sets, &mut Budget::default()).map_err(|error| error.to_string())?;
        Ok(result.write(Encoding::Number).expect("it is small"))
    }

    #[test]
    fn a_sum_is_that_of_the_original() {
        let (a, b) = (set(&[(0, 1, 1), (1, 2, 2)]), set(&[(0, 10, 20), (1, -2, 3)]));
        assert_eq!(
            run("a+b", &[&a, &b]).expect("a result"),
            r#"[{"index":0,"X":11,"q":21,"terms":[{"m":0,"p":0,"c":11},{"m":0,"p":1,"c":-2},{"m":1,"p":0,"c":21}]},"#
                .to_owned()
                + r#"{"index":1,"X":0,"q":5,"terms":[{"m":0,"p":1,"c":-2},{"m":1,"p":0,"c":5}]}]"#
        );
        assert_eq!(run("a+5", &[&a]).expect("a result"), r#"[{"index":0,"X":6,"q":1},{"index":1,"X":7,"q":2}]"#);
        assert_eq!(run("a-a", &[&a]).expect("a result").matches(r#""terms":[]"#).count(), 2);
    }

    #[test]
    fn sets_must_have_the_same_indexes() {
        let a = set(&[(0, 1, 1), (2, 1, 1), (3, 1, 1)]);
        for (b, index) in [
            (set(&[(0, 1, 1), (1, 1, 1), (3, 1, 1)]), 1),
            (set(&[(0, 1, 1), (2, 1, 1)]), 3),
            (set(&[(0, 1, 1), (2, 1, 1), (3, 1, 1), (9, 1, 1)]), 9),
        ] {
            let message = format!("The indexes of a and b differ: {index} is in only one of them.");
            assert_eq!(run("a*b", &[&a, &b]), Err(message));
        }
    }

    #[test]
    fn bounds_are_looked_at_before_the_work() {
        let a = set(&[(0, 1, 1)]);
        assert!(run(&["a"; 8].join("*"), &[&a]).is_ok());
        assert_eq!(run(&["a"; 9].join("*"), &[&a]), Err("The degree of the result would be 9; it may be 8.".into()));
        let long = IBig::ONE << (MAX_BITS - 2);
        let long = Units::of(vec![Unit { index: 0, value: Polynomial::encrypted(long.clone(), long) }]).expect("a set");
        assert_eq!(
            run("a*a", &[&long]),
            Err("A number of the result would be too long; it may have 1000000 bits.".into())
        );
        let many: Vec<Unit> = (0..100_000)
            .map(|index| Unit { index, value: Polynomial::encrypted(IBig::ONE << 4_000, big(1)) })
            .collect();
        let many = Units::of(many).expect("a set");
        let began = Instant::now();
        assert!(run("a*a", &[&many]).unwrap_err().starts_with("The result would be too large"));
        let equation = ["a"; 3_000].join("+");
        assert!(run(&equation, &[&many]).unwrap_err().contains("too much work"), "{:?}", began.elapsed());
    }

    /// A random equation over the sets `a`, `b`, `c`, and its plain value.
    fn any_equation() -> impl Strategy<Value = (String, [i64; 3], i128)> {
        #[derive(Clone, Debug)]
        enum Node {
            Constant(i64),
            Set(usize),
            Sum(Box<Node>, Box<Node>),
            Difference(Box<Node>, Box<Node>),
            Product(Box<Node>, Box<Node>),
            Minus(Box<Node>),
        }
        impl Node {
            fn text(&self) -> String {
                match self {
                    Self::Constant(n) => n.to_string(),
                    Self::Set(n) => ["a", "b", "c"][*n].to_owned(),
                    Self::Sum(a, b) => format!("({}+{})", a.text(), b.text()),
                    Self::Difference(a, b) => format!("({} - {})", a.text(), b.text()),
                    Self::Product(a, b) => format!("{}*{}", a.text(), b.text()),
                    Self::Minus(a) => format!("-{}", a.text()),
                }
            }
            fn value(&self, sets: &[i64; 3]) -> i128 {
                match self {
                    Self::Constant(n) => i128::from(*n),
                    Self::Set(n) => i128::from(sets[*n]),
                    Self::Sum(a, b) => a.value(sets) + b.value(sets),
                    Self::Difference(a, b) => a.value(sets) - b.value(sets),
                    Self::Product(a, b) => a.value(sets) * b.value(sets),
                    Self::Minus(a) => -a.value(sets),
                }
            }
        }
        let leaf = prop_oneof![(0..50_i64).prop_map(Node::Constant), (0..3_usize).prop_map(Node::Set)];
        let node = leaf.prop_recursive(3, 8, 2, |inner| {
            let two = || (inner.clone().prop_map(Box::new), inner.clone().prop_map(Box::new));
            prop_oneof![
                two().prop_map(|(a, b)| Node::Sum(a, b)),
                two().prop_map(|(a, b)| Node::Difference(a, b)),
                two().prop_map(|(a, b)| Node::Product(a, b)),
                inner.prop_map(|a| Node::Minus(Box::new(a))),
            ]
        });
        (node, [-100..100_i64, -100..100, -100..100]).prop_map(|(node, sets)| {
            // Every set is in it, so that there is one.
            let text = format!("{}+0*a*1+b-b+c*0", node.text());
            (text, sets, node.value(&sets))
        })
    }

    proptest! {
        #[test]
        fn what_is_computed_decrypts_to_the_plain_value((text, values, plain) in any_equation(), m in 1_000..2_000_000_i64, p in 0..1_000_i64) {
            let equation = Equation::parse(&text).unwrap();
            // v + p = X + q·m
            let sets: Vec<Units> = equation.sets.iter().map(|name| {
                let v = values[["a", "b", "c"].iter().position(|set| set == name).unwrap()] + p;
                set(&[(4, v.rem_euclid(m), v.div_euclid(m))])
            }).collect();
            let result = evaluate(&equation, &sets.iter().collect::<Vec<_>>(), &mut Budget::default()).unwrap();
            let value: IBig = result.as_slice()[0].value.terms().iter()
                .map(|term| &term.coefficient * big(m).pow(term.m.into()) * big(p).pow(term.p.into())).sum();
            prop_assert_eq!(value, IBig::from(plain), "{}", text);
        }
    }
}
