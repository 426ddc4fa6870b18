//! Filter patterns for events that are JSON: comparisons of fields, joined by `&&`, `||` and parentheses.
//!
//! `{ ($.status >= 500 || $.error IS NULL) && $.['http.route'] = "/api/*" }`

use serde_json::Value;

/// A parsed pattern.
#[derive(Debug, PartialEq)]
pub(in crate::logs) enum JsonPattern {
    All(Vec<Self>),
    Any(Vec<Self>),
    One(Comparison),
}

/// A field, and what is asked about it.
#[derive(Debug, PartialEq)]
pub(in crate::logs) struct Comparison {
    path: Vec<Step>,
    question: Question,
}

/// One step of `$.a['b'][0]`.
#[derive(Debug, PartialEq)]
enum Step {
    Member(String),
    Element(usize),
}

#[derive(Debug, PartialEq)]
enum Question {
    Compare(Operator, Operand),
    Is(Value),
    NotExists,
}

#[derive(Debug, PartialEq, Clone, Copy)]
enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Longer operators first, so that `<` does not hide `<=`.
const OPERATORS: [(&str, Operator); 6] = [
    ("!=", Operator::NotEqual),
    ("<=", Operator::LessOrEqual),
    (">=", Operator::GreaterOrEqual),
    ("=", Operator::Equal),
    ("<", Operator::Less),
    (">", Operator::Greater),
];

#[derive(Debug, PartialEq)]
enum Operand {
    Number(f64),
    Text(String),
}

impl JsonPattern {
    /// Parses what stands between the braces.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut parser = Parser { rest: text };
        let pattern = parser.any()?;
        match parser.peek() {
            None => Ok(pattern),
            Some(_) => Err(format!("`{}` is not understood", parser.rest)),
        }
    }

    pub(super) fn matches(&self, event: &Value) -> bool {
        match self {
            Self::All(patterns) => patterns.iter().all(|pattern| pattern.matches(event)),
            Self::Any(patterns) => patterns.iter().any(|pattern| pattern.matches(event)),
            Self::One(comparison) => comparison.matches(event),
        }
    }
}

