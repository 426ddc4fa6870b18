//! Similarity of a password to its owner's username or email address.
//!
//! It is Django's measure: the share of characters that two texts have in common, as
//! `difflib.SequenceMatcher.quick_ratio` counts it.

use std::collections::HashMap;

const TOO_SIMILAR: f64 = 0.7;

/// Whether the password resembles the whole value or one of its words, ignoring case.
pub(crate) fn is_similar(password: &str, value: &str) -> bool {
    let password = password.to_lowercase();
    let value = value.to_lowercase();
    let words = value.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    words
        .chain(std::iter::once(value.as_str()))
        .filter(|part| !part.is_empty() && !is_far_longer(&password, part))
        .any(|part| ratio(&password, part) >= TOO_SIMILAR)
}

/// A much longer password does not resemble a short word, even if it contains all its letters.
#[allow(clippy::cast_precision_loss, reason = "a password has at most a few hundred characters")]
fn is_far_longer(password: &str, part: &str) -> bool {
    let (password, part) = (password.chars().count(), part.chars().count());
    password >= 10 * part && (part as f64) < TOO_SIMILAR / 2.0 * password as f64
}

#[allow(clippy::cast_precision_loss, reason = "a password has at most a few hundred characters")]
/// Twice the number of common characters, divided by the length of both texts.
fn ratio(a: &str, b: &str) -> f64 {
    let mut left: HashMap<char, usize> = HashMap::new();
    for c in b.chars() {
        *left.entry(c).or_default() += 1;
    }
    let mut common = 0_usize;
    for c in a.chars() {
        if let Some(count) = left.get_mut(&c).filter(|count| **count > 0) {
            *count -= 1;
            common += 1;
        }
    }
    let length = a.chars().count() + b.chars().count();
    2.0 * common as f64 / length as f64
}

#[cfg(test)]
mod tests {
    use super::is_similar;

    #[test]
    fn it_agrees_with_django() {
        assert!(is_similar("quokkaman1", "quokkaman"));
        assert!(is_similar("wombatking", "wombatking@example.com"));
        assert!(is_similar("example_password", "example_user"));
        assert!(!is_similar("Zx9!quokka-7", "alice85451"));
        assert!(!is_similar("Zx9!quokka-7", ""));
    }
}
