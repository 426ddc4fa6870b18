//! Links in profiles.

use serde::{Deserialize, Serialize};
use url::Url;

/// The longest link that is kept.
const MAX_CHARACTERS: usize = 2_000;

/// An absolute http or https URL without credentials in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Link(String);

/// What is wrong with a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Not an absolute http(s) URL.
    #[error("Enter a valid URL.")]
    Invalid,
    /// Too long.
    #[error("Ensure this field has no more than 2000 characters.")]
    TooLong,
}

impl Link {
    /// Reads a link.
    ///
    /// # Errors
    /// The rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, Vec<LinkError>> {
        if text.chars().count() > MAX_CHARACTERS {
            return Err(vec![LinkError::TooLong]);
        }
        let url = Url::parse(text).map_err(|_| vec![LinkError::Invalid])?;
        let plain = matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && !text.chars().any(|c| c.is_control() || c.is_whitespace());
        if plain { Ok(Self(text.to_owned())) } else { Err(vec![LinkError::Invalid]) }
    }

    /// Reads what may be blank: a blank link is none.
    ///
    /// # Errors
    /// As [`Link::parse`].
    pub fn parse_blankable(text: &str) -> Result<Option<Self>, Vec<LinkError>> {
        if text.trim().is_empty() { Ok(None) } else { Self::parse(text.trim()).map(Some) }
    }

    /// The URL as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_absolute_web_addresses_are_links() {
        assert!(Link::parse("https://example.com/a.png?x=1#y").is_ok());
        assert_eq!(Link::parse_blankable(" "), Ok(None));
        for text in [
            "",
            "javascript:alert(1)",
            "/a.png",
            "ftp://example.com/",
            "http://",
            "https://u:p@example.com/",
            "http://exa mple.com/",
            "data:image/png;base64,AA",
        ] {
            assert_eq!(Link::parse(text), Err(vec![LinkError::Invalid]), "{text}");
        }
        assert_eq!(Link::parse(&format!("http://e.com/{}", "a".repeat(2_000))), Err(vec![LinkError::TooLong]));
    }
}
