//! Rotation of signing keys: publish first, sign later.
//!
//! States: `current` alone; `current` and a published `next`; then `next` is `current` and the old one only
//! verifies, until the last token that it signed has expired. Each move is one transaction on the condition
//! of the state before, so that it may run twice or in two places.

use std::sync::Arc;

use aviary_model::{Clock, Entropy};
use aviary_store::{Credentials, SigningKeys};

use crate::keyring::{KeyError, new_key};

/// A verifier reads the keys anew within five minutes; a key signs only when all have seen it.
pub const PUBLISHED_SECONDS: i64 = 15 * 60;
/// How long a key signs.
pub const SIGNING_SECONDS: i64 = 30 * 24 * 3_600;
/// The longest life of a token, and what a slow process signs with the old key after its end.
const VERIFYING_SECONDS: i64 = 24 * 3_600 + 3_600;

/// Rotates.
#[derive(Clone, Debug)]
pub struct Rotation {
    /// Private keys.
    pub keys: SigningKeys,
    /// Public keys.
    pub credentials: Credentials,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// How long a key signs, in seconds.
    pub signing_seconds: i64,
    /// How long a key is published before it signs, in seconds.
    pub published_seconds: i64,
}

/// What a turn came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RotationOutcome {
    /// There was no key: the first was made.
    FirstKey,
    /// A successor was published.
    Published,
    /// The successor signs now.
    Promoted,
    /// It was not yet time, or another process was faster.
    Unchanged,
}

impl Rotation {
    /// Does what it is time for. At most three steps.
    ///
    /// # Errors
    /// When DynamoDB does not answer or there is no randomness.
    pub async fn advance(&self) -> Result<RotationOutcome, KeyError> {
        let now = self.clock.now();
        let (private, public) = new_key(now, self.entropy.as_ref())?;
        // Before the current one: read after it, a successor that was promoted in between would look unpublished.
        let next = self.keys.next().await?;
        let Some(current) = self.keys.current().await? else {
            let made = self.keys.create_first(&self.credentials, &private, &public).await?;
            return Ok(if made { RotationOutcome::FirstKey } else { RotationOutcome::Unchanged });
        };
        let signs_until = current.created_at.plus_seconds(self.signing_seconds);
        let turned = match next {
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
        Ok(turned.unwrap_or(RotationOutcome::Unchanged))
    }
}
