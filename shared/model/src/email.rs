//! E-mail addresses.

use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use serde::{Deserialize, Serialize};

use crate::NameKey;
use crate::unicode::is_ignorable;

/// The longest address, as in Django.
const MAX_CHARACTERS: usize = 254;
/// Django takes nothing longer than this for an address at all (RFC 3696).
const MAX_VALID_CHARACTERS: usize = 320;
/// The longest label of a domain, in characters.
const MAX_LABEL_CHARACTERS: usize = 63;

/// An e-mail address by the rule of Django's `EmailValidator`, with its domain in lower case. Addresses that differ only
/// in case, or in the spelling of their domain, belong to the same account.
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
    /// It contains a NUL.
    #[error("Null characters are not allowed.")]
    Null,
}

impl Email {
    /// Reads an address; white space at the ends is dropped. A text of more than 1,016 bytes is too long before
    /// anything else is looked at.
    ///
    /// # Errors
    /// Every rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, Vec<EmailError>> {
        let text = text.trim();
        if text.len() > 4 * MAX_CHARACTERS {
            return Err(vec![EmailError::TooLong]);
        }
        let characters = text.chars().count();
        let mut errors = Vec::new();
        if characters > MAX_CHARACTERS {
            errors.push(EmailError::TooLong);
        }
        if text.contains('\0') {
            errors.push(EmailError::Null);
        }
        let parts = text.rsplit_once('@').filter(|_| characters <= MAX_VALID_CHARACTERS);
        match parts.filter(|(local, domain)| is_local_part(local) && is_domain(domain)) {
            Some((local, domain)) if errors.is_empty() => Ok(Self(format!("{local}@{}", domain.to_lowercase()))),
            Some(_) => Err(errors),
            None => {
                errors.push(EmailError::Invalid);
                Err(errors)
            }
        }
    }

    /// The address as its owner writes it, with its domain in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address as mail is sent to it: its domain is in Punycode if it is not ASCII.
    #[must_use]
    pub fn mailbox(&self) -> Cow<'_, str> {
        let Some((local, domain)) = self.0.rsplit_once('@') else { return Cow::Borrowed(&self.0) };
        match punycode(domain) {
            Some(ascii) if !domain.is_ascii() => Cow::Owned(format!("{local}@{ascii}")),
            _ => Cow::Borrowed(&self.0),
        }
    }

    /// The key by which the address is looked up, in the namespace that it shares with usernames.
    #[must_use]
    pub fn key(&self) -> NameKey {
        NameKey::of(&self.0)
    }
}

/// A domain in Punycode. `None` for what no name server would know.
fn punycode(domain: &str) -> Option<String> {
    let ascii = Uts46::new().to_ascii(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::Allow, DnsLength::Verify);
    ascii.ok().map(Cow::into_owned)
}

/// Words with dots between them, or a quoted text, both in ASCII.
fn is_local_part(local: &str) -> bool {
    match local.strip_prefix('"') {
        Some(quoted) => quoted.strip_suffix('"').is_some_and(is_quoted),
        None => local.split('.').all(|word| !word.is_empty() && word.chars().all(is_atom)),
    }
}

fn is_atom(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-!#$%&'*+/=?^_`{}|~".contains(c)
}

/// What may stand between quotes: ASCII without space, tab and line breaks; a quote and a backslash only behind a
/// backslash.
fn is_quoted(text: &str) -> bool {
    let plain = |c: char| matches!(c, '\u{1}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '!' | '#'..='[' | ']'..='\u{7f}');
    let escaped = |c: char| matches!(c, '\u{1}'..='\u{9}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{7f}');
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let belongs = if c == '\\' { chars.next().is_some_and(escaped) } else { plain(c) };
        if !belongs {
            return false;
        }
    }
    true
}

/// `localhost`, a domain with a top-level domain, or the literal of an IP address.
fn is_domain(domain: &str) -> bool {
    if let Some(literal) = domain.strip_prefix('[') {
        let address = literal.strip_suffix(']').unwrap_or_default();
        return address.parse::<Ipv4Addr>().is_ok() || address.parse::<Ipv6Addr>().is_ok();
    }
    domain == "localhost" || (has_labels(domain) && (domain.is_ascii() || punycode(domain).is_some()))
}

