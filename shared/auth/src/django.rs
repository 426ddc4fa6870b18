//! Password hashes of imported Django users: `pbkdf2_sha256$<iterations>$<salt>$<base64>` and argon2id.

use argon2::Params;
use argon2::password_hash::phc::PasswordHash;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// Django 6 uses 1,200,000. The bound keeps an import from making each login arbitrarily expensive.
const MAX_ITERATIONS: u32 = 5_000_000;

/// Bounds of an imported argon2 hash. Django uses 100 MiB; the function has about 1,700.
const MAX_MEMORY_KIB: u32 = 256 * 1_024;
const MAX_PASSES: u32 = 16;
const MAX_LANES: u32 = 16;

/// Converts a Django password hash into the form that is stored until the user's next login: pbkdf2 with SHA-256
/// unchanged, argon2id in the PHC form. `None` for every other algorithm, for users without a password, and for
/// parameters above the bounds.
#[must_use]
pub fn from_django(encoded: &str) -> Option<String> {
    if is_django_hash(encoded) {
        return Some(encoded.to_owned());
    }
    let phc = encoded.strip_prefix("argon2").filter(|phc| phc.starts_with("$argon2id$v=19$"))?;
    let params = Params::try_from(&PasswordHash::new(phc).ok()?).ok()?;
    let bounded = params.m_cost() <= MAX_MEMORY_KIB && params.t_cost() <= MAX_PASSES && params.p_cost() <= MAX_LANES;
    bounded.then(|| phc.to_owned())
}

/// Whether this is a pbkdf2 hash in Django's form with iterations within the bound.
#[must_use]
pub fn is_django_hash(hash: &str) -> bool {
    parts(hash).is_some()
}

/// Whether the password has this pbkdf2 hash. A million iterations cost about a second of a core.
pub(crate) fn verify(password: &str, hash: &str) -> bool {
    let Some((iterations, salt, expected)) = parts(hash) else { return false };
    let mut found = [0; 32];
    pbkdf2::pbkdf2_hmac::<Sha256>(password.as_bytes(), salt.as_bytes(), iterations, &mut found);
    found.ct_eq(&expected).into()
}

/// Iterations, salt and digest of a pbkdf2 hash.
fn parts(hash: &str) -> Option<(u32, &str, [u8; 32])> {
    let mut parts = hash.split('$');
    let (name, iterations, salt, digest) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let iterations = iterations.parse().ok().filter(|n| (1..=MAX_ITERATIONS).contains(n))?;
    let digest = BASE64_STANDARD.decode(digest).ok()?.try_into().ok()?;
    (name == "pbkdf2_sha256" && parts.next().is_none() && !salt.is_empty()).then_some((iterations, salt, digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed in Python: `hashlib.pbkdf2_hmac('sha256', b'lètmein', b'seasalt', 10000)`.
    const HASH: &str = "pbkdf2_sha256$10000$seasalt$CWWFdHOWwPnki7HvkcqN9iA2T3KLW1cf2uZ5kvArtVY=";

    #[test]
    fn a_pbkdf2_hash_of_django_verifies_its_password() {
        assert!(verify("lètmein", HASH));
        assert!(!verify("letmein", HASH));
    }

    #[test]
    fn only_bounded_hashes_of_known_algorithms_are_imported() {
        assert_eq!(from_django(HASH).as_deref(), Some(HASH));
        let digest = "c29tZXNhbHRzb21lc2FsdA$l8wY2dEwGDkB1kCk0xfBhFrhFNd0vZ3n1kIu5Q0V2Hs";
        let phc = format!("$argon2id$v=19$m=102400,t=2,p=8${digest}");
        assert_eq!(from_django(&format!("argon2{phc}")), Some(phc));
        for other in [
            "!",
            "",
            "plain",
            "md5$salt$0123",
            "bcrypt_sha256$$2b$12$abcdefghijklmnopqrstuv",
            "argon2$argon2id$v=19$m=102400,t=2,p=8$broken",
            &format!("argon2$argon2i$v=19$m=102400,t=2,p=8${digest}"),
            &format!("argon2$argon2id$v=19$m=4194304,t=2,p=8${digest}"),
            &format!("argon2$argon2id$v=19$m=102400,t=900,p=8${digest}"),
        ] {
            assert_eq!(from_django(other), None, "{other}");
        }
    }

    #[test]
    fn a_malformed_hash_verifies_no_password() {
        for hash in ["", "pbkdf2_sha256$0$s$AA==", "pbkdf2_sha256$99999999$s$AA==", "pbkdf2_sha1$1$s$AA==", "!unusable"]
        {
            assert!(!is_django_hash(hash), "{hash}");
            assert!(!verify("", hash));
        }
    }
}
