//! Where objects are kept that nobody is served: they are read by the functions, or through a URL that was signed for it.

use std::fmt;
use std::str::FromStr;

use aviary_model::{GenerationId, IntegerSession, UploadId, UserId};
use sha2::{Digest, Sha256};

use crate::InvalidKey;

pub(crate) const INTEGERS: &str = "integers/";
pub(crate) const INTEGERS_UPLOADS: &str = "incoming/integers/";
pub(crate) const DOWNLOADS: &str = "downloads/";

/// The key of a private object in the bucket, which always has one of these forms:
///
/// - `integers/<user id>/<generation>/<random>`, the units of one version of a set;
/// - `incoming/integers/<user id>/<upload>`, what a client sends for its next request;
/// - `downloads/<user id>/<session>/<random>`, an answer that is too large for a response; the session stands there as half
///   of its name's hash, since a name may be anything.
///
/// None of them is below `public/`, and only what is there is served. Keys are under 120 bytes, and none is another's folder.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PrivateKey(String);

impl PrivateKey {
    /// The key of a set's units; `random` must come from a good source of randomness.
    #[must_use]
    pub fn integers(user: UserId, generation: GenerationId, random: u128) -> Self {
        Self(format!("{INTEGERS}{user}/{generation}/{random:032x}"))
    }

    /// The key of what a user uploads.
    #[must_use]
    pub fn integers_upload(user: UserId, upload: UploadId) -> Self {
        Self(format!("{INTEGERS_UPLOADS}{user}/{upload}"))
    }

    /// The key of an answer about a session; `random` must come from a good source of randomness.
    #[must_use]
    pub fn download(user: UserId, session: &IntegerSession, random: u128) -> Self {
        Self::download_of(user, session_part(session), random)
    }

    fn download_of(user: UserId, session: u128, random: u128) -> Self {
        Self(format!("{DOWNLOADS}{user}/{session:032x}/{random:032x}"))
    }

    /// The key as S3 knows it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key as an owned text, to be stored with what it belongs to.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

/// Half of a session's name's hash, which is enough to tell it from all others.
pub(crate) fn session_part(session: &IntegerSession) -> u128 {
    let hash = Sha256::digest(session.as_str().as_bytes());
    hash.iter().take(16).fold(0, |part, byte| (part << 8) | u128::from(*byte))
}

impl fmt::Display for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for PrivateKey {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl FromStr for PrivateKey {
    type Err = InvalidKey;

    /// Reads a key that was stored as text; only what the constructors could have made is one.
    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        parse(text).ok_or_else(|| InvalidKey::of(text))
    }
}

/// Builds the key anew from its fields, so that only the one spelling of each key passes.
fn parse(text: &str) -> Option<PrivateKey> {
    let key = if let Some(rest) = text.strip_prefix(INTEGERS_UPLOADS) {
        let (user, upload) = rest.split_once('/')?;
        PrivateKey::integers_upload(user.parse().ok()?, upload.parse().ok()?)
    } else if let Some(rest) = text.strip_prefix(INTEGERS) {
        let (user, rest) = rest.split_once('/')?;
        let (generation, random) = rest.split_once('/')?;
        let random = u128::from_str_radix(random, 16).ok()?;
        PrivateKey::integers(user.parse().ok()?, generation.parse().ok()?, random)
    } else {
        let (user, rest) = text.strip_prefix(DOWNLOADS)?.split_once('/')?;
        let (session, random) = rest.split_once('/')?;
        let part = |text: &str| u128::from_str_radix(text, 16).ok();
        PrivateKey::download_of(user.parse().ok()?, part(session)?, part(random)?)
    };
    (key.as_str() == text).then_some(key)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const ID: &str = "01901234-5678-7abc-8def-0123456789ab";
    const OTHER: &str = "01901234-5678-7abc-8def-0123456789ac";

    fn keys() -> [PrivateKey; 3] {
        [
            PrivateKey::integers(ID.parse().unwrap(), OTHER.parse().unwrap(), 0xbeef),
            PrivateKey::integers_upload(ID.parse().unwrap(), OTHER.parse().unwrap()),
            PrivateKey::download(ID.parse().unwrap(), &IntegerSession::default_name(), u128::MAX),
        ]
    }

    #[test]
    fn keys_have_the_documented_form_and_are_read_back() {
        let expected = [
            format!("integers/{ID}/{OTHER}/0000000000000000000000000000beef"),
            format!("incoming/integers/{ID}/{OTHER}"),
            // The first half of the SHA-256 of `default`.
            format!("downloads/{ID}/37a8eec1ce19687d132fe29051dca629/{:032x}", u128::MAX),
        ];
        for (key, expected) in keys().into_iter().zip(expected) {
            assert_eq!(key.as_str(), expected);
            assert!(expected.len() < 120, "{expected}");
            assert_eq!(expected.parse(), Ok(key));
        }
    }

    #[test]
    fn no_private_key_is_public() {
        for key in keys() {
            assert!(!key.as_str().starts_with("public/"), "{key}");
            assert!(key.as_str().parse::<crate::ObjectKey>().is_err(), "{key}");
        }
    }

    #[test]
    fn other_texts_are_no_keys() {
        let [set, upload, download] = keys().map(PrivateKey::into_string);
        for bad in [
            String::new(),
            "integers/".to_owned(),
            format!("/{set}"),
            format!("{set}/x"),
            format!("public/{set}"),
            set.replace("beef", "BEEF"),
            set.replace(ID, ".."),
            set.replace(ID, ""),
            upload.replace(OTHER, ""),
            upload.replace(ID, "../../public"),
            download.replace("ff", "+f"),
            download.replacen("ffff", "fff", 1),
            download.replace("37a8", "37A8"),
            download.replace(ID, "default"),
        ] {
            assert!(bad.parse::<PrivateKey>().is_err(), "{bad}");
        }
    }
}