/// The part of the text that is not read yet.
struct Parser<'a> {
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn peek(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start();
        self.rest.chars().next()
    }

    fn take(&mut self, sign: &str) -> bool {
        self.rest = self.rest.trim_start();
        self.rest.strip_prefix(sign).map(|rest| self.rest = rest).is_some()
    }

    /// A keyword in any case, such as `IS`, that ends there.
    fn take_word(&mut self, word: &str) -> bool {
        self.rest = self.rest.trim_start();
        let Some((head, rest)) = self.rest.split_at_checked(word.len()) else { return false };
        let ends = rest.chars().next().is_none_or(|next| !next.is_alphanumeric());
        let found = head.eq_ignore_ascii_case(word) && ends;
        if found {
            self.rest = rest;
        }
        found
    }

    /// The text up to the first of these characters, which must not be empty.
    fn until(&mut self, stops: impl Fn(char) -> bool, what: &str) -> Result<&'a str, String> {
        let (head, rest) = self.rest.split_at(self.rest.find(stops).unwrap_or(self.rest.len()));
        if head.is_empty() {
            return Err(format!("{what} is missing before `{rest}`"));
        }
        self.rest = rest;
        Ok(head)
    }

    fn any(&mut self) -> Result<JsonPattern, String> {
        let mut patterns = vec![self.all()?];
        while self.take("||") {
            patterns.push(self.all()?);
        }
        Ok(if patterns.len() == 1 { patterns.remove(0) } else { JsonPattern::Any(patterns) })
    }

    fn all(&mut self) -> Result<JsonPattern, String> {
        let mut patterns = vec![self.one()?];
        while self.take("&&") {
            patterns.push(self.one()?);
        }
        Ok(if patterns.len() == 1 { patterns.remove(0) } else { JsonPattern::All(patterns) })
    }

    fn one(&mut self) -> Result<JsonPattern, String> {
        if self.take("(") {
            let inner = self.any()?;
            return if self.take(")") { Ok(inner) } else { Err("a `(` is not closed".to_owned()) };
        }
        let path = self.path()?;
        let question = if self.take_word("NOT") {
            if !self.take_word("EXISTS") {
                return Err("NOT is followed by EXISTS only".to_owned());
            }
            Question::NotExists
        } else if self.take_word("IS") {
            let values = [("NULL", Value::Null), ("TRUE", Value::Bool(true)), ("FALSE", Value::Bool(false))];
            let found = values.into_iter().find(|(word, _)| self.take_word(word));
            Question::Is(found.ok_or("IS is followed by NULL, TRUE or FALSE")?.1)
        } else {
            let found = OPERATORS.iter().find(|(sign, _)| self.take(sign));
            let (_, operator) = *found.ok_or_else(|| format!("an operator is missing before `{}`", self.rest))?;
            Question::Compare(operator, self.operand(operator)?)
        };
        Ok(JsonPattern::One(Comparison { path, question }))
    }

    fn path(&mut self) -> Result<Vec<Step>, String> {
        if !self.take("$") {
            return Err(format!("a field begins with `$.`, not with `{}`", self.rest));
        }
        let mut path = Vec::new();
        loop {
            if let Some(rest) = self.rest.strip_prefix(".[").or_else(|| self.rest.strip_prefix('[')) {
                self.rest = rest;
                path.push(self.bracket()?);
            } else if let Some(rest) = self.rest.strip_prefix('.') {
                self.rest = rest;
                let ends = |c: char| c.is_whitespace() || ".[]()=!<>&|'\"".contains(c);
                path.push(Step::Member(self.until(ends, "a name")?.to_owned()));
            } else {
                break;
            }
        }
        if path.is_empty() { Err("a field needs a name".to_owned()) } else { Ok(path) }
    }

    fn bracket(&mut self) -> Result<Step, String> {
        let quote = self.rest.chars().next().filter(|quote| ['\'', '"'].contains(quote));
        let step = if let Some(quote) = quote {
            let (name, rest) =
                self.rest.get(1..).and_then(|rest| rest.split_once(quote)).ok_or("a quote is not closed")?;
            self.rest = rest;
            Step::Member(name.to_owned())
        } else {
            let number = self.until(|c| c == ']', "a place")?;
            Step::Element(number.parse().map_err(|_| format!("`{number}` is no place in a list"))?)
        };
        match self.rest.strip_prefix(']') {
            Some(rest) => self.rest = rest,
            None => return Err("a `[` is not closed".to_owned()),
        }
        Ok(step)
    }

    fn operand(&mut self, operator: Operator) -> Result<Operand, String> {
        self.rest = self.rest.trim_start();
        if let Some(inner) = self.rest.strip_prefix('"') {
            let (text, rest) = inner.split_once('"').ok_or("a `\"` is not closed")?;
            self.rest = rest;
            return Ok(Operand::Text(text.to_owned()));
        }
        let text = self.until(|c| c.is_whitespace() || ")&|".contains(c), "a value")?;
        if let Ok(number) = text.parse() {
            return Ok(Operand::Number(number));
        }
        match operator {
            Operator::Equal | Operator::NotEqual => Ok(Operand::Text(text.to_owned())),
            _ => Err(format!("`{text}` is no number")),
        }
    }
}

impl Comparison {
    fn matches(&self, event: &Value) -> bool {
        let found = self.path.iter().try_fold(event, |value, step| match step {
            Step::Member(name) => value.get(name),
            Step::Element(place) => value.get(place),
        });
        match (&self.question, found) {
            (Question::NotExists, found) => found.is_none(),
            (_, None) => false,
            (Question::Is(wanted), Some(found)) => wanted == found,
            (Question::Compare(operator, Operand::Number(wanted)), Some(Value::Number(found))) => {
                found.as_f64().is_some_and(|found| compare(*operator, found, *wanted))
            }
            (Question::Compare(operator, Operand::Text(wanted)), Some(Value::String(found))) => match operator {
                Operator::Equal => wildcard(wanted, found),
                Operator::NotEqual => !wildcard(wanted, found),
                _ => false,
            },
            (Question::Compare(operator, _), Some(_)) => *operator == Operator::NotEqual,
        }
    }
}

