//! Password hashing: argon2id at OWASP's parameters, on a blocking thread.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use aviary_model::{Entropy, EntropyError, Secret};

/// OWASP's minimum for argon2id: 19 MiB, two passes, one lane (Password Storage Cheat Sheet).
const MEMORY_KIB: u32 = 19 * 1_024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// A longer password would cost work and add no safety.
const MAX_CHARACTERS: usize = 512;

/// A password in plain text, of at most 512 characters. `Debug` does not print it.
#[derive(Clone, Debug)]
pub struct PasswordText(Secret);

/// A rule that the text of a password breaks, in the words of Django REST framework.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordTextError {
    /// More than 512 characters.
    #[error("Ensure this field has no more than 512 characters.")]
    TooLong,
    /// A NUL character.
    #[error("Null characters are not allowed.")]
    Null,
}

impl PasswordText {
    /// Parses a password. White space at its ends is dropped, as in Django REST framework.
    ///
    /// # Errors
    /// All rules that the text breaks.
    pub fn parse(text: &str) -> Result<Self, Vec<PasswordTextError>> {
        let text = text.trim();
        let mut errors = Vec::new();
        if text.chars().count() > MAX_CHARACTERS {
            errors.push(PasswordTextError::TooLong);
        }
        if text.contains('\0') {
            errors.push(PasswordTextError::Null);
        }
        if errors.is_empty() { Ok(Self(Secret::new(text.to_owned()))) } else { Err(errors) }
    }

    /// Parses a password that is only compared with an account's. One that is too long is no account's: it fails as
    /// every wrong one does, at the same cost.
    ///
    /// # Errors
    /// When the text contains a NUL.
    pub fn attempt(text: &str) -> Result<Self, Vec<PasswordTextError>> {
        match Self::parse(text) {
            // No account has a password with a NUL.
            Err(errors) if errors == [PasswordTextError::TooLong] => Ok(Self(Secret::new("\0".to_owned()))),
            parsed => parsed,
        }
    }

    /// The plain text.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// An internal failure to hash or verify, never the client's fault.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// The parameters or the stored hash are malformed.
    #[error("argon2: {0}")]
    Hash(String),
    /// The blocking thread panicked.
    #[error("the hashing thread died")]
    Thread,
    /// There is no randomness for a salt.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}

/// Hashes and verifies passwords.
#[derive(Clone, Debug)]
pub struct Passwords {
    entropy: Arc<dyn Entropy>,
}

impl Passwords {
    /// Takes salts from `entropy`.
    #[must_use]
    pub fn new(entropy: Arc<dyn Entropy>) -> Self {
        Self { entropy }
    }

    /// Hashes a new password into the PHC form. About 15 ms of a core.
    pub async fn hash(&self, password: PasswordText) -> Result<String, PasswordError> {
        let salt = self.entropy.bytes::<16>()?;
        blocking(move || {
            let hash: PasswordHash = argon2()?
                .hash_password_with_salt(password.expose().as_bytes(), &salt)
                .map_err(|error| PasswordError::Hash(error.to_string()))?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether the password has this hash. Without a hash it does the same work and returns false, so that an unknown
    /// user and a wrong password take the same time.
    pub async fn verify(&self, password: PasswordText, hash: Option<String>) -> Result<bool, PasswordError> {
        // `!` marks an imported user without a password: no password matches, and the work is the same too.
        let Some(hash) = hash.filter(|hash| !hash.starts_with('!')) else {
            return self.hash(password).await.map(|_| false);
        };
        blocking(move || {
            if crate::django::is_django_hash(&hash) {
                return Ok(crate::django::verify(password.expose(), &hash));
            }
            let hash = PasswordHash::new(&hash).map_err(|e| PasswordError::Hash(e.to_string()))?;
            Ok(argon2()?.verify_password(password.expose().as_bytes(), &hash).is_ok())
        })
        .await
    }
}

/// Whether the hash has other parameters than new ones, and should be replaced at the next login.
#[must_use]
pub fn is_outdated(hash: &str) -> bool {
    !hash.starts_with(&format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$"))
}

fn argon2() -> Result<Argon2<'static>, PasswordError> {
    let params =
        Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| PasswordError::Hash(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
) -> Result<T, PasswordError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| PasswordError::Thread)?
}

impl From<PasswordError> for aviary_web::ApiError {
    fn from(error: PasswordError) -> Self {
        Self::internal(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aviary_runtime::OsEntropy;

    fn text(text: &str) -> PasswordText {
        PasswordText::parse(text).expect("a password")
    }

    #[tokio::test]
    async fn a_hash_verifies_only_its_own_password() {
        let passwords = Passwords::new(Arc::new(OsEntropy));
        let hash = passwords.hash(text("Zx9!quokka-7")).await.expect("a hash");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify(text("  Zx9!quokka-7 "), Some(hash.clone())).await.expect("an answer"));
        assert!(!passwords.verify(text("Zx9!quokka-8"), Some(hash)).await.expect("an answer"));
        assert!(!passwords.verify(text("Zx9!quokka-7"), None).await.expect("an answer"));
    }

    #[test]
    fn a_password_is_never_printed() {
        assert_eq!(format!("{:?}", text("secret")), "PasswordText(***)");
        assert_eq!(PasswordText::parse(&"a".repeat(513)).map(|_| ()), Err(vec![PasswordTextError::TooLong]));
        assert_eq!(PasswordText::parse("a\0").map(|_| ()), Err(vec![PasswordTextError::Null]));
    }

    #[test]
    fn an_attempt_that_is_too_long_is_no_accounts_password() {
        for long in [513, 100_000] {
            let attempt = PasswordText::attempt(&"a".repeat(long)).expect("an attempt");
            assert!(PasswordText::parse(attempt.expose()).is_err());
        }
        assert_eq!(PasswordText::attempt(" a ").expect("an attempt").expose(), "a");
        assert_eq!(PasswordText::attempt("a\0").map(|_| ()), Err(vec![PasswordTextError::Null]));
    }
}
