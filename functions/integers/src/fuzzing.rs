//! Rules that hold for any text that a client sends as an equation. The fuzz target checks them, and the tests below do
//! with random input and with the fuzzer's corpus.
#![allow(clippy::panic, reason = "a panic reports a broken rule to the fuzzer")]

use aviary_model::SetId;

use crate::arithmetic::equation::{Equation, EquationError, Factor, Found, MAX_CHARACTERS, MAX_SETS, Sum};

/// A valid equation parses to the same again after it was written. An invalid one has an error message of one line,
/// whose position is that of the error.
///
/// # Panics
/// When one of these rules does not hold.
pub fn equation(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Equation::parse(text) {
        Ok(equation) => {
            assert!(text.chars().count() <= MAX_CHARACTERS);
            assert!((1..=MAX_SETS).contains(&equation.sets.len()));
            assert!(equation.sets.iter().all(|set| SetId::parse(set).is_ok() && text.contains(set.as_str())));
            let written = sum(&equation.sum, &equation.sets);
            // The written text may be longer, and then exceed the limit.
            match Equation::parse(&written) {
                Ok(again) => assert_eq!(again, equation, "{text:?} is not {written:?}"),
                Err(EquationError::TooLong(_)) => {}
                Err(error) => panic!("{text:?} as {written:?}: {error}"),
            }
        }
        Err(error) => {
            let message = error.to_string();
            assert!(!message.is_empty() && message.lines().count() == 1, "{message:?}");
            assert_position(text, &error);
        }
    }
}

/// Every error except those of the whole equation has a position: a column of the text, or the end if more was
/// expected. The character at the position is the one that the error is about.
fn assert_position(text: &str, error: &EquationError) {
    let characters = text.chars().count();
    let (column, last) = match error {
        EquationError::Unexpected { column, found: Found::End, .. } => (*column, characters + 1),
        EquationError::Unexpected { column, .. } => (*column, characters),
        EquationError::TooDeep(column) | EquationError::NameTooLong(column) | EquationError::TooManySets(column) => {
            (*column, characters)
        }
        EquationError::TooLong(length) => {
            assert!(*length == characters && characters > MAX_CHARACTERS, "{error}");
            return;
        }
        EquationError::NoSet => return,
    };
    assert!((1..=last).contains(&column), "{error} in {text:?}");
    let found = text.chars().nth(column - 1);
    match error {
        EquationError::Unexpected { found: Found::End, .. } => assert_eq!(column, last, "{error}"),
        EquationError::Unexpected { found: Found::Character(c), .. } => assert_eq!(found, Some(*c), "{error}"),
        EquationError::TooDeep(_) => assert_eq!(found, Some('('), "{error}"),
        _ => assert!(found.is_some_and(|c| c.is_ascii_alphabetic() || c == '_'), "{error}"),
    }
}

/// Writes a sum as an equation.
fn sum(of: &Sum, sets: &[String]) -> String {
    let mut text = String::new();
    for (position, term) in of.0.iter().enumerate() {
        match (position, term.negative) {
            (0, false) => {}
            (0, true) => panic!("a first term has no operator"),
            (_, false) => text.push('+'),
            (_, true) => text.push('-'),
        }
        for (position, factor) in term.value.0.iter().enumerate() {
            if position > 0 {
                text.push('*');
            }
            if factor.negative {
                text.push('-');
            }
            match &factor.value {
                Factor::Constant(value) => text.push_str(&value.to_string()),
                Factor::Set(position) => text.push_str(sets.get(*position).map_or("?", String::as_str)),
                Factor::Group(inner) => text.push_str(&format!("({})", sum(inner, sets))),
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn corpus() -> Vec<Vec<u8>> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/equation");
        let files = std::fs::read_dir(folder).expect("the corpus").map(|file| file.expect("a file").path());
        files.map(|file| std::fs::read(file).expect("an input")).collect()
    }

    /// The corpus must contain valid and invalid equations.
    #[test]
    fn the_corpus_keeps_every_rule() {
        let corpus = corpus();
        corpus.iter().for_each(|input| equation(input));
        let read = |input: &&Vec<u8>| Equation::parse(&String::from_utf8_lossy(input)).is_ok();
        let good = corpus.iter().filter(read).count();
        assert!(good >= 3 && corpus.len() - good >= 3, "{good} of {}", corpus.len());
    }

    /// Covers every error, after characters of several bytes.
    #[test]
    fn every_error_has_the_right_position() {
        let many: Vec<String> = (0..=MAX_SETS).map(|n| format!("s{n}")).collect();
        for text in [
            "\u{a0}a+".to_owned(),
            "\u{a0}a \u{2003}b".to_owned(),
            format!("\u{2003}{}", "(".repeat(101)),
            format!("a +\u{a0}{}", "b".repeat(65)),
            format!("\u{a0}{}", many.join("+")),
            "9".repeat(MAX_CHARACTERS + 1),
            "ä".to_owned(),
            "1".to_owned(),
            String::new(),
        ] {
            assert!(Equation::parse(&text).is_err(), "{text:?}");
            equation(text.as_bytes());
        }
    }

    /// A piece of an equation, or something else.
    const WORD: &str = "[ab_1]|[-+*()]|[ \t]|first_set|99|[^a-z]|\\({90,110}|[a-z]{60,70}";

    proptest! {
        #[test]
        fn any_text_is_an_equation_or_refused(
            words in proptest::collection::vec(WORD, 0..40),
        ) {
            equation(words.concat().as_bytes());
        }
    }
}
