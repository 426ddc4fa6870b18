//! Names that no other test has, so that tests can share one database in any order and be repeated.

use aviary_model::Entropy;
use aviary_runtime::OsEntropy;

/// The word followed by twelve random hexadecimal digits: a username, or part of an address.
#[must_use]
pub fn unique(word: &str) -> String {
    let entropy: &dyn Entropy = &OsEntropy;
    let random = entropy.bytes::<6>().expect("the system has randomness");
    format!("{word}{}", hex::encode(random))
}
