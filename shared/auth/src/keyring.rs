//! Keys in memory: [`Issuer`] signs tokens with the current one, [`Verifier`] verifies them with all public ones.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use aviary_model::{Clock, Entropy, EntropyError, SessionId, Timestamp, TokenId, UserId};
use aviary_runtime::{Settings, SettingsError};
use aviary_store::{Credentials, PublicKey, SigningKey, SigningKeys, StoreError};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ed25519_dalek::pkcs8::EncodePrivateKey;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::token::{Claims, Lifetime, TokenError, TokenKind, check_times, new_claims, read};
use crate::verified_tokens::{Verified, VerifiedTokens};

/// A token with an unknown `kid` makes the verifier read the keys again, at most once in this time.
const REREAD_MILLIS: i64 = 5_000;
/// The keys are read again after this time, unless a setting says otherwise.
const FRESH_SECONDS: i64 = 5 * 60;

/// The seconds after which every process reads the keys again: `AVIARY_KEY_FRESH_SECONDS`, 300 by default.
///
/// # Errors
/// When the setting is not a number above zero.
pub fn fresh_seconds(settings: &Settings) -> Result<i64, SettingsError> {
    Ok(settings.seconds("AVIARY_KEY_FRESH_SECONDS")?.unwrap_or(FRESH_SECONDS))
}

/// A failure of the signing keys, never the client's fault.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// DynamoDB did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The stored key is malformed or does not sign.
    #[error("the signing key can't be read")]
    Broken,
    /// The table has no signing key.
    #[error("there is no signing key")]
    None,
    /// The system has no randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}

/// Signs tokens. Only the function `auth` can build one, because only its role may read the private key.
#[derive(Clone, Debug)]
pub struct Issuer {
    keys: SigningKeys,
    clock: Arc<dyn Clock>,
    fresh_millis: i64,
    current: Arc<RwLock<Current>>,
}

struct Current {
    kid: String,
    key: EncodingKey,
    read_at: Timestamp,
}

impl std::fmt::Debug for Current {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Current({})", self.kid)
    }
}

impl Issuer {
    /// Reads the signing key, or makes the first one; if two processes do so, both use the one that was written first.
    /// One round trip, three at the very first start.
    pub async fn load(
        keys: SigningKeys,
        credentials: &Credentials,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, KeyError> {
        let now = clock.now();
        let stored = match keys.current().await? {
            Some(key) => key,
            None => {
                let (private, public) = new_key(now, entropy.as_ref())?;
                keys.create_first(credentials, &private, &public).await?;
                keys.current().await?.ok_or(KeyError::None)?
            }
        };
        let current = Arc::new(RwLock::new(current(&stored, now)?));
        Ok(Self { keys, clock, fresh_millis: FRESH_SECONDS * 1_000, current })
    }

    /// Changes the seconds after which the key is read again.
    #[must_use]
    pub fn fresh_for(self, seconds: i64) -> Self {
        Self { fresh_millis: seconds.saturating_mul(1_000), ..self }
    }

    /// Reads the signing key again if it was read too long ago, so that the process notices a rotation. Mostly no round
    /// trip.
    pub async fn freshen(&self) -> Result<(), KeyError> {
        let now = self.clock.now();
        let read_at = self.current.read().unwrap_or_else(PoisonError::into_inner).read_at;
        if now.millis() - read_at.millis() >= self.fresh_millis {
            let fresh = current(&self.keys.current().await?.ok_or(KeyError::None)?, now)?;
            *self.current.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        }
        Ok(())
    }

    /// Signs a token with these claims, issued now. Makes no call.
    pub fn issue(&self, kind: TokenKind, lifetime: Lifetime, claims: &Claims) -> Result<String, KeyError> {
        self.sign(&new_claims(kind, lifetime, claims, self.clock.now()))
    }

    /// Signs an access token of the session, with a new `jti`. Makes no call.
    pub fn access(
        &self,
        user: UserId,
        sid: SessionId,
        lifetime: Lifetime,
        entropy: &dyn Entropy,
    ) -> Result<String, KeyError> {
        let claims = Claims { user, sid, jti: TokenId::new(entropy)? };
        let mut map = new_claims(TokenKind::Access, lifetime, &claims, self.clock.now());
        if lifetime == Lifetime::LongAccess {
            // Document 001's clients read the user's id from here.
            map.insert("_id".into(), user.to_string().into());
        }
        self.sign(&map)
    }

    fn sign(&self, claims: &Map<String, Value>) -> Result<String, KeyError> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(current.kid.clone());
        jsonwebtoken::encode(&header, claims, &current.key).map_err(|_| KeyError::Broken)
    }
}

