//! Links in mails: to pages of the deployment, or to those of the function `auth`.

use aviary_runtime::{Settings, SettingsError};

const UID: &str = "{uid}";
const TOKEN: &str = "{token}";

/// A link template with `{uid}` and `{token}`. Both values consist of letters, digits, `-` and `_`, so they need no
/// escaping anywhere in a URL.
#[derive(Clone, Debug)]
pub(crate) struct MailLink(String);

/// The links of all mails. One is missing if the deployment sets neither the link nor the address of the service.
#[derive(Clone, Debug)]
pub(crate) struct MailLinks {
    pub(crate) reset: Option<MailLink>,
    pub(crate) confirm_email: Option<MailLink>,
    pub(crate) undo_email: Option<MailLink>,
}

impl MailLinks {
    pub(crate) fn of(settings: &Settings) -> Result<Self, SettingsError> {
        let link = |name, page| {
            let own = settings.optional("AVIARY_PUBLIC_URL").map(|url| MailLink::to_own_page(url, page));
            MailLink::of(settings, name).map(|link| link.or(own))
        };
        Ok(Self {
            reset: link("AVIARY_MAIL_LINK_RESET", "reset")?,
            confirm_email: link("AVIARY_MAIL_LINK_CONFIRM_EMAIL", "confirm")?,
            undo_email: link("AVIARY_MAIL_LINK_UNDO_EMAIL", "undo")?,
        })
    }
}

impl MailLink {
    /// The plain page that `auth` has for a deployment without one.
    fn to_own_page(public_url: &str, page: &str) -> Self {
        Self(format!("{public_url}/auth/mail/{page}/?uid={UID}&token={TOKEN}"))
    }

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
    fn without_a_link_of_its_own_a_deployment_uses_the_services_pages() {
        let of = |variables: &[(&str, &str)]| {
            let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            let links = MailLinks::of(&Settings::of(variables).unwrap()).unwrap();
            [links.reset, links.confirm_email, links.undo_email].map(|link| link.map(|link| link.with("U", "T")))
        };
        let url = ("AVIARY_PUBLIC_URL", "https://api.example.com");
        let page = |page: &str| Some(format!("https://api.example.com/auth/mail/{page}/?uid=U&token=T"));
        assert_eq!(of(&[url]), [page("reset"), page("confirm"), page("undo")]);
        let own = ("AVIARY_MAIL_LINK_CONFIRM_EMAIL", "https://a.example/{uid}/{token}");
        let links = [page("reset"), Some("https://a.example/U/T".to_owned()), page("undo")];
        assert_eq!(of(&[url, own]), links);
        assert_eq!(of(&[]), [None, None, None]);
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