/// Whether a domain has two labels or more, of letters, digits and hyphens; the last one has no digits, except in
/// Punycode.
fn has_labels(domain: &str) -> bool {
    let Some((labels, top)) = domain.rsplit_once('.') else { return false };
    let is_word = top.chars().count() >= 2 && !top.contains(|c: char| c.is_ascii_digit());
    let is_punycode = top.get(..4).is_some_and(|ace| ace.eq_ignore_ascii_case("xn--"))
        && top.get(4..).is_some_and(|code| !code.is_empty() && code.chars().all(|c| c.is_ascii_alphanumeric()));
    (is_word || is_punycode) && is_label(top) && labels.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    // The range is what Django takes for the letters of other scripts. IDNA decides about each of them, but it passes
    // over what is invisible.
    let is_other =
        |c: char| matches!(c, '\u{a1}'..='\u{ffff}') && (!is_ignorable(c) || matches!(c, '\u{200c}' | '\u{200d}'));
    let belongs = |c: char| c.is_ascii_alphanumeric() || c == '-' || is_other(c);
    let length = label.chars().count();
    (1..=MAX_LABEL_CHARACTERS).contains(&length)
        && label.chars().all(belongs)
        && !label.starts_with('-')
        && !label.ends_with('-')
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
    fn addresses_that_django_refuses_are_refused() {
        for text in [
            "nope",
            "a@b",
            "@example.com",
            "a@",
            "a b@example.com",
            "A <a@example.com>",
            "a@b.c",
            "a@a_b.com",
            "a@exa_mple.com",
            "a@a.123",
            "a@127.0.0.1",
            "ü@example.com",
            "jürgen@example.com",
            "a@example.c",
            "a.@example.com",
            ".a@example.com",
            "a..b@example.com",
            "\"a b\"@example.com",
            "\"a\"b\"@example.com",
            "\"@example.com",
            "a@-example.com",
            "a@example-.com",
            "a@example.com.",
            "a@.com",
            "a@example..com",
            "a@LOCALHOST",
            "a@[127.0.0.256]",
            "a@[]",
            "a@[127.0.0.1",
            "a@[fe80::1%eth0]",
            "a@example.com\u{200b}",
            "а@example.com",
            "a@exa mple.com",
            "a,b@example.com",
            "a@ex\u{2028}ample.com",
            "a@example.c0m",
            "a＠example.com",
            "a@💩.example",
            "\"a\n\"@example.com",
            "a@例え。jp",
        ] {
            assert_eq!(Email::parse(text), Err(vec![EmailError::Invalid]), "{text}");
        }
        assert_eq!(Email::parse(&format!("a@{}.com", "b".repeat(64))), Err(vec![EmailError::Invalid]));
        assert_eq!(Email::parse("a\0@example.com"), Err(vec![EmailError::Null, EmailError::Invalid]));
    }

    #[test]
    fn addresses_that_django_takes_are_taken() {
        for text in [
            "a+b@sub.example.co",
            "a@localhost",
            "a@[127.0.0.1]",
            "a@[::1]",
            "a@[::ffff:127.0.0.1]",
            "\"a\"@example.com",
            "\"a\\\"b\\\\\"@example.com",
            "\"a@b\"@example.com",
            "\"\"@example.com",
            "!#$%&'*+/=?^_`{}|~-@example.com",
            "a@a--b.example",
            "a@1.example",
            "x@bücher.example",
            "x@xn--bcher-kva.example",
            "x@пример.рф",
            "a@example.xn--p1ai",
            "x@例え.jp",
            "a@b.co-op",
        ] {
            assert!(Email::parse(text).is_ok(), "{text}");
        }
        assert!(Email::parse(&format!("{}@example.com", "a".repeat(100))).is_ok());
        assert!(Email::parse(&format!("a@{}.com", "b".repeat(63))).is_ok());
    }

    #[test]
    fn an_address_has_254_characters_at_most() {
        let long = |length: usize| format!("{}@example.com", "a".repeat(length - 12));
        assert!(Email::parse(&long(254)).is_ok());
        assert_eq!(Email::parse(&long(255)), Err(vec![EmailError::TooLong]));
        assert_eq!(Email::parse(&long(321)), Err(vec![EmailError::TooLong, EmailError::Invalid]));
        assert_eq!(Email::parse(&"ü".repeat(509)), Err(vec![EmailError::TooLong]));
    }

    #[test]
    fn mail_is_sent_to_the_punycode_of_a_domain() {
        for (text, mailbox) in [
            ("x@bücher.example", "x@xn--bcher-kva.example"),
            ("X@BÜCHER.example", "X@xn--bcher-kva.example"),
            ("x@faß.de", "x@xn--fa-hia.de"),
            ("x@例え.jp", "x@xn--r8jz45g.jp"),
            ("x@example.com", "x@example.com"),
            ("x@[::1]", "x@[::1]"),
        ] {
            assert_eq!(Email::parse(text).map(|email| email.mailbox().into_owned()), Ok(mailbox.to_owned()), "{text}");
        }
    }
}
