//! Django's list of common passwords, compressed into the binary.

use std::io::{BufRead, BufReader};

use flate2::read::GzDecoder;

/// The list, one password per line; its licence is in `data/LICENSE-django`.
static LIST: &[u8] = include_bytes!("../data/common-passwords.txt.gz");

/// Whether the password is on the list, ignoring case. Decompresses the list each time: about a millisecond, little
/// next to the hash of a new password, and no memory is held in between.
pub(crate) fn is_common(password: &str) -> bool {
    let password = password.trim().to_lowercase();
    BufReader::new(GzDecoder::new(LIST)).lines().map_while(Result::ok).any(|line| line.trim() == password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_complete() {
        assert_eq!(BufReader::new(GzDecoder::new(LIST)).lines().count(), 19_640);
        assert!(is_common("Password123") && is_common("123456"));
        assert!(!is_common("Zx9!quokka-7"));
    }
}
