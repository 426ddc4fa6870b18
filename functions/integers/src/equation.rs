//! The language of equations: `first_set + 2 * (a - b) * -c`.
//!
//! ```text
//! sum      = product { ("+" | "-") product }
//! product  = factor { "*" factor }
//! factor   = { "-" } ( integer | set | "(" sum ")" )
//! integer  = digit { digit }
//! set      = (letter | "_") { letter | digit | "_" }
//! ```
//!
//! White space is free between these. Letters and digits are ASCII's.

use std::fmt;

use dashu_int::UBig;
use winnow::combinator::{alt, cut_err, delimited, empty, eof, fail, peek, preceded, repeat, terminated};
use winnow::error::{ContextError, ErrMode, StrContext, StrContextValue};
use winnow::prelude::*;
use winnow::stream::Stateful;
use winnow::token::{any, one_of, take_while};

/// The longest equation.
pub const MAX_CHARACTERS: usize = 10_000;
/// How deep parentheses may be nested.
pub const MAX_NESTING: u32 = 100;
/// The most sets that an equation may name.
pub const MAX_SETS: usize = 100;
/// The longest name of a set.
pub const MAX_NAME_CHARACTERS: usize = 64;

/// A sum of products of factors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum(pub Vec<Signed<Product>>);

/// A product of factors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product(pub Vec<Signed<Factor>>);

/// Something that may be negated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed<T> {
    /// Is it subtracted, or has it an odd number of minus signs?
    pub negative: bool,
    /// What.
    pub value: T,
}

/// A factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Factor {
    /// A plain integer.
    Constant(UBig),
    /// A set, by its place in [`Equation::sets`].
    Set(usize),
    /// What stands in parentheses.
    Group(Sum),
}

/// An equation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Equation {
    /// What is to be computed.
    pub sum: Sum,
    /// The sets that it names, each once, in the order in which they come first.
    pub sets: Vec<String>,
}

/// Why a text is no equation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EquationError {
    /// It does not parse.
    #[error("Column {column}: unexpected {found}, expected {expected}.")]
    Unexpected {
        /// Where, from 1, in characters.
        column: usize,
        /// What stands there.
        found: Found,
        /// What could stand there.
        expected: String,
    },
    /// It is too long.
    #[error("An equation may have {MAX_CHARACTERS} characters, and this one has {0}.")]
    TooLong(usize),
    /// Its parentheses are too deep.
    #[error("Column {0}: parentheses may be nested {MAX_NESTING} deep.")]
    TooDeep(usize),
    /// A name is too long for a set.
    #[error("Column {0}: a set's id may have {MAX_NAME_CHARACTERS} characters.")]
    NameTooLong(usize),
    /// It names too many sets.
    #[error("Column {0}: an equation may name {MAX_SETS} sets.")]
    TooManySets(usize),
    /// There is no set in it.
    #[error("An equation needs at least one set.")]
    NoSet,
}

/// What stands where something else was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A character.
    Character(char),
    /// Nothing more.
    End,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // What could not be seen, or would break the sentence, is written as its code.
            Self::Character(c) if c.is_control() || c.is_whitespace() => write!(f, "U+{:04X}", u32::from(*c)),
            Self::Character(c) => write!(f, "'{c}'"),
            Self::End => f.write_str("end"),
        }
    }
}

impl Equation {
    /// Reads an equation. Its length is looked at first, and nothing is computed.
    ///
    /// # Errors
    /// The first thing that is wrong with it, and where.
    pub fn parse(text: &str) -> Result<Self, EquationError> {
        let length = text.chars().count();
        if length > MAX_CHARACTERS {
            return Err(EquationError::TooLong(length));
        }
        let mut reading = Reading::default();
        let parsed = whole.parse(Stateful { input: text, state: &mut reading });
        match parsed.map_err(|error| (error.offset(), expectations(error.inner()))) {
            Ok(_) if reading.sets.is_empty() => Err(EquationError::NoSet),
            Ok(sum) => Ok(Self { sum, sets: reading.sets }),
            Err((offset, expected)) => Err(error_at(text, offset, &reading, expected)),
        }
    }
}

/// What is known while reading.
#[derive(Debug, Default)]
struct Reading {
    depth: u32,
    sets: Vec<String>,
    /// A bound was passed; the message says which.
    passed: Option<Bound>,
}

#[derive(Clone, Copy, Debug)]
enum Bound {
    Nesting,
    Name,
    Sets,
}

type Input<'t, 'r> = Stateful<&'t str, &'r mut Reading>;

