//! Evaluates an equation over sets, unit by unit.

mod estimate;

use std::borrow::Cow;

use dashu_int::IBig;

use crate::arithmetic::cost::{Budget, MAX_WORK, TooMuchWork};
use crate::arithmetic::equation::{Equation, Factor, Product, Sum};
use crate::arithmetic::evaluate::estimate::{Estimate, length};
use crate::arithmetic::number::MAX_BITS;
use crate::arithmetic::polynomial::{MAX_DEGREE, Polynomial, TooLong};
use crate::arithmetic::unit::{Unit, Units};

/// The most bytes of all numbers of a result.
pub const MAX_RESULT_BYTES: usize = 64 << 20;

/// Why an equation is not evaluated. The messages are for the client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationError {
    /// Two sets have different indexes.
    #[error("The indexes of {first} and {other} differ: {index} is in only one of them.")]
    IndexesDiffer {
        /// The first set of the equation.
        first: String,
        /// The set that differs from it.
        other: String,
        /// The lowest index that only one of them has.
        index: u64,
    },
    /// The equation names no set.
    #[error("An equation needs at least one set.")]
    NoSet,
    /// The degree of the result exceeds [`MAX_DEGREE`].
    #[error("The degree of the result would be {0}; it may be {MAX_DEGREE}.")]
    Degree(u64),
    /// A number of the result exceeds [`MAX_BITS`].
    #[error("A number of the result would be too long; it may have {MAX_BITS} bits.")]
    NumberTooLong,
    /// The result exceeds [`MAX_RESULT_BYTES`].
    #[error("The result would be too large; it may have {MAX_RESULT_BYTES} bytes.")]
    ResultTooLarge,
    /// The estimated work of the request, in work units, exceeds [`MAX_WORK`].
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

/// Evaluates an equation at once, with the work taken from `budget`. See [`Evaluation`].
///
/// # Errors
/// When the indexes differ, or a bound is exceeded.
pub fn evaluate(equation: &Equation, sets: &[&Units], budget: &mut Budget) -> Result<Units, EvaluationError> {
    let evaluation = Evaluation::of(equation, sets)?;
    budget.spend(evaluation.work)?;
    evaluation.run()
}

/// An equation over sets whose indexes and degree were checked, and whose work is known before anything is computed.
#[derive(Debug)]
pub struct Evaluation<'a> {
    equation: &'a Equation,
    sets: &'a [&'a Units],
    indexes: &'a Units,
    /// The estimated work of computing the result, in work units.
    pub work: u64,
}

impl<'a> Evaluation<'a> {
    /// Checks the equation. `sets` are the sets that it names, in that order.
    ///
    /// # Errors
    /// When the indexes differ, or the degree is too high.
    pub fn of(equation: &'a Equation, sets: &'a [&'a Units]) -> Result<Self, EvaluationError> {
        let Some(indexes) = sets.first().copied() else { return Err(EvaluationError::NoSet) };
        let first = indexes.as_slice();
        for (name, set) in equation.sets.iter().zip(sets).skip(1) {
            if let Some(index) = first_difference(first, set.as_slice()) {
                let first = equation.sets.first().cloned().unwrap_or_default();
                return Err(EvaluationError::IndexesDiffer { first, other: name.clone(), index });
            }
        }
        let estimates: Vec<Estimate> = sets.iter().map(|set| Estimate::of_set(set.as_slice())).collect();
        let estimate = Estimate::of_sum(&equation.sum, &estimates);
        if estimate.degree > u64::from(MAX_DEGREE) {
            return Err(EvaluationError::Degree(estimate.degree));
        }
        Ok(Self { equation, sets, indexes, work: estimate.work.saturating_mul(length(first)) })
    }

    /// Computes the result. The length of each number is checked before it is computed.
    ///
    /// # Errors
    /// When a number or the result would be too long.
    pub fn run(&self) -> Result<Units, EvaluationError> {
        let count = self.indexes.as_slice().len();
        let mut bytes = 0_usize;
        let mut values = Vec::with_capacity(count);
        let mut row: Vec<&Polynomial> = Vec::with_capacity(self.sets.len());
        for position in 0..count {
            row.clear();
            row.extend(self.sets.iter().filter_map(|set| set.as_slice().get(position)).map(|unit| &unit.value));
            let value = sum(&self.equation.sum, &row)?.into_owned();
            bytes = bytes.saturating_add(value.bytes());
            if bytes > MAX_RESULT_BYTES {
                return Err(EvaluationError::ResultTooLarge);
            }
            values.push(value);
        }
        Ok(self.indexes.with_values(values))
    }
}

/// The lowest index that only one of two sorted sets has.
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
            Factor::Set(position) => row.get(*position).map(|value| Cow::Borrowed(*value)).unwrap_or_default(),
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
    fn sums_have_the_terms_of_their_operands() {
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
    fn bounds_are_checked_before_the_work() {
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

    /// A random equation over the sets `a`, `b`, `c`, their plain values, and its plain result.
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
            // The equation names every set, so it has at least one.
            let text = format!("{}+0*a*1+b-b+c*0", node.text());
            (text, sets, node.value(&sets))
        })
    }

    proptest! {
        #[test]
        fn a_result_decrypts_to_the_plain_result(
            (text, values, plain) in any_equation(),
            m in 1_000..2_000_000_i64,
            p in 0..1_000_i64,
        ) {
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
