//! Links in profiles.

use serde::{Deserialize, Serialize};
use url::Url;

/// The longest link.
const MAX_CHARACTERS: usize = 2_000;

/// An absolute http or https URL without credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Link(String);

/// A rule that a link breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Not an absolute http or https URL, or one with credentials.
    #[error("Enter a valid URL.")]
    Invalid,
    /// More than 2,000 characters.
    #[error("Ensure this field has no more than 2000 characters.")]
    TooLong,
}

impl Link {
    /// Reads a link.
    ///
    /// # Errors
    /// The rule that the text breaks; always one.
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

    /// Reads a link that may be blank; a blank text is `None`.
    ///
    /// # Errors
    /// As [`Link::parse`].
    pub fn parse_blankable(text: &str) -> Result<Option<Self>, Vec<LinkError>> {
        if text.trim().is_empty() { Ok(None) } else { Self::parse(text.trim()).map(Some) }
    }

    /// The URL as its owner wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_absolute_http_urls_are_links() {
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
