//! E-mail addresses.

use email_address::{EmailAddress, Options};
use serde::{Deserialize, Serialize};

use crate::NameKey;

/// The longest address, as in Django.
const MAX_CHARACTERS: usize = 254;

/// An e-mail address with its domain in lower case. Addresses that differ only in case belong to the same account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(String);

/// A rule that an address breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// Not an address with a domain that mail can be sent to.
    #[error("Enter a valid email address.")]
    Invalid,
    /// More than 254 characters.
    #[error("Ensure this field has no more than 254 characters.")]
    TooLong,
}

impl Email {
    /// Reads an address; white space at the ends is dropped.
    ///
    /// # Errors
    /// The rule that the text breaks; always one.
    pub fn parse(text: &str) -> Result<Self, Vec<EmailError>> {
        let text = text.trim();
        if text.chars().count() > MAX_CHARACTERS {
            return Err(vec![EmailError::TooLong]);
        }
        let options = Options::default().with_required_tld().without_display_text().without_domain_literal();
        EmailAddress::parse_with_options(text, options).map_err(|_| vec![EmailError::Invalid])?;
        let (local, domain) = text.rsplit_once('@').ok_or_else(|| vec![EmailError::Invalid])?;
        if local.contains(['"', '\\']) || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(vec![EmailError::Invalid]);
        }
        Ok(Self(format!("{local}@{}", domain.to_lowercase())))
    }

    /// The address with its domain in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key by which the address is looked up, in the namespace that it shares with usernames.
    #[must_use]
    pub fn key(&self) -> NameKey {
        NameKey::of(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_is_lowered_and_the_local_part_is_kept() {
        assert_eq!(
            Email::parse("Foo.Bar@EXAMPLE.Com").map(|e| e.as_str().to_owned()),
            Ok("Foo.Bar@example.com".into())
        );
    }

    #[test]
    fn text_that_is_not_a_mail_address_is_refused() {
        for text in [
            "nope",
            "a@b",
            "@example.com",
            "a@",
            "a b@example.com",
            "A <a@example.com>",
            "a@[127.0.0.1]",
            "\"a b\"@example.com",
            "a\0@example.com",
        ] {
            assert_eq!(Email::parse(text), Err(vec![EmailError::Invalid]), "{text}");
        }
        assert!(Email::parse("a+b@sub.example.co").is_ok());
        assert_eq!(Email::parse(&format!("{}@example.com", "a".repeat(300))), Err(vec![EmailError::TooLong]));
    }
}
