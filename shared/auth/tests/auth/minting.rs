//! Valid and invalid tokens, signed by a key that the test knows.

use aviary_model::{SessionId, UserId};
use aviary_runtime::OsEntropy;
use aviary_store::{PublicKey, SigningKey};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ed25519_dalek::Signer;
use serde_json::{Value, json};

use crate::fixture::{NOW, World, token_id};

pub(crate) const KID: &str = "the-first-key";

/// Signs any claims, also invalid ones.
pub(crate) struct Mint(ed25519_dalek::SigningKey);

impl Mint {
    /// A key that is derived from a number.
    pub(crate) fn new(seed: u8) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(&[seed; 32]))
    }

    /// Makes this the service's signing key, with the id [`KID`].
    pub(crate) async fn install(&self, world: &World) {
        let private = SigningKey { kid: KID.to_owned(), seed: hex::encode(self.0.to_bytes()), created_at: NOW };
        assert!(world.keys.create_first(&world.credentials, &private, &self.public(KID)).await.unwrap());
    }

    pub(crate) fn public(&self, kid: &str) -> PublicKey {
        PublicKey { kid: kid.to_owned(), x: base64(self.public_bytes()), expires_at: None }
    }

    pub(crate) fn public_bytes(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// A token with these claims and a valid header.
    pub(crate) fn token(&self, claims: &Value) -> String {
        self.token_under(&json!({"typ": "JWT", "alg": "EdDSA", "kid": KID}), claims)
    }

    pub(crate) fn token_under(&self, header: &Value, claims: &Value) -> String {
        self.sign(&unsigned(header, claims))
    }

    /// Appends the signature of exactly this text.
    pub(crate) fn sign(&self, signed: &str) -> String {
        let signature = self.0.sign(signed.as_bytes()).to_bytes();
        format!("{signed}.{}", base64(signature))
    }
}

/// Header and claims in the form that is signed.
pub(crate) fn unsigned(header: &Value, claims: &Value) -> String {
    format!("{}.{}", base64(header.to_string()), base64(claims.to_string()))
}

pub(crate) fn base64(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// The claims of a new access token.
pub(crate) fn access_claims() -> Value {
    let now = NOW.seconds();
    json!({
        "token_type": "access",
        "exp": now + 300,
        "iat": now,
        "jti": token_id().as_str(),
        "user_id": UserId::new(NOW, &OsEntropy).unwrap().to_string(),
        "sid": SessionId::new(NOW, &OsEntropy).unwrap().to_string(),
    })
}

/// The same with one claim set, or removed if the value is `None`.
pub(crate) fn with(name: &str, value: impl Into<Option<Value>>) -> Value {
    let mut claims = access_claims();
    set(&mut claims, name, value);
    claims
}

pub(crate) fn set(claims: &mut Value, name: &str, value: impl Into<Option<Value>>) {
    let map = claims.as_object_mut().unwrap();
    match value.into() {
        Some(value) => map.insert(name.to_owned(), value),
        None => map.remove(name),
    };
}
