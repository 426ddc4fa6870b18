//! Runs one turn of the key rotation per event.

use aviary_auth::{PUBLISHED_SECONDS, Rotation, RotationOutcome, SIGNING_SECONDS, fresh_seconds};
use aviary_runtime::{EventHandler, Settings, SettingsError, Start, StartError};
use aviary_store::{Credentials, CredentialsTable, Db, KeysTable, SigningKeys};
use serde_json::{Value, json};

/// The function's state: the rotation and its tables.
#[derive(Debug)]
pub struct Keys {
    rotation: Rotation,
}

impl Keys {
    /// Reads the settings. Makes no call.
    ///
    /// # Errors
    /// When a setting is missing or invalid.
    pub fn new(start: &Start) -> Result<Self, StartError> {
        let settings = &start.settings;
        let db = Db::new(&start.aws, start.entropy.clone());
        let signing_seconds = settings.seconds("AVIARY_KEY_SIGNING_SECONDS")?.unwrap_or(SIGNING_SECONDS);
        let published_seconds = published_seconds(settings)?;
        let rotation = Rotation {
            keys: SigningKeys::new(&KeysTable::new(&db, settings.required("AVIARY_KEYS_TABLE")?)),
            credentials: Credentials::new(&CredentialsTable::new(&db, settings.required("AVIARY_CREDENTIALS_TABLE")?)),
            clock: start.clock.clone(),
            entropy: start.entropy.clone(),
            signing_seconds,
            published_seconds,
        };
        Ok(Self { rotation })
    }
}

/// A key must be published for longer than processes cache the public keys. Otherwise a process that does not know the
/// new key yet would refuse valid tokens.
fn published_seconds(settings: &Settings) -> Result<i64, SettingsError> {
    let name = "AVIARY_KEY_PUBLISHED_SECONDS";
    let published = settings.seconds(name)?.unwrap_or(PUBLISHED_SECONDS);
    if published > fresh_seconds(settings)? {
        Ok(published)
    } else {
        let takes = "more seconds than AVIARY_KEY_FRESH_SECONDS (300 by default)";
        Err(SettingsError::Invalid { name, value: published.to_string(), takes })
    }
}

impl EventHandler for Keys {
    /// Every event starts a turn; a turn that comes too early changes nothing.
    async fn handle(&self, _event: Value, _deadline: aviary_model::Timestamp) -> Result<Value, StartError> {
        let turned = match self.rotation.advance().await? {
            RotationOutcome::FirstKey => "first",
            RotationOutcome::Published => "published",
            RotationOutcome::Promoted => "promoted",
            RotationOutcome::Unchanged => "nothing",
        };
        tracing::info!(target: "aviary_keys", { keys.turned = turned }, "a turn of the key rotation is done");
        Ok(json!({ "turned": turned }))
    }
}
