//! CloudWatch's filter patterns: terms, and comparisons of fields of a JSON event.

use serde_json::Value;

/// A parsed filter pattern.
#[derive(Debug, PartialEq)]
pub(super) enum Pattern {
    Terms { all: Vec<String>, any: Vec<String>, none: Vec<String> },
    Json { comparisons: Vec<Comparison>, all: bool },
}

/// `$.path operator value`.
#[derive(Debug, PartialEq)]
pub(super) struct Comparison {
    path: Vec<String>,
    operator: Operator,
    value: Operand,
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

impl Pattern {
    /// Parses the parameter `filterPattern`. An empty pattern matches every event.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        match text.chars().next() {
            Some('{') => {
                let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
                json(inner.ok_or("a `{` is not closed")?)
            }
            Some('[' | '%') => Err("the local AWS knows terms and JSON only".to_owned()),
            _ => terms(text),
        }
    }

    pub(super) fn matches(&self, message: &str) -> bool {
        let has = |term: &String| message.contains(term.as_str());
        match self {
            Self::Terms { all, any, none } => {
                all.iter().all(has) && (any.is_empty() || any.iter().any(has)) && !none.iter().any(has)
            }
            Self::Json { comparisons, all } => {
                let Ok(event) = serde_json::from_str::<Value>(message) else { return false };
                let mut results = comparisons.iter().map(|comparison| comparison.matches(&event));
                if *all { results.all(|holds| holds) } else { results.any(|holds| holds) }
            }
        }
    }
}

fn terms(text: &str) -> Result<Pattern, String> {
    let (mut all, mut any, mut none) = (Vec::new(), Vec::new(), Vec::new());
    let mut rest = text;
    while !rest.is_empty() {
        let (list, after) = match (rest.strip_prefix('-'), rest.strip_prefix('?')) {
            (Some(after), _) => (&mut none, after),
            (_, Some(after)) => (&mut any, after),
            _ => (&mut all, rest),
        };
        let (term, after) = term(after)?;
        list.push(term);
        rest = after.trim_start();
    }
    Ok(Pattern::Terms { all, any, none })
}

/// The term at the beginning of `text`, and the rest.
fn term(text: &str) -> Result<(String, &str), String> {
    if let Some(inner) = text.strip_prefix('"') {
        let (phrase, rest) = inner.split_once('"').ok_or("a `\"` is not closed")?;
        return if phrase.is_empty() { Err("an empty phrase".to_owned()) } else { Ok((phrase.to_owned(), rest)) };
    }
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    if word.is_empty() || !word.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return Err(format!("`{word}` has to be in double quotes"));
    }
    Ok((word.to_owned(), rest))
}

fn json(text: &str) -> Result<Pattern, String> {
    let all = text.contains("&&");
    if all && text.contains("||") {
        return Err("the local AWS does not mix && and ||".to_owned());
    }
    let separator = if all { "&&" } else { "||" };
    let comparisons = text.split(separator).map(comparison).collect::<Result<_, _>>()?;
    Ok(Pattern::Json { comparisons, all })
}

fn comparison(text: &str) -> Result<Comparison, String> {
    let text = text.trim().trim_start_matches('(').trim_end_matches(')').trim();
    // The path ends where the first operator begins; the value may contain operators.
    let at = text.find(['=', '!', '<', '>']).ok_or_else(|| format!("`{text}` has no operator"))?;
    let (path, rest) = text.split_at(at);
    let (operator, value) = OPERATORS
        .iter()
        .find_map(|(sign, operator)| rest.strip_prefix(sign).map(|value| (*operator, value.trim())))
        .ok_or_else(|| format!("`{text}` has no operator"))?;
    let path = path.trim().strip_prefix("$.").ok_or_else(|| format!("`{text}` does not begin with `$.`"))?;
    let path: Vec<_> = path.split('.').map(str::to_owned).collect();
    if path.iter().any(String::is_empty) {
        return Err(format!("`{text}` has an empty name"));
    }
    Ok(Comparison { path, operator, value: operand(value, operator)? })
}

