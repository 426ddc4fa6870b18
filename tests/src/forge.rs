//! Tokens that the service would never make, signed with its own key or with another's.

use aviary_model::Clock;
use aviary_runtime::SystemClock;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};

use crate::Service;

/// Whoever holds a signing key.
#[derive(Debug)]
pub struct Forge {
    kid: String,
    key: SigningKey,
}

impl Forge {
    /// The forger who has stolen the service's own key.
    pub async fn with_the_key_of(service: &Service) -> Self {
        let item = service.dynamodb().get("KeysTable", "SIGNING", "CURRENT").await;
        let text = |name: &str| item[name]["S"].as_str().expect("a text").to_owned();
        let mut seed = [0; 32];
        hex::decode_to_slice(text("seed"), &mut seed).expect("a seed");
        Self { kid: text("kid"), key: SigningKey::from_bytes(&seed) }
    }

    /// The forger who has a key of their own, and gives it the name of the service's.
    #[must_use]
    pub fn with_another_key(self) -> Self {
        Self { key: SigningKey::from_bytes(&[7; 32]), ..self }
    }

    /// A token with these claims.
    #[must_use]
    pub fn sign(&self, claims: &Value) -> String {
        self.sign_under(&json!({"typ": "JWT", "alg": "EdDSA", "kid": self.kid}), claims)
    }

    /// A token with this header.
    #[must_use]
    pub fn sign_under(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", part(header), part(claims));
        let signature = BASE64_URL_SAFE_NO_PAD.encode(self.key.sign(message.as_bytes()).to_bytes());
        format!("{message}.{signature}")
    }

    /// A token that takes the public key for a shared secret.
    #[must_use]
    pub fn sign_with_the_public_key_as_secret(&self, claims: &Value) -> String {
        let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
        header.kid = Some(self.kid.clone());
        let secret = jsonwebtoken::EncodingKey::from_secret(self.key.verifying_key().as_bytes());
        jsonwebtoken::encode(&header, claims, &secret).expect("a token")
    }

    /// The name of the key.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }
}

/// A token that says of itself that it needs no signature.
#[must_use]
pub fn unsigned(claims: &Value) -> String {
    format!("{}.{}.", part(&json!({"typ": "JWT", "alg": "none"})), part(claims))
}

/// What a token says.
#[must_use]
pub fn claims_of(token: &str) -> Value {
    let payload = token.split('.').nth(1).expect("a JWT");
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).expect("base64url")).expect("claims")
}

/// Seconds since 1970.
#[must_use]
pub fn now() -> i64 {
    SystemClock.now().seconds()
}

fn part(value: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(value.to_string())
}
