//! Passwords: argon2id at OWASP's parameters, on a thread of its own.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use aviary_model::{Entropy, EntropyError, Secret};

/// OWASP's minimum for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1_024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// More is work for us and no safety for anyone.
const MAX_CHARACTERS: usize = 512;

/// A password as it was typed, within its limits.
#[derive(Clone, Debug)]
pub struct PasswordText(Secret);

/// What is wrong with the text of a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordTextError {
    /// Too long.
    #[error("Ensure this field has no more than 512 characters.")]
    TooLong,
    /// A NUL in it.
    #[error("Null characters are not allowed.")]
    Null,
}

impl PasswordText {
    /// Reads a password; white space at its ends is dropped, as Django REST framework's fields do.
    ///
    /// # Errors
    /// Every rule that the text breaks.
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

    /// The text itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// Why a password could not be worked on. None of it is the user's doing.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// The parameters or a stored hash are not what they should be.
    #[error("argon2: {0}")]
    Hash(String),
    /// The thread died.
    #[error("the hashing thread died")]
    Thread,
    /// No salt.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}

/// Hashes and verifies.
#[derive(Clone, Debug)]
pub struct Passwords {
    entropy: Arc<dyn Entropy>,
}

impl Passwords {
    /// With salts from here.
    #[must_use]
    pub fn new(entropy: Arc<dyn Entropy>) -> Self {
        Self { entropy }
    }

    /// The hash of a new password, in the PHC form. About 15 ms of a core.
    ///
    /// # Errors
    /// When there is no randomness or the thread dies.
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

    /// Is this the password of that hash? Without a hash the same work is done, so that an unknown user
    /// and a wrong password take the same time; the answer is no.
    ///
    /// # Errors
    /// When the stored hash can't be read or the thread dies.
    pub async fn verify(&self, password: PasswordText, hash: Option<String>) -> Result<bool, PasswordError> {
        // A hash that no password has, as imported users have who had none: the same work too.
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

/// Should a hash be replaced at the next login?
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
    async fn a_hash_verifies_its_password_and_no_other() {
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
}
