//! Tokens whose signature was verified before.
//!
//! A warm environment gets the same access token again and again, and verifying its signature costs more than all else
//! that such a request calculates. Only the signature is remembered: times, the key, the kind of token, the account and
//! the session are checked at every request.

use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

use lru::LruCache;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// The most tokens that are remembered; the one that was used least lately is forgotten. One takes about a kilobyte.
const MOST: NonZeroUsize = NonZeroUsize::new(500).unwrap();

/// A token that some key has signed.
#[derive(Clone, Debug)]
pub(crate) struct Verified {
    /// The key.
    pub(crate) kid: String,
    /// All claims of the token.
    pub(crate) claims: Map<String, Value>,
}

/// What was verified, by the hash of the whole token: header, claims and signature.
pub(crate) struct VerifiedTokens(Mutex<LruCache<[u8; 32], Verified>>);

impl Default for VerifiedTokens {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(MOST)))
    }
}

impl VerifiedTokens {
    /// What this very token said when its signature was verified.
    pub(crate) fn get(&self, token: &str) -> Option<Verified> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&hash(token)).cloned()
    }

    /// Remembers a token. Its signature must be verified.
    pub(crate) fn remember(&self, token: &str, verified: Verified) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).put(hash(token), verified);
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verified(kid: &str) -> Verified {
        Verified { kid: kid.to_owned(), claims: Map::new() }
    }

    #[test]
    fn only_the_very_same_token_is_known() {
        let tokens = VerifiedTokens::default();
        tokens.remember("head.claims.signature", verified("k"));
        assert!(tokens.get("head.claims.signature").is_some_and(|known| known.kid == "k"));
        for other in ["head.claims.signaturf", "head.claims.", "head.claims", " head.claims.signature", ""] {
            assert!(tokens.get(other).is_none(), "{other}");
        }
    }

    #[test]
    fn the_number_of_tokens_is_bounded() {
        let tokens = VerifiedTokens::default();
        for number in 0..=MOST.get() {
            tokens.remember(&number.to_string(), verified("k"));
        }
        assert!(tokens.get("0").is_none() && tokens.get("1").is_some());
    }
}