fn error_at(text: &str, offset: usize, reading: &Reading, expected: String) -> EquationError {
    let column = text.get(..offset).unwrap_or(text).chars().count() + 1;
    match reading.passed {
        Some(Bound::Nesting) => EquationError::TooDeep(column),
        Some(Bound::Name) => EquationError::NameTooLong(column),
        Some(Bound::Sets) => EquationError::TooManySets(column),
        None => {
            let found = text.get(offset..).and_then(|rest| rest.chars().next()).map_or(Found::End, Found::Character);
            EquationError::Unexpected { column, found, expected }
        }
    }
}

/// The alternatives in words: "'+', '-' or the end".
fn expectations(error: &ContextError) -> String {
    let mut words: Vec<String> = Vec::new();
    for context in error.context() {
        if let StrContext::Expected(value) = context {
            let word = value.to_string();
            if !words.contains(&word) {
                words.push(word);
            }
        }
    }
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
        None => "something else".to_owned(),
    }
}

const fn words(text: &'static str) -> StrContext {
    StrContext::Expected(StrContextValue::Description(text))
}

fn whole(input: &mut Input<'_, '_>) -> ModalResult<Sum> {
    let end = cut_err(eof).context(words("'+'")).context(words("'-'")).context(words("'*'")).context(words("the end"));
    delimited(space, sum, end).parse_next(input)
}

fn space(input: &mut Input<'_, '_>) -> ModalResult<()> {
    take_while(0.., char::is_whitespace).void().parse_next(input)
}

fn sum(input: &mut Input<'_, '_>) -> ModalResult<Sum> {
    let first = product.parse_next(input)?;
    let next =
        (terminated(one_of(['+', '-']), space), product).map(|(sign, value)| Signed { negative: sign == '-', value });
    let more: Vec<Signed<Product>> = repeat(0.., next).parse_next(input)?;
    let mut terms = vec![Signed { negative: false, value: first }];
    terms.extend(more);
    Ok(Sum(terms))
}

fn product(input: &mut Input<'_, '_>) -> ModalResult<Product> {
    let first = factor.parse_next(input)?;
    let more: Vec<Signed<Factor>> = repeat(0.., preceded(('*', space), factor)).parse_next(input)?;
    let mut factors = vec![first];
    factors.extend(more);
    Ok(Product(factors))
}

fn factor(input: &mut Input<'_, '_>) -> ModalResult<Signed<Factor>> {
    // Counted, not nested: ten thousand signs need no ten thousand calls.
    let signs: usize = repeat(0.., ('-', space)).fold(|| 0, |count, _: (char, ())| count + 1).parse_next(input)?;
    let value = terminated(operand, space).parse_next(input)?;
    Ok(Signed { negative: signs % 2 == 1, value })
}

fn operand(input: &mut Input<'_, '_>) -> ModalResult<Factor> {
    let expected = |parser| {
        cut_err(parser).context(words("a set")).context(words("an integer")).context(words("'-'")).context(words("'('"))
    };
    match peek(alt((any.map(Some), empty.value(None)))).parse_next(input)? {
        Some('(') => group.parse_next(input),
        Some(c) if c.is_ascii_digit() => constant.parse_next(input),
        Some(c) if c.is_ascii_alphabetic() || c == '_' => set.parse_next(input),
        _ => expected(fail).parse_next(input),
    }
}

fn group(input: &mut Input<'_, '_>) -> ModalResult<Factor> {
    if input.state.depth == MAX_NESTING {
        return passed(input, Bound::Nesting);
    }
    input.state.depth += 1;
    let close = cut_err(')').context(words("'+'")).context(words("'-'")).context(words("'*'")).context(words("')'"));
    let sum = delimited(('(', space), sum, close).parse_next(input)?;
    input.state.depth -= 1;
    Ok(Factor::Group(sum))
}

fn constant(input: &mut Input<'_, '_>) -> ModalResult<Factor> {
    let digits = take_while(1.., |c: char| c.is_ascii_digit());
    digits.try_map(|digits: &str| digits.parse().map(Factor::Constant)).parse_next(input)
}

fn set(input: &mut Input<'_, '_>) -> ModalResult<Factor> {
    let mut name = take_while(1.., |c: char| c.is_ascii_alphanumeric() || c == '_');
    let found: &str = peek(name.by_ref()).parse_next(input)?;
    if found.len() > MAX_NAME_CHARACTERS {
        return passed(input, Bound::Name);
    }
    let sets = &mut input.state.sets;
    let place = match sets.iter().position(|set| set == found) {
        Some(place) => place,
        None if sets.len() == MAX_SETS => return passed(input, Bound::Sets),
        None => {
            sets.push(found.to_owned());
            sets.len() - 1
        }
    };
    name.value(Factor::Set(place)).parse_next(input)
}