#[allow(clippy::float_cmp, reason = "the pattern's number is meant exactly")]
fn compare(operator: Operator, found: f64, wanted: f64) -> bool {
    match operator {
        Operator::Equal => found == wanted,
        Operator::NotEqual => found != wanted,
        Operator::Less => found < wanted,
        Operator::LessOrEqual => found <= wanted,
        Operator::Greater => found > wanted,
        Operator::GreaterOrEqual => found >= wanted,
    }
}

/// Whether `text` matches `pattern`, in which a star stands for any characters.
fn wildcard(pattern: &str, text: &str) -> bool {
    let Some((head, mut tail)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut rest) = text.strip_prefix(head) else { return false };
    while let Some((middle, after)) = tail.split_once('*') {
        let Some((_, behind)) = rest.split_once(middle) else { return false };
        (rest, tail) = (behind, after);
    }
    rest.ends_with(tail)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn matches(pattern: &str, event: &str) -> bool {
        JsonPattern::parse(pattern).unwrap().matches(&serde_json::from_str(event).unwrap())
    }

    #[test]
    fn fields_are_compared() {
        let event = r#"{"kind":"login","status":403,"user":{"id":"u-7"}}"#;
        assert!(matches(r#"$.kind = "login""#, event));
        assert!(matches("$.kind = log*", event));
        assert!(!matches(r#"$.kind = "logout""#, event));
        assert!(matches(r#"$.user.id = "u-*""#, event));
        assert!(!matches(r#"$.missing != "x""#, event));
        assert!(matches("$.kind != 3", event), "another type is not equal");
        for (pattern, expected) in
            [("< 403", false), ("<= 403", true), (">= 403", true), ("> 402.5", true), ("=403", true)]
        {
            assert_eq!(matches(&format!("$.status {pattern}"), event), expected, "{pattern}");
        }
    }

    #[test]
    fn comparisons_are_joined_and_goes_before_or() {
        let event = r#"{"a":1,"b":2}"#;
        assert!(matches("$.a = 1 && $.b = 2", event));
        assert!(!matches("$.a = 1 && $.b = 3", event));
        assert!(matches("$.a = 1 || $.a = 2 && $.b = 3", event));
        assert!(!matches("($.a = 1 || $.a = 2) && $.b = 3", event));
        assert!(matches("($.a=9)||(($.b=2))", event));
    }

    #[test]
    fn names_with_dots_lists_and_nothing_are_asked_about() {
        let event = r#"{"http.status":503,"list":[{"id":"x"}],"nothing":null,"yes":true}"#;
        assert!(matches("$.['http.status'] = 503", event));
        assert!(matches(r#"$["http.status"] > 500"#, event));
        assert!(matches("$.list[0].id = x", event));
        assert!(!matches("$.list[1].id = x", event));
        assert!(matches("$.nothing IS NULL && $.yes is true && $.other NOT EXISTS", event));
        assert!(!matches("$.yes IS FALSE || $.nothing NOT EXISTS || $.other IS NULL", event));
    }

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text, expected) in [
            ("a*c", "abc", true),
            ("a*c", "ac", true),
            ("a*c", "abd", false),
            ("*", "", true),
            ("a*b*c", "a1b2c", true),
            ("a*b*c", "a1c", false),
            ("ab*bc", "abc", false),
        ] {
            assert_eq!(wildcard(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for pattern in [
            "",
            "$.a",
            "a = 1",
            "$ = 1",
            "$.a =",
            "$.a < x",
            "$.a = \"x",
            "($.a = 1",
            "$.a = 1)",
            "$.a IS 3",
            "$.a NOT 3",
            "$.a[x] = 1",
            "$.a['x = 1",
            "$.a = 1 &&",
            "$.a = 1 $.b = 2",
            "$..a = 1",
        ] {
            assert!(JsonPattern::parse(pattern).is_err(), "{pattern}");
        }
    }
}
