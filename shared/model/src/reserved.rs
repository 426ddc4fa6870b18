//! Reserved usernames: words that stand where a route has a username, and words that clients would take for the
//! service itself.

/// The words that stand where a route has `{username}`: one a line, sorted. `cargo xtask endpoints` writes them from the
/// tables of routes, and a test fails when they are out of date.
const ROUTE_WORDS: &str = include_str!("reserved/route_words.txt");

/// Words that no new account may have.
const SERVICE_WORDS: [&str; 2] = ["admin", "support"];

/// Does the name with this key stand where a route has a username?
pub(crate) fn stands_in_a_route(key: &str) -> bool {
    ROUTE_WORDS.lines().any(|word| word == key)
}

/// Would clients take the name with this key for the service itself?
pub(crate) fn names_the_service(key: &str) -> bool {
    SERVICE_WORDS.contains(&key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NameKey;

    #[test]
    fn every_word_is_the_key_of_a_name() {
        for word in ROUTE_WORDS.lines().chain(SERVICE_WORDS) {
            assert_eq!(NameKey::of(word).as_str(), word);
        }
        assert!(stands_in_a_route("login") && !stands_in_a_route("ada") && !stands_in_a_route(""));
        assert!(names_the_service("admin") && !names_the_service("login"));
    }
}
