//! The hash by which random secrets are stored.

use sha2::{Digest, Sha256};

/// SHA-256 in hex. Only for random secrets of 160 bits or more, which cannot be guessed; passwords need argon2id.
#[must_use]
pub fn digest(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::digest;

    #[test]
    fn the_digest_is_sha_256() {
        assert_eq!(digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