fn current(stored: &SigningKey, read_at: Timestamp) -> Result<Current, KeyError> {
    let der = signing_key(stored)?.to_pkcs8_der().map_err(|_| KeyError::Broken)?;
    Ok(Current { kid: stored.kid.clone(), key: EncodingKey::from_ed_der(der.as_bytes()), read_at })
}

pub(crate) fn new_key(now: Timestamp, entropy: &dyn Entropy) -> Result<(SigningKey, PublicKey), EntropyError> {
    let seed = Zeroizing::new(entropy.bytes::<32>()?);
    let kid = hex::encode(entropy.bytes::<8>()?);
    let x = BASE64_URL_SAFE_NO_PAD.encode(ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key().as_bytes());
    let private = SigningKey { kid: kid.clone(), seed: hex::encode(*seed), created_at: now };
    Ok((private, PublicKey { kid, x, expires_at: None }))
}

fn signing_key(stored: &SigningKey) -> Result<ed25519_dalek::SigningKey, KeyError> {
    let mut seed = Zeroizing::new([0; 32]);
    hex::decode_to_slice(&stored.seed, seed.as_mut()).map_err(|_| KeyError::Broken)?;
    Ok(ed25519_dalek::SigningKey::from_bytes(&seed))
}

/// Verifies tokens with the public keys, which it keeps in memory.
#[derive(Clone)]
pub struct Verifier {
    credentials: Credentials,
    clock: Arc<dyn Clock>,
    fresh_millis: i64,
    known: Arc<RwLock<Known>>,
    verified: Arc<VerifiedTokens>,
}

#[derive(Default)]
struct Known {
    keys: HashMap<String, DecodingKey>,
    read_at: Option<Timestamp>,
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Verifier")
    }
}

impl Verifier {
    /// Starts without keys: [`Verifier::warm`] or the first token reads them.
    #[must_use]
    pub fn new(credentials: Credentials, clock: Arc<dyn Clock>) -> Self {
        Self {
            credentials,
            clock,
            fresh_millis: FRESH_SECONDS * 1_000,
            known: Arc::default(),
            verified: Arc::default(),
        }
    }

    /// Changes the seconds after which the keys are read again.
    #[must_use]
    pub fn fresh_for(self, seconds: i64) -> Self {
        Self { fresh_millis: seconds.saturating_mul(1_000), ..self }
    }

    /// Reads the keys. During init this also opens the connection to DynamoDB. One round trip.
    pub async fn warm(&self) -> Result<(), StoreError> {
        let keys = self.credentials.public_keys().await?;
        let now = self.clock.now();
        let alive = |key: &PublicKey| key.expires_at.is_none_or(|end| end > now.seconds());
        let keys = keys.into_iter().filter(alive).filter_map(|key| match decoding_key(&key.x) {
            Some(decoding) => Some((key.kid, decoding)),
            None => {
                tracing::error!(key.id = %key.kid, "a public key can't be read");
                None
            }
        });
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.keys = keys.collect();
        // An empty result does not count as read: before the first key exists, the next token may look again at once.
        known.read_at = Some(self.clock.now()).filter(|_| !known.keys.is_empty());
        Ok(())
    }

