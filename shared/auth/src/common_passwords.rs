//! Django's list of common passwords.

use std::io::{BufRead, BufReader};

use flate2::read::GzDecoder;

/// The list, one password per line; its licence lies beside it.
static LIST: &[u8] = include_bytes!("../data/common-passwords.txt.gz");

/// Is this one of the common passwords, whatever its case? Reads through the list, which costs a
/// millisecond beside the hash of a new password and no memory between.
pub(crate) fn is_common(password: &str) -> bool {
    let wanted = password.trim().to_lowercase();
    BufReader::new(GzDecoder::new(LIST)).lines().map_while(Result::ok).any(|line| line.trim() == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_whole() {
        assert_eq!(BufReader::new(GzDecoder::new(LIST)).lines().count(), 19_640);
        assert!(is_common("Password123") && is_common("123456"));
        assert!(!is_common("Zx9!quokka-7"));
    }
}
