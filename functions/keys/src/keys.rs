//! Takes one turn of the rotation per event.

use aviary_auth::{PUBLISHED_SECONDS, Rotation, SIGNING_SECONDS, Turned};
use aviary_store::{Credentials, Db, SigningKeys};
use aviary_web::{EventHandler, Settings, SettingsError, Start, StartError};
use serde_json::{Value, json};

/// The function's state.
#[derive(Debug)]
pub struct Keys {
    rotation: Rotation,
}

impl Keys {
    /// Reads the settings. Makes no call.
    ///
    /// # Errors
    /// When a setting is missing or wrong.
    pub fn new(start: &Start) -> Result<Self, StartError> {
        let settings = &start.settings;
        let db = Db::new(&start.aws, start.entropy.clone());
        let signing_seconds = seconds(settings, "AVIARY_KEY_SIGNING_SECONDS")?.unwrap_or(SIGNING_SECONDS);
        let published_seconds = seconds(settings, "AVIARY_KEY_PUBLISHED_SECONDS")?.unwrap_or(PUBLISHED_SECONDS);
        let rotation = Rotation {
            keys: SigningKeys::new(db.clone(), settings.required("AVIARY_KEYS_TABLE")?),
            credentials: Credentials::new(db, settings.required("AVIARY_CREDENTIALS_TABLE")?),
            clock: start.clock.clone(),
            entropy: start.entropy.clone(),
            signing_seconds,
            published_seconds,
        };
        Ok(Self { rotation })
    }
}

/// A number of seconds above zero.
fn seconds(settings: &Settings, name: &'static str) -> Result<Option<i64>, SettingsError> {
    let Some(text) = settings.optional(name) else { return Ok(None) };
    let seconds = text.parse().ok().filter(|seconds| *seconds > 0);
    let wrong = || SettingsError::Invalid { name, value: text.to_owned(), takes: "a number of seconds above zero" };
    seconds.map(Some).ok_or_else(wrong)
}

impl EventHandler for Keys {
    /// Whatever the event is, it is time to look: a turn that comes too early does nothing.
    async fn handle(&self, _event: Value, _deadline: aviary_model::Timestamp) -> Result<Value, StartError> {
        let turned = match self.rotation.turn().await? {
            Turned::First => "first",
            Turned::Published => "published",
            Turned::Promoted => "promoted",
            Turned::Nothing => "nothing",
        };
        tracing::info!(target: "aviary_keys", { keys.turned = turned }, "the signing keys took a turn");
        Ok(json!({ "turned": turned }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_number_above_zero() {
        let of = |text: &str| {
            let settings = Settings::of([("AVIARY_KEY_SIGNING_SECONDS".to_owned(), text.to_owned())]);
            settings.and_then(|settings| seconds(&settings, "AVIARY_KEY_SIGNING_SECONDS"))
        };
        assert_eq!(of("60"), Ok(Some(60)));
        assert_eq!(of(""), Ok(None));
        for wrong in ["0", "-1", "1h", "1.5"] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
    }
}
