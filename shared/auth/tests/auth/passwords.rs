//! Passwords: what is hashed, what is believed, and which policy a deployment has.
//!
//! That an unknown user takes as long as a wrong password is shown by what is done, a salt and a hash; a
//! test that measured it would fail on a busy machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aviary_auth::{PasswordError, PasswordText, PasswordTextError, Passwords, Policy};
use aviary_model::{Entropy, EntropyError};
use aviary_runtime::Settings;

/// "password" with the salt "somesalt", by the reference implementation, at parameters that are not ours.
const OF_OTHER_PARAMETERS: &str =
    "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";

/// Counts the bytes that it gives; each is different from the one before.
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
async fn every_hash_has_a_salt_of_its_own() {
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
async fn for_an_unknown_user_a_hash_is_made_as_for_a_new_one() {
    let entropy = Arc::new(Counting::default());
    let passwords = Passwords::new(entropy.clone());
    assert!(!passwords.verify(text("Zx9!quokka-7"), None).await.unwrap());
    assert_eq!(entropy.0.load(Ordering::SeqCst), 16, "the salt of the hash that nobody keeps");

    let without = Passwords::new(Arc::new(Exhausted));
    let error = without.verify(text("Zx9!quokka-7"), None).await.unwrap_err();
    assert!(matches!(error, PasswordError::Entropy(_)), "{error:?}");
}

#[tokio::test]
async fn a_hash_brings_its_own_parameters() {
    let passwords = Passwords::new(Arc::new(Exhausted));
    let hash = || Some(OF_OTHER_PARAMETERS.to_owned());
    assert!(passwords.verify(text("password"), hash()).await.unwrap());
    assert!(!passwords.verify(text("Password"), hash()).await.unwrap());
}

#[tokio::test]
async fn a_stored_text_that_is_no_hash_is_an_error_and_never_a_match() {
    let passwords = Passwords::new(Arc::new(Exhausted));
    for broken in ["", "password", "$argon2id$", "{SSHA}cGFzc3dvcmQ="] {
        let error = passwords.verify(text("password"), Some(broken.to_owned())).await.unwrap_err();
        assert!(matches!(error, PasswordError::Hash(_)), "{broken:?}: {error:?}");
    }
}

#[test]
fn a_password_is_trimmed_before_its_characters_are_counted() {
    let longest = "é".repeat(512);
    assert_eq!(text(&format!("  {longest}\t\n")).expose(), longest);
    let errors = PasswordText::parse(&format!("\0{longest}")).unwrap_err();
    assert_eq!(errors, [PasswordTextError::TooLong, PasswordTextError::Null]);
    assert_eq!(text("a  b").expose(), "a  b", "white space within is part of it");
}

#[test]
fn a_deployment_is_strict_unless_it_says_otherwise_and_never_by_a_slip() {
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
