//! CloudWatch's filter patterns: terms, and comparisons of fields of a JSON event.

mod json;

use json::JsonPattern;

/// A parsed filter pattern.
#[derive(Debug, PartialEq)]
pub(super) enum Pattern {
    Terms { all: Vec<String>, any: Vec<String>, none: Vec<String> },
    Json(JsonPattern),
}

impl Pattern {
    /// Parses the parameter `filterPattern`. An empty pattern matches every event.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        match text.chars().next() {
            Some('{') => {
                let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
                JsonPattern::parse(inner.ok_or("a `{` is not closed")?).map(Self::Json)
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
            Self::Json(pattern) => serde_json::from_str(message).is_ok_and(|event| pattern.matches(&event)),
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
    fn braces_make_a_pattern_for_json() {
        assert!(matches(r#"{ $.kind = "login" }"#, r#"{"kind":"login"}"#));
        assert!(!matches(r#"{ $.kind = "login" }"#, "no JSON"));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for pattern in ["[a, b]", "%regex%", "user.id", "\"open", "{ $.a }", "{ $.a = 1", "-"] {
            assert!(Pattern::parse(pattern).is_err(), "{pattern}");
        }
    }
}