    /// Verifies signature, times and kind of a token and returns its claims. `kind` is `None` where both kinds are
    /// allowed. No round trip while its key is in memory.
    ///
    /// # Errors
    /// The inner result says why the token is invalid; the outer one is an error of DynamoDB.
    pub async fn verify(&self, token: &str, kind: Option<TokenKind>) -> Result<Result<Claims, TokenError>, StoreError> {
        Ok(match self.decode(token).await? {
            Ok(claims) => read(&claims, kind),
            Err(error) => Err(error),
        })
    }

    /// Verifies signature and times of a token and returns all its claims, also those that are not ours. The signature of
    /// a token that came before is not verified again.
    ///
    /// # Errors
    /// As [`Verifier::verify`].
    pub async fn decode(&self, token: &str) -> Result<Result<Map<String, Value>, TokenError>, StoreError> {
        let before = self.verified.get(token);
        let Some(kid) = before.as_ref().map(|token| token.kid.clone()).or_else(|| kid_of(token)) else {
            return Ok(Err(TokenError::Invalid));
        };
        // A key that is no longer known has signed nothing, whatever was verified before.
        let Some(key) = self.key(&kid).await? else {
            return Ok(Err(TokenError::Invalid));
        };
        let now = self.clock.now();
        if let Some(Verified { claims, .. }) = before {
            return Ok(check_times(&claims, now).map(|()| claims));
        }
        let decoded = decode_with(token, &key, now);
        if let Ok(claims) = &decoded {
            self.verified.remember(token, Verified { kid, claims: claims.clone() });
        }
        Ok(decoded)
    }

    async fn key(&self, kid: &str) -> Result<Option<DecodingKey>, StoreError> {
        match self.known_key(kid) {
            Some(key) if !self.read_before(self.fresh_millis) => return Ok(Some(key)),
            None if !self.read_before(self.fresh_millis.min(REREAD_MILLIS)) => return Ok(None),
            _ => self.warm().await?,
        }
        Ok(self.known_key(kid))
    }

    fn known_key(&self, kid: &str) -> Option<DecodingKey> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).keys.get(kid).cloned()
    }

    fn read_before(&self, millis: i64) -> bool {
        let read_at = self.known.read().unwrap_or_else(PoisonError::into_inner).read_at;
        read_at.is_none_or(|at| self.clock.now().millis() - at.millis() >= millis)
    }
}

/// The `kid` of the key that signed a token. `None` for any algorithm but EdDSA: the header does not choose the
/// algorithm.
pub(crate) fn kid_of(token: &str) -> Option<String> {
    match jsonwebtoken::decode_header(token) {
        Ok(Header { alg: Algorithm::EdDSA, kid, .. }) => kid,
        _ => None,
    }
}

/// Verifies signature and times of a token and returns all its claims.
pub(crate) fn decode_with(token: &str, key: &DecodingKey, now: Timestamp) -> Result<Map<String, Value>, TokenError> {
    let mut validation = Validation::new(Algorithm::EdDSA);
    // `check_times` checks the times by the clock that was passed in.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let data = jsonwebtoken::decode::<Map<String, Value>>(token, key, &validation).map_err(|_| TokenError::Invalid)?;
    check_times(&data.claims, now).map(|()| data.claims)
}

/// Parses a public key. jsonwebtoken does not check a key before it verifies with it, and panics on one that is too
/// short.
pub(crate) fn decoding_key(x: &str) -> Option<DecodingKey> {
    let bytes: [u8; 32] = BASE64_URL_SAFE_NO_PAD.decode(x).ok()?.try_into().ok()?;
    ed25519_dalek::VerifyingKey::from_bytes(&bytes).ok()?;
    DecodingKey::from_ed_components(x).ok()
}

impl From<KeyError> for aviary_web::ApiError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Store(error) => error.into(),
            other => Self::internal(other),
        }
    }
}
