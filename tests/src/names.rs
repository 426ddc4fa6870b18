//! Names that no other test has, so that tests share one database in any order and any number of times.

use aviary_model::Entropy;
use aviary_runtime::OsEntropy;

/// The word with random digits behind it: a username, and a good part of an address.
#[must_use]
pub fn unique(word: &str) -> String {
    let entropy: &dyn Entropy = &OsEntropy;
    let random = entropy.bytes::<6>().expect("the system has randomness");
    format!("{word}{}", hex::encode(random))
}
