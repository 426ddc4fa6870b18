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
//! White space is allowed between these. Letters and digits are ASCII.

mod parse;

use std::fmt;

use dashu_int::UBig;

/// The most characters of an equation.
pub const MAX_CHARACTERS: usize = 10_000;
/// The deepest nesting of parentheses.
pub const MAX_NESTING: u32 = 100;
/// The most sets that an equation may name.
pub const MAX_SETS: usize = 100;
/// The most characters of a set's name.
pub const MAX_NAME_CHARACTERS: usize = 64;

/// A sum of products of factors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum(pub Vec<Signed<Product>>);

/// A product of factors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product(pub Vec<Signed<Factor>>);

/// A value with a sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed<T> {
    /// Whether it is subtracted, or preceded by an odd number of minus signs.
    pub negative: bool,
    /// The term or factor without its sign.
    pub value: T,
}

/// A factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Factor {
    /// A plain integer.
    Constant(UBig),
    /// A set, by its position in [`Equation::sets`].
    Set(usize),
    /// A sum in parentheses.
    Group(Sum),
}

/// An equation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Equation {
    /// The sum to compute.
    pub sum: Sum,
    /// The sets that it names, each once, in the order of their first occurrence.
    pub sets: Vec<String>,
}

/// Why a text is not an equation. The messages are for the client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EquationError {
    /// It does not parse.
    #[error("Column {column}: unexpected {found}, expected {expected}.")]
    Unexpected {
        /// The position, in characters, from 1.
        column: usize,
        /// What is at that position.
        found: Found,
        /// What the grammar allows there.
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
    /// It names no set.
    #[error("An equation needs at least one set.")]
    NoSet,
}

/// What is at the position of an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A character.
    Character(char),
    /// The end of the text.
    End,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // An invisible character, or one that would break the line, is written as its code.
            Self::Character(c) if c.is_control() || c.is_whitespace() => write!(f, "U+{:04X}", u32::from(*c)),
            Self::Character(c) => write!(f, "'{c}'"),
            Self::End => f.write_str("end"),
        }
    }
}
