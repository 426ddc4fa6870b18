//! The parser of equations.

use winnow::combinator::{alt, cut_err, delimited, empty, eof, fail, peek, preceded, repeat, terminated};
use winnow::error::{ContextError, ErrMode, StrContext, StrContextValue};
use winnow::prelude::*;
use winnow::stream::Stateful;
use winnow::token::{any, one_of, take_while};

use crate::arithmetic::equation::{
    Equation, EquationError, Factor, Found, MAX_CHARACTERS, MAX_NAME_CHARACTERS, MAX_NESTING, MAX_SETS, Product,
    Signed, Sum,
};

impl Equation {
    /// Parses an equation. Its length is checked first, and nothing is computed.
    ///
    /// # Errors
    /// The first error, with its position.
    pub fn parse(text: &str) -> Result<Self, EquationError> {
        let length = text.chars().count();
        if length > MAX_CHARACTERS {
            return Err(EquationError::TooLong(length));
        }
        let mut state = ParseState::default();
        let parsed = whole.parse(Stateful { input: text, state: &mut state });
        match parsed.map_err(|error| (error.offset(), expectations(error.inner()))) {
            Ok(_) if state.sets.is_empty() => Err(EquationError::NoSet),
            Ok(sum) => Ok(Self { sum, sets: state.sets }),
            Err((offset, expected)) => Err(error_at(text, offset, &state, expected)),
        }
    }
}

/// The state of the parser.
#[derive(Debug, Default)]
struct ParseState {
    depth: u32,
    sets: Vec<String>,
    /// The bound that was exceeded, for the message.
    exceeded: Option<Bound>,
}

#[derive(Clone, Copy, Debug)]
enum Bound {
    Nesting,
    Name,
    Sets,
}

type Input<'t, 'r> = Stateful<&'t str, &'r mut ParseState>;

fn error_at(text: &str, offset: usize, state: &ParseState, expected: String) -> EquationError {
    let column = text.get(..offset).unwrap_or(text).chars().count() + 1;
    match state.exceeded {
        Some(Bound::Nesting) => EquationError::TooDeep(column),
        Some(Bound::Name) => EquationError::NameTooLong(column),
        Some(Bound::Sets) => EquationError::TooManySets(column),
        None => {
            let found = text.get(offset..).and_then(|rest| rest.chars().next()).map_or(Found::End, Found::Character);
            EquationError::Unexpected { column, found, expected }
        }
    }
}

/// Joins the alternatives: "'+', '-' or the end".
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
    // The signs are counted in a loop: ten thousand signs would overflow the stack as nested calls.
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
        return exceeded(input, Bound::Nesting);
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
        return exceeded(input, Bound::Name);
    }
    let sets = &mut input.state.sets;
    let position = match sets.iter().position(|set| set == found) {
        Some(position) => position,
        None if sets.len() == MAX_SETS => return exceeded(input, Bound::Sets),
        None => {
            sets.push(found.to_owned());
            sets.len() - 1
        }
    };
    name.value(Factor::Set(position)).parse_next(input)
}

fn exceeded<T>(input: &mut Input<'_, '_>, bound: Bound) -> ModalResult<T> {
    input.state.exceeded = Some(bound);
    Err(ErrMode::Cut(ContextError::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Equation::parse(text).expect_err(text).to_string()
    }

    /// The equation in a form that shows how it was parsed.
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
                Factor::Set(position) => sets[*position].clone(),
                Factor::Group(inner) => format!("({})", sum(inner, sets)),
            };
            format!("{}{value}", if of.negative { "~" } else { "" })
        }
        let equation = Equation::parse(text).expect(text);
        sum(&equation.sum, &equation.sets)
    }

    #[test]
    fn multiplication_binds_tighter_than_addition() {
        assert_eq!(shown("first_set+second_set"), "+first_set+second_set");
        assert_eq!(shown("2*(a-b)*c"), "+2*(+a-b)*c");
        assert_eq!(shown("a-b-c*-d"), "+a-b-c*~d");
        assert_eq!(shown("- - -a + --b"), "+~a+b");
        assert_eq!(shown(" \t( ( a ) )\n"), "+(+(+a))");
        assert_eq!(Equation::parse("b*a-b").expect("it parses").sets, ["b", "a"]);
    }

    #[test]
    fn an_error_names_the_column_and_what_was_expected() {
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