fn passed<T>(input: &mut Input<'_, '_>, bound: Bound) -> ModalResult<T> {
    input.state.passed = Some(bound);
    Err(ErrMode::Cut(ContextError::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Equation::parse(text).expect_err(text).to_string()
    }

    /// The equation with every pair of parentheses written out.
    fn shown(text: &str) -> String {
        fn sum(of: &Sum, sets: &[String]) -> String {
            let terms = of.0.iter().map(|term| {
                let factors: Vec<String> = term.value.0.iter().map(|factor| signed(factor, sets)).collect();
                format!("{}{}", if term.negative { "-" } else { "+" }, factors.join("*"))
            });
            terms.collect()
        }
        fn signed(of: &Signed<Factor>, sets: &[String]) -> String {
            let value = match &of.value {
                Factor::Constant(value) => value.to_string(),
                Factor::Set(place) => sets[*place].clone(),
                Factor::Group(inner) => format!("({})", sum(inner, sets)),
            };
            format!("{}{value}", if of.negative { "~" } else { "" })
        }
        let equation = Equation::parse(text).expect(text);
        sum(&equation.sum, &equation.sets)
    }

    #[test]
    fn precedence_is_the_usual() {
        assert_eq!(shown("first_set+second_set"), "+first_set+second_set");
        assert_eq!(shown("2*(a-b)*c"), "+2*(+a-b)*c");
        assert_eq!(shown("a-b-c*-d"), "+a-b-c*~d");
        assert_eq!(shown("- - -a + --b"), "+~a+b");
        assert_eq!(shown(" \t( ( a ) )\n"), "+(+(+a))");
        assert_eq!(Equation::parse("b*a-b").expect("it parses").sets, ["b", "a"]);
    }

    #[test]
    fn an_error_says_where_and_what_was_expected() {
        let operand = "expected a set, an integer, '-' or '('.";
        for (text, column, found) in [
            ("", 1, "end"),
            ("a+", 3, "end"),
            ("((", 3, "end"),
            ("a**b", 3, "'*'"),
            ("a+)", 3, "')'"),
            ("ä", 1, "'ä'"),
            ("a * ,", 5, "','"),
        ] {
            assert_eq!(error(text), format!("Column {column}: unexpected {found}, {operand}"), "{text}");
        }
        let operator = "expected '+', '-', '*' or the end.";
        for (text, column, found) in [
            ("a b", 3, "'b'"),
            ("a/b", 2, "'/'"),
            ("a)", 2, "')'"),
            ("2a", 2, "'a'"),
            ("a%2", 2, "'%'"),
            ("aä", 2, "'ä'"),
            ("a\0", 2, "U+0000"),
        ] {
            assert_eq!(error(text), format!("Column {column}: unexpected {found}, {operator}"), "{text}");
        }
        assert_eq!(error("(a"), "Column 3: unexpected end, expected '+', '-', '*' or ')'.");
        assert_eq!(error("(a;"), "Column 3: unexpected ';', expected '+', '-', '*' or ')'.");
    }

    #[test]
    fn an_equation_is_bounded() {
        assert_eq!(error(&"9".repeat(1_000_000)), "An equation may have 10000 characters, and this one has 1000000.");
        assert_eq!(error(&"(".repeat(10_000)), "Column 101: parentheses may be nested 100 deep.");
        assert_eq!(error(&format!("a+{}", "b".repeat(65))), "Column 3: a set's id may have 64 characters.");
        let many: Vec<String> = (0..=MAX_SETS).map(|n| format!("s{n}")).collect();
        assert_eq!(error(&many.join("+")), "Column 391: an equation may name 100 sets.");
        assert_eq!(Equation::parse(&many[1..].join("*")).expect("it parses").sets.len(), MAX_SETS);
        assert_eq!(error("1+2*(3)"), "An equation needs at least one set.");
        assert!(Equation::parse(&format!("{}a{}", "(".repeat(100), ")".repeat(100))).is_ok());
        assert!(Equation::parse(&format!("{}a", "-".repeat(9_999))).is_ok());
        assert!(Equation::parse(&format!("a{}", "+a".repeat(4_999))).is_ok());
        assert!(Equation::parse(&format!("a*{}", "9".repeat(9_998))).is_ok());
    }
}
