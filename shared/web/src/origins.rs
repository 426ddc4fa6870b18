//! The origins whose pages may use this service from a browser (`AVIARY_CORS_ORIGINS`, `AVIARY_LOCAL_ORIGINS`).

use aviary_runtime::{Settings, SettingsError};
use http::Uri;

/// Names of this machine. Only `cargo xtask run` lists their origins.
const LOCAL_NAMES: [&str; 2] = ["localhost", "127.0.0.1"];

/// The origins that are listed. Their pages may send cookies and read answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins {
    listed: Vec<String>,
    any: bool,
    local: bool,
}

impl Origins {
    /// Reads the settings.
    ///
    /// # Errors
    /// When an entry of the list is neither an origin nor `*`.
    pub fn of(settings: &Settings) -> Result<Self, SettingsError> {
        let list = settings.optional("AVIARY_CORS_ORIGINS").unwrap_or_default();
        let (any, listed): (Vec<&str>, Vec<&str>) =
            list.split(',').map(str::trim).filter(|origin| !origin.is_empty()).partition(|origin| *origin == "*");
        if let Some(wrong) = listed.iter().find(|origin| !is_origin(origin)) {
            return Err(SettingsError::Invalid {
                name: "AVIARY_CORS_ORIGINS",
                value: (*wrong).to_owned(),
                takes: "* or origins like https://app.example.com, separated by commas",
            });
        }
        let local = match settings.optional("AVIARY_LOCAL_ORIGINS") {
            None | Some("false") => false,
            Some("true") => true,
            Some(other) => {
                let value = other.to_owned();
                return Err(SettingsError::Invalid { name: "AVIARY_LOCAL_ORIGINS", value, takes: "true or false" });
            }
        };
        Ok(Self { listed: listed.into_iter().map(ToOwned::to_owned).collect(), any: !any.is_empty(), local })
    }

    /// Whether the origin is on the list. The star lists none.
    #[must_use]
    pub fn is_listed(&self, origin: &str) -> bool {
        self.listed.iter().any(|listed| listed.eq_ignore_ascii_case(origin)) || (self.local && is_local(origin))
    }

    /// Whether pages of every origin may read answers, without cookies.
    pub(crate) fn allows_any(&self) -> bool {
        self.any
    }
}

fn is_origin(text: &str) -> bool {
    let Ok(uri) = text.parse::<Uri>() else { return false };
    matches!(uri.scheme_str(), Some("http" | "https"))
        && uri.authority().is_some()
        && !text.ends_with('/')
        && matches!(uri.path(), "" | "/")
}

fn is_local(origin: &str) -> bool {
    let uri = origin.parse::<Uri>().ok().filter(|_| is_origin(origin));
    uri.and_then(|uri| uri.host().map(ToOwned::to_owned)).is_some_and(|host| LOCAL_NAMES.contains(&host.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins(list: &str, local: &str) -> Result<Origins, SettingsError> {
        let variables = [("AVIARY_CORS_ORIGINS", list), ("AVIARY_LOCAL_ORIGINS", local)];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Origins::of(&Settings::of(variables).expect("settings"))
    }

    #[test]
    fn only_origins_are_accepted() {
        for right in ["*", "", "https://a.example.com, http://localhost:3000", "https://a.example.com,*"] {
            assert!(origins(right, "").is_ok(), "{right}");
        }
        for wrong in ["a.example.com", "https://a.example.com/", "https://a.example.com/x", "ftp://a"] {
            assert!(origins(wrong, "").is_err(), "{wrong}");
        }
        assert!(origins("*", "yes").is_err());
    }

    #[test]
    fn a_star_lists_nobody() {
        let any = origins("*", "").expect("origins");
        assert!(any.allows_any() && !any.is_listed("https://a.example.com") && !any.is_listed("*"));
        let both = origins("https://a.example.com,*", "").expect("origins");
        assert!(both.is_listed("https://a.example.com") && !both.is_listed("https://b.example.com"));
        assert!(!origins("", "").expect("origins").allows_any());
    }

    #[test]
    fn every_origin_of_this_machine_is_listed_where_the_setting_says_so() {
        let local = origins("*", "true").expect("origins");
        for origin in ["http://localhost", "http://localhost:3000", "https://127.0.0.1:4430", "http://127.0.0.1"] {
            assert!(local.is_listed(origin), "{origin}");
            assert!(!origins("*", "false").expect("origins").is_listed(origin), "{origin}");
        }
        for origin in [
            "null",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "http://localhost@example.com",
            "http://127.0.0.2",
            "file://localhost",
            "http://localhost/",
            "localhost",
        ] {
            assert!(!local.is_listed(origin), "{origin}");
        }
    }
}
