//! Passwords: hashing, verification, and the policy of a deployment.
//!
//! An unknown user must take as long as a wrong password. The test counts the salt that is drawn for the hash;
//! measuring the time would fail on a busy machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aviary_auth::{PasswordError, PasswordText, PasswordTextError, Passwords, Policy};
use aviary_model::{Entropy, EntropyError};
use aviary_runtime::Settings;

/// "password" with the salt "somesalt", by the reference implementation, with other parameters than ours.
const OF_OTHER_PARAMETERS: &str =
    "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";

/// Randomness that counts its bytes; each differs from the one before.
#[derive(Debug, Default)]
struct Counting(AtomicUsize);

impl Entropy for Counting {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        for byte in buffer {
            *byte = self.0.fetch_add(1, Ordering::SeqCst).to_le_bytes()[0];
        }
        Ok(())
    }
}

#[derive(Debug)]
struct Exhausted;

impl Entropy for Exhausted {
    fn fill(&self, _: &mut [u8]) -> Result<(), EntropyError> {
        Err(EntropyError)
    }
}

fn text(text: &str) -> PasswordText {
    PasswordText::parse(text).unwrap()
}

#[tokio::test]
async fn every_hash_has_a_new_salt() {
    let passwords = Passwords::new(Arc::new(Counting::default()));
    let one = passwords.hash(text("Zx9!quokka-7")).await.unwrap();
    let two = passwords.hash(text("Zx9!quokka-7")).await.unwrap();
    assert_ne!(one, two);
    for hash in [one, two] {
        assert!(passwords.verify(text("Zx9!quokka-7"), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify(text("zx9!quokka-7"), Some(hash)).await.unwrap());
    }
}

#[tokio::test]
async fn an_unknown_user_costs_a_hash() {
    let entropy = Arc::new(Counting::default());
    let passwords = Passwords::new(entropy.clone());
    assert!(!passwords.verify(text("Zx9!quokka-7"), None).await.unwrap());
    assert_eq!(entropy.0.load(Ordering::SeqCst), 16, "the salt of the discarded hash");

    let without = Passwords::new(Arc::new(Exhausted));
    let error = without.verify(text("Zx9!quokka-7"), None).await.unwrap_err();
    assert!(matches!(error, PasswordError::Entropy(_)), "{error:?}");
}

#[tokio::test]
async fn a_hash_is_verified_by_its_own_parameters() {
    let passwords = Passwords::new(Arc::new(Exhausted));
    let hash = || Some(OF_OTHER_PARAMETERS.to_owned());
    assert!(passwords.verify(text("password"), hash()).await.unwrap());
    assert!(!passwords.verify(text("Password"), hash()).await.unwrap());
}

#[tokio::test]
async fn a_malformed_stored_hash_is_an_error_and_never_matches() {
    let passwords = Passwords::new(Arc::new(Exhausted));
    for broken in ["", "password", "$argon2id$", "{SSHA}cGFzc3dvcmQ="] {
        let error = passwords.verify(text("password"), Some(broken.to_owned())).await.unwrap_err();
        assert!(matches!(error, PasswordError::Hash(_)), "{broken:?}: {error:?}");
    }
}

#[test]
fn a_password_is_trimmed_before_it_is_measured() {
    let longest = "é".repeat(512);
    assert_eq!(text(&format!("  {longest}\t\n")).expose(), longest);
    let errors = PasswordText::parse(&format!("\0{longest}")).unwrap_err();
    assert_eq!(errors, [PasswordTextError::TooLong, PasswordTextError::Null]);
    assert_eq!(text("a  b").expose(), "a  b", "inner white space stays");
}

#[test]
fn the_policy_is_standard_by_default_and_a_typo_is_an_error() {
    let policy = |value: Option<&str>| {
        let pairs = value.map(|value| ("AVIARY_PASSWORD_POLICY".to_owned(), value.to_owned()));
        Policy::of(&Settings::of(pairs).unwrap())
    };
    assert!(matches!(policy(None), Ok(Policy::Standard)));
    assert!(matches!(policy(Some("standard")), Ok(Policy::Standard)));
    assert!(matches!(policy(Some("documented")), Ok(Policy::Documented)));
    for slip in ["Standard", "none", "documented "] {
        assert!(policy(Some(slip)).is_err(), "{slip:?}");
    }
}
