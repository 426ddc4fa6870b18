//! How secrets are kept: only their hash.

use sha2::{Digest, Sha256};

/// SHA-256 in hex. Enough for random secrets of 160 bits and more, which nobody guesses; not for passwords.
#[must_use]
pub fn digest(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::digest;

    #[test]
    fn it_is_sha_256() {
        assert_eq!(digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
