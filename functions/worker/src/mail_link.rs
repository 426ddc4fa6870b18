//! Links in mails, made from a template that the deployment sets.

use aviary_runtime::{Settings, SettingsError};

const UID: &str = "{uid}";
const TOKEN: &str = "{token}";

/// A link template with `{uid}` and `{token}`. Both values consist of letters, digits, `-` and `_`, so they need no
/// escaping anywhere in a URL.
#[derive(Clone, Debug)]
pub(crate) struct MailLink(String);

impl MailLink {
    /// Reads the setting. `None` if it is absent.
    pub(crate) fn of(settings: &Settings, name: &'static str) -> Result<Option<Self>, SettingsError> {
        let Some(text) = settings.optional(name) else { return Ok(None) };
        let is_link = text.starts_with("https://") || text.starts_with("http://");
        if is_link && text.contains(UID) && text.contains(TOKEN) && !text.contains(char::is_whitespace) {
            return Ok(Some(Self(text.to_owned())));
        }
        let takes = "a link with {uid} and {token} in it";
        Err(SettingsError::Invalid { name, value: text.to_owned(), takes })
    }

    pub(crate) fn with(&self, uid: &str, token: &str) -> String {
        self.0.replace(UID, uid).replace(TOKEN, token)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn of(text: &str) -> Result<Option<String>, SettingsError> {
        let name = "AVIARY_MAIL_LINK_RESET";
        let settings = Settings::of([(name.to_owned(), text.to_owned())])?;
        Ok(MailLink::of(&settings, name)?.map(|link| link.with("U", "T")))
    }

    #[test]
    fn a_link_without_both_placeholders_stops_the_start() {
        assert_eq!(of("https://a.example/#/r/{uid}/{token}").unwrap().as_deref(), Some("https://a.example/#/r/U/T"));
        assert_eq!(of("http://a.example/r?t={token}&u={uid}").unwrap().as_deref(), Some("http://a.example/r?t=T&u=U"));
        assert_eq!(of("").unwrap(), None);
        for wrong in [
            "https://a.example/{uid}",
            "https://a.example/{token}",
            "javascript:{uid}{token}",
            "https://a b/{uid}/{token}",
        ] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
    }
}