fn operand(text: &str, operator: Operator) -> Result<Operand, String> {
    if let Some(inner) = text.strip_prefix('"') {
        let inner = inner.strip_suffix('"').ok_or("a `\"` is not closed")?;
        return Ok(Operand::Text(inner.to_owned()));
    }
    if let Ok(number) = text.parse() {
        return Ok(Operand::Number(number));
    }
    let equality = matches!(operator, Operator::Equal | Operator::NotEqual);
    if text.is_empty() || !equality || text.contains(char::is_whitespace) {
        return Err(format!("`{text}` is no value"));
    }
    Ok(Operand::Text(text.to_owned()))
}

impl Comparison {
    fn matches(&self, event: &Value) -> bool {
        let Some(found) = self.path.iter().try_fold(event, |value, name| value.get(name)) else {
            return false;
        };
        match (&self.value, found) {
            (Operand::Number(wanted), Value::Number(found)) => {
                found.as_f64().is_some_and(|found| self.compare(found, *wanted))
            }
            (Operand::Text(wanted), Value::String(found)) => match self.operator {
                Operator::Equal => wildcard(wanted, found),
                Operator::NotEqual => !wildcard(wanted, found),
                _ => false,
            },
            _ => self.operator == Operator::NotEqual,
        }
    }

    #[allow(clippy::float_cmp, reason = "the pattern's number is meant exactly")]
    fn compare(&self, found: f64, wanted: f64) -> bool {
        match self.operator {
            Operator::Equal => found == wanted,
            Operator::NotEqual => found != wanted,
            Operator::Less => found < wanted,
            Operator::LessOrEqual => found <= wanted,
            Operator::Greater => found > wanted,
            Operator::GreaterOrEqual => found >= wanted,
        }
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

    fn matches(pattern: &str, message: &str) -> bool {
        Pattern::parse(pattern).unwrap().matches(message)
    }

    #[test]
    fn terms_must_all_be_there_and_excluded_ones_not() {
        assert!(matches("", "anything"));
        assert!(matches("ERROR timeout", "ERROR: a timeout"));
        assert!(!matches("ERROR timeout", "ERROR: refused"));
        assert!(!matches("error", "ERROR"));
        assert!(matches("ERROR -retry", "ERROR: refused"));
        assert!(!matches("ERROR -retry", "ERROR: retry"));
        assert!(matches("?a ?b", "b"));
        assert!(!matches("?a ?b", "c"));
        assert!(matches(r#""two words" -"no, not""#, "here two words are"));
        assert!(!matches(r#""two words""#, "two  words"));
        assert!(matches(r#""user.id""#, r#"{"user.id":1}"#));
    }

    #[test]
    fn fields_of_a_json_event_are_compared() {
        let event = r#"{"kind":"login","status":403,"user":{"id":"u-7"}}"#;
        assert!(matches(r#"{ $.kind = "login" }"#, event));
        assert!(!matches(r#"{ $.kind = "logout" }"#, event));
        assert!(matches(r#"{ $.user.id = "u-*" }"#, event));
        assert!(matches(r#"{ $.kind != "logout" && $.status >= 400 }"#, event));
        assert!(!matches(r#"{ $.kind = "login" && $.status < 400 }"#, event));
        assert!(matches(r#"{ ($.kind = "x") || ($.status = 403) }"#, event));
        assert!(!matches(r#"{ $.missing != "x" }"#, event));
        assert!(!matches(r#"{ $.kind = "login" }"#, "no JSON"));
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
        for pattern in ["[a, b]", "%regex%", "user.id", "\"open", "{ $.a }", "{ a = 1 }", "{ $.a = }", "{ $.a = 1", "-"]
        {
            assert!(Pattern::parse(pattern).is_err(), "{pattern}");
        }
    }
}
