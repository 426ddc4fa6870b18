//! Forged tokens, signed with the service's own key or with another one.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};

use crate::client::Service;
use crate::jwt::part;

/// Somebody who holds a signing key.
#[derive(Debug)]
pub struct Forge {
    kid: String,
    key: SigningKey,
}

impl Forge {
    /// A forger who has stolen the service's own key.
    pub async fn with_the_key_of(service: &Service) -> Self {
        let item = service.dynamodb().get("KeysTable", "SIGNING", "CURRENT").await;
        let text = |name: &str| item[name]["S"].as_str().expect("a text").to_owned();
        let mut seed = [0; 32];
        hex::decode_to_slice(text("seed"), &mut seed).expect("a seed");
        Self { kid: text("kid"), key: SigningKey::from_bytes(&seed) }
    }

    /// A forger who has a key of their own and gives it the key id of the service's.
    #[must_use]
    pub fn with_another_key(self) -> Self {
        Self { key: SigningKey::from_bytes(&[7; 32]), ..self }
    }

    /// A token with these claims and the usual header.
    #[must_use]
    pub fn sign(&self, claims: &Value) -> String {
        self.sign_under(&json!({"typ": "JWT", "alg": "EdDSA", "kid": self.kid}), claims)
    }

    /// A token with this header and these claims.
    #[must_use]
    pub fn sign_under(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", part(header), part(claims));
        let signature = BASE64_URL_SAFE_NO_PAD.encode(self.key.sign(message.as_bytes()).to_bytes());
        format!("{message}.{signature}")
    }

    /// A token signed by HS256 with the public key as the shared secret (RFC 8725 §2.1).
    #[must_use]
    pub fn sign_with_the_public_key_as_secret(&self, claims: &Value) -> String {
        let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
        header.kid = Some(self.kid.clone());
        let secret = jsonwebtoken::EncodingKey::from_secret(self.key.verifying_key().as_bytes());
        jsonwebtoken::encode(&header, claims, &secret).expect("a token")
    }

    /// The key id.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }
}
