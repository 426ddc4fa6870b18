//! Reads from DynamoDB's expressions which attributes a request names.

use serde_json::Value;

/// Keywords of the grammar. An attribute with such a name needs a placeholder.
const GRAMMAR: [&str; 9] = ["SET", "REMOVE", "ADD", "DELETE", "AND", "OR", "NOT", "BETWEEN", "IN"];

/// The top-level attributes that the expression names.
pub(super) fn attributes(expression: &str, placeholders: Option<&Value>) -> Vec<String> {
    let tokens = tokens(expression);
    let mut found = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|place| tokens.get(place)).copied();
        let is_function = tokens.get(place + 1) == Some(&"(") && !is_grammar(token);
        // A name after a dot or in brackets is inside an attribute.
        if is_word(token) && !is_grammar(token) && !is_function && !matches!(before, Some("." | "[")) {
            found.push(resolve(token, placeholders));
        }
    }
    found
}

/// The value that the key condition compares the attribute with by `=`.
pub(super) fn equal_to<'a>(
    condition: &str,
    placeholders: Option<&Value>,
    values: Option<&'a Value>,
    attribute: &str,
) -> Option<&'a Value> {
    let tokens = tokens(condition);
    tokens.windows(3).find_map(|three| match three {
        [name, "=", value] if resolve(name, placeholders) == attribute => values?.get(value),
        _ => None,
    })
}

fn resolve(name: &str, placeholders: Option<&Value>) -> String {
    let replaced = placeholders.and_then(|names| names.get(name)).and_then(Value::as_str);
    replaced.unwrap_or(name).to_owned()
}

fn is_grammar(token: &str) -> bool {
    GRAMMAR.iter().any(|word| word.eq_ignore_ascii_case(token))
}

fn is_word(token: &str) -> bool {
    token.starts_with(|first: char| first == '#' || first == '_' || first.is_alphabetic())
}

/// Splits an expression into words (with their `#` or `:`) and single other characters.
fn tokens(expression: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = expression.trim_start();
    while let Some(first) = rest.chars().next() {
        let part_of_word = |char: char| char.is_alphanumeric() || matches!(char, '_' | '-' | '#' | ':');
        let end = if part_of_word(first) {
            rest.find(|char| !part_of_word(char)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (token, after) = rest.split_at(end);
        tokens.push(token);
        rest = after.trim_start();
    }
    tokens
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn attributes_are_found_wherever_an_expression_names_them() {
        let names = json!({"#n": "name", "#u.d": "x"});
        let found = |expression| attributes(expression, Some(&names));
        assert_eq!(found("SET last_used_at = :now, #n = if_not_exists(old, :v)"), ["last_used_at", "name", "old"]);
        assert_eq!(found("ADD likes :one REMOVE a.b[2].c,d"), ["likes", "a", "d"]);
        assert_eq!(found("attribute_exists(pk) AND NOT (size (#n) > :n OR x IN (:a, y))"), ["pk", "name", "x", "y"]);
        assert_eq!(found("a.#n, #n"), ["a", "name"]);
        assert_eq!(found("SET n = n+:one"), ["n", "n"]);
        assert_eq!(found(""), Vec::<String>::new());
    }

    #[test]
    fn a_key_condition_says_which_partition() {
        let (names, values) = (json!({"#p": "pk"}), json!({":p": {"S": "U#1"}, ":s": {"S": "x"}}));
        let equal = |condition| equal_to(condition, Some(&names), Some(&values), "pk").cloned();
        assert_eq!(equal("pk = :p"), Some(json!({"S": "U#1"})));
        assert_eq!(equal("begins_with(sk, :s) AND (#p=:p)"), Some(json!({"S": "U#1"})));
        assert_eq!(equal("sk = :s"), None);
        assert_eq!(equal("pk > :p"), None);
        assert_eq!(equal("pk = :missing"), None);
    }
}
