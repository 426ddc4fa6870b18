//! Rotation of signing keys: a key is published first and signs later.
//!
//! The states are: `current` alone; `current` and a published `next`; then `next` has become `current`, and the old key
//! only verifies until the last token that it signed has expired. Each move is one transaction whose condition is the
//! state before it, so that it may run twice or concurrently.

use std::sync::Arc;

use aviary_model::{Clock, Entropy};
use aviary_store::{Credentials, SigningKeys};

use crate::keyring::{KeyError, new_key};

/// The seconds between publishing a key and signing with it. Verifiers read the keys every five minutes, so all of them
/// know a key by then.
pub const PUBLISHED_SECONDS: i64 = 15 * 60;
/// The seconds for which a key signs.
pub const SIGNING_SECONDS: i64 = 30 * 24 * 3_600;
/// The seconds for which an old key still verifies: a token's longest life, and an hour for processes that sign with
/// the old key after the promotion.
const VERIFYING_SECONDS: i64 = 24 * 3_600 + 3_600;

/// Rotates the signing keys.
#[derive(Clone, Debug)]
pub struct Rotation {
    /// The table of private keys.
    pub keys: SigningKeys,
    /// The table that has the public keys.
    pub credentials: Credentials,
    /// Tells which move is due.
    pub clock: Arc<dyn Clock>,
    /// Makes new keys.
    pub entropy: Arc<dyn Entropy>,
    /// The seconds for which a key signs.
    pub signing_seconds: i64,
    /// The seconds for which a key is published before it signs.
    pub published_seconds: i64,
}

/// The move that [`Rotation::advance`] made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RotationOutcome {
    /// There was no key, and the first was made.
    FirstKey,
    /// A successor was published.
    Published,
    /// The successor became the signing key.
    Promoted,
    /// No move was due, or another process was faster.
    Unchanged,
}

impl Rotation {
    /// Makes the move that is due, if any. At most three round trips.
    pub async fn advance(&self) -> Result<RotationOutcome, KeyError> {
        let now = self.clock.now();
        let (private, public) = new_key(now, self.entropy.as_ref())?;
        // Reads `next` before `current`: in the other order a successor promoted in between would look missing.
        let next = self.keys.next().await?;
        let Some(current) = self.keys.current().await? else {
            let made = self.keys.create_first(&self.credentials, &private, &public).await?;
            return Ok(if made { RotationOutcome::FirstKey } else { RotationOutcome::Unchanged });
        };
        let signs_until = current.created_at.plus_seconds(self.signing_seconds);
        let outcome = match next {
            None if signs_until.plus_seconds(-self.published_seconds) <= now => {
                let done = self.keys.publish_next(&self.credentials, &private, &public).await?;
                done.then_some(RotationOutcome::Published)
            }
            Some(next) if signs_until <= now && next.created_at.plus_seconds(self.published_seconds) <= now => {
                let expires = now.plus_seconds(VERIFYING_SECONDS);
                let done = self.keys.promote_next(&self.credentials, &current, &next, now, expires).await?;
                done.then_some(RotationOutcome::Promoted)
            }
            _ => None,
        };
        Ok(outcome.unwrap_or(RotationOutcome::Unchanged))
    }
}
