//! What the deployment decides, from environment variables. An unknown one stops the start.

use std::collections::BTreeMap;

/// Every variable of ours. One that is not here is a misspelling, and a misspelt setting is a wrong one.
const KNOWN: &[&str] = &[
    "AVIARY_ACCOUNTS_TABLE",
    "AVIARY_AUDIT_LOG_GROUP",
    "AVIARY_CORS_ORIGINS",
    "AVIARY_CREDENTIALS_TABLE",
    "AVIARY_FAN_OUT_LIMIT",
    "AVIARY_FEED_TABLE",
    "AVIARY_INTEGERS_TABLE",
    "AVIARY_JOBS_TABLE",
    "AVIARY_KEYS_TABLE",
    "AVIARY_KEY_FRESH_SECONDS",
    "AVIARY_KEY_PUBLISHED_SECONDS",
    "AVIARY_KEY_SIGNING_SECONDS",
    "AVIARY_LIMITS",
    "AVIARY_LOG_GROUP",
    "AVIARY_LOG_LEVEL",
    "AVIARY_MAIL_FROM",
    "AVIARY_MAIL_LINK_RESET",
    "AVIARY_MAIL_LINK_UNDO_EMAIL",
    "AVIARY_MEDIA_BUCKET",
    "AVIARY_MEDIA_URL",
    "AVIARY_PASSWORD_POLICY",
    "AVIARY_PUBLIC_URL",
    "AVIARY_RAW_PATH",
    "AVIARY_SOCIAL_TABLE",
];

/// A mistake in the settings, in one sentence for whoever deploys.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Not one of ours.
    #[error("{0} is set, but there is no such setting")]
    Unknown(String),
    /// Needed and not there.
    #[error("{0} is not set")]
    Missing(&'static str),
    /// A value that the setting does not take.
    #[error("{name} is {value:?}; it takes {takes}")]
    Invalid {
        /// The setting.
        name: &'static str,
        /// What it was set to.
        value: String,
        /// What it could be.
        takes: &'static str,
    },
}

/// All `AVIARY_` variables.
#[derive(Clone, Debug)]
pub struct Settings(BTreeMap<String, String>);

impl Settings {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// When one of the variables is none that exists.
    pub fn from_environment() -> Result<Self, SettingsError> {
        Self::of(
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        )
    }

    /// Takes the settings among these variables.
    ///
    /// # Errors
    /// When one of them is none that exists.
    pub fn of(variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, SettingsError> {
        let ours: BTreeMap<_, _> = variables
            .into_iter()
            .filter(|(name, _)| name.starts_with("AVIARY_") && !name.starts_with("AVIARY_TEST_"))
            .collect();
        match ours.keys().find(|name| !KNOWN.contains(&name.as_str())) {
            Some(name) => Err(SettingsError::Unknown(name.clone())),
            None => Ok(Self(ours)),
        }
    }

    /// A setting that has a default; empty is as good as absent.
    #[must_use]
    pub fn optional(&self, name: &'static str) -> Option<&str> {
        debug_assert!(KNOWN.contains(&name));
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A setting that has none.
    ///
    /// # Errors
    /// When it is not set.
    pub fn required(&self, name: &'static str) -> Result<&str, SettingsError> {
        self.optional(name).ok_or(SettingsError::Missing(name))
    }

    /// A setting that is a number of seconds above zero.
    ///
    /// # Errors
    /// When it is set to something else.
    pub fn seconds(&self, name: &'static str) -> Result<Option<i64>, SettingsError> {
        let Some(text) = self.optional(name) else { return Ok(None) };
        let seconds = text.parse().ok().filter(|seconds| *seconds > 0);
        let wrong = || SettingsError::Invalid { name, value: text.to_owned(), takes: "a number of seconds above zero" };
        seconds.map(Some).ok_or_else(wrong)
    }

    /// Is the path of a request handed over percent-encoded? API Gateway decodes it; the local gateway
    /// does not.
    ///
    /// # Errors
    /// When the value is neither `decoded` nor `encoded`.
    pub(crate) fn raw_path_is_encoded(&self) -> Result<bool, SettingsError> {
        match self.optional("AVIARY_RAW_PATH") {
            None | Some("decoded") => Ok(false),
            Some("encoded") => Ok(true),
            Some(other) => Err(SettingsError::Invalid {
                name: "AVIARY_RAW_PATH",
                value: other.to_owned(),
                takes: "decoded or encoded",
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        Settings::of(variables.iter().map(|(name, value)| ((*name).into(), (*value).into())))
    }

    #[test]
    fn a_misspelt_setting_stops_the_start() {
        assert_eq!(
            of(&[("AVIARY_MEDIA_ULR", "dev"), ("PATH", "/bin")]).map(|_| ()),
            Err(SettingsError::Unknown("AVIARY_MEDIA_ULR".into()))
        );
    }

    #[test]
    fn a_missing_setting_is_named() {
        let settings = of(&[("AVIARY_MEDIA_URL", "")]).expect("settings");
        assert_eq!(settings.required("AVIARY_MEDIA_URL"), Err(SettingsError::Missing("AVIARY_MEDIA_URL")));
    }

    #[test]
    fn a_duration_is_a_number_above_zero() {
        let seconds = |text: &str| of(&[("AVIARY_KEY_SIGNING_SECONDS", text)])?.seconds("AVIARY_KEY_SIGNING_SECONDS");
        assert_eq!(seconds("60"), Ok(Some(60)));
        assert_eq!(seconds(""), Ok(None));
        for wrong in ["0", "-1", "1h", "1.5"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_raw_path_is_decoded_unless_it_is_said_otherwise() {
        assert_eq!(of(&[]).and_then(|s| s.raw_path_is_encoded()), Ok(false));
        assert_eq!(of(&[("AVIARY_RAW_PATH", "encoded")]).and_then(|s| s.raw_path_is_encoded()), Ok(true));
        assert!(of(&[("AVIARY_RAW_PATH", "maybe")]).and_then(|s| s.raw_path_is_encoded()).is_err());
    }
}
