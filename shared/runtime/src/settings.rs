//! The deployment's settings, from environment variables. An unknown one stops the start.

use std::collections::BTreeMap;

/// Every `AVIARY_` variable. Any other name is a misspelling, and the setting that was meant would keep its default.
const KNOWN: &[&str] = &[
    "AVIARY_ACCOUNTS_TABLE",
    "AVIARY_AUDIT_LOG_GROUP",
    "AVIARY_CONFIRM_ADDRESS",
    "AVIARY_CORS_ORIGINS",
    "AVIARY_CREDENTIALS_TABLE",
    "AVIARY_FAN_OUT_LIMIT",
    "AVIARY_FEED_TABLE",
    "AVIARY_FUNCTION_LOG_GROUPS",
    "AVIARY_INTEGERS_TABLE",
    "AVIARY_JOBS_TABLE",
    "AVIARY_KEYS_TABLE",
    "AVIARY_KEY_FRESH_SECONDS",
    "AVIARY_KEY_PUBLISHED_SECONDS",
    "AVIARY_KEY_SIGNING_SECONDS",
    "AVIARY_LIMITS",
    "AVIARY_LOCAL_ORIGINS",
    "AVIARY_LOG_GROUP",
    "AVIARY_LOG_LEVEL",
    "AVIARY_MAIL_CONFIGURATION_SET",
    "AVIARY_MAIL_FROM",
    "AVIARY_MAIL_LINK_CONFIRM_EMAIL",
    "AVIARY_MAIL_LINK_RESET",
    "AVIARY_MAIL_LINK_UNDO_EMAIL",
    "AVIARY_MAX_FOLLOWS",
    "AVIARY_MEDIA_BUCKET",
    "AVIARY_MEDIA_URL",
    "AVIARY_PASSWORD_POLICY",
    "AVIARY_PROXY_SECRET_SHA256",
    "AVIARY_PUBLIC_URL",
    "AVIARY_RAW_PATH",
    "AVIARY_SOCIAL_TABLE",
    "AVIARY_STAGE",
];

/// A mistake in the settings, in one sentence for the person who deploys.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The variable is not in the list of settings.
    #[error("{0} is set, but there is no such setting")]
    Unknown(String),
    /// The setting has no default and is not set, or is empty.
    #[error("{0} is not set")]
    Missing(&'static str),
    /// The setting does not take this value.
    #[error("{name} is {value:?}; it takes {takes}")]
    Invalid {
        /// The variable's name.
        name: &'static str,
        /// Its value.
        value: String,
        /// The values that it takes.
        takes: &'static str,
    },
}

/// The `AVIARY_` variables that are set. `AVIARY_TEST_` variables belong to the tests and are left out.
#[derive(Clone, Debug)]
pub struct Settings(BTreeMap<String, String>);

impl Settings {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// When a variable is unknown.
    pub fn from_environment() -> Result<Self, SettingsError> {
        Self::of(
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        )
    }

    /// Selects the settings among these variables.
    ///
    /// # Errors
    /// When a variable is unknown.
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

    /// A setting that has a default. An empty value counts as absent.
    #[must_use]
    pub fn optional(&self, name: &'static str) -> Option<&str> {
        debug_assert!(KNOWN.contains(&name));
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A setting without a default.
    ///
    /// # Errors
    /// When it is absent or empty.
    pub fn required(&self, name: &'static str) -> Result<&str, SettingsError> {
        self.optional(name).ok_or(SettingsError::Missing(name))
    }

    /// Yes or no; `None` when the setting is absent.
    ///
    /// # Errors
    /// When the value is neither `true` nor `false`.
    pub fn boolean(&self, name: &'static str) -> Result<Option<bool>, SettingsError> {
        match self.optional(name) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(other) => Err(SettingsError::Invalid { name, value: other.to_owned(), takes: "true or false" }),
        }
    }

    /// A whole number of seconds above zero; `None` when the setting is absent.
    ///
    /// # Errors
    /// When the value is anything else.
    pub fn seconds(&self, name: &'static str) -> Result<Option<i64>, SettingsError> {
        let Some(text) = self.optional(name) else { return Ok(None) };
        let seconds = text.parse().ok().filter(|seconds| *seconds > 0);
        let wrong = || SettingsError::Invalid { name, value: text.to_owned(), takes: "a number of seconds above zero" };
        seconds.map(Some).ok_or_else(wrong)
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
    fn yes_and_no_have_one_spelling_each() {
        let boolean = |text: &str| of(&[("AVIARY_CONFIRM_ADDRESS", text)])?.boolean("AVIARY_CONFIRM_ADDRESS");
        assert_eq!((boolean("true"), boolean("false"), boolean("")), (Ok(Some(true)), Ok(Some(false)), Ok(None)));
        for wrong in ["yes", "1", "True"] {
            assert!(boolean(wrong).is_err(), "{wrong}");
        }
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
}
