//! Keys of objects that are not served: the functions read them, and clients use signed URLs and forms.

use aviary_model::{GenerationId, IntegerSession, MediaId, UploadId, UserId};

use crate::keys::prefixes::{DOWNLOADS, EXPORTS, INTEGERS, INTEGERS_UPLOADS, MEDIA_UPLOADS, session_part};
use crate::keys::{Key, KeyKind};

/// The key of a private object. It has one of these forms:
///
/// - `integers/<user id>/<generation>/<random>`, the units of one version of a set;
/// - `incoming/integers/<user id>/<upload>`, what a client uploads for its next request;
/// - `incoming/media/<user id>/<media>`, an image or video that a client uploads;
/// - `downloads/<user id>/<session>/<random>`, a response that is too large to be sent inline. `<session>` is half of
///   the SHA-256 of the session's name, which may contain any character;
/// - `exports/<user id>/<random>`, everything that a user has.
///
/// None of them is below `public/`, the only prefix that is served. Keys have fewer than 120 bytes.
pub type PrivateKey = Key<Private>;

/// The kind of private keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Private {}

impl PrivateKey {
    /// The key of a set's units. `random` must be unpredictable.
    #[must_use]
    pub fn integers(user: UserId, generation: GenerationId, random: u128) -> Self {
        Self::new(format!("{INTEGERS}{user}/{generation}/{random:032x}"))
    }

    /// The key of an upload.
    #[must_use]
    pub fn integers_upload(user: UserId, upload: UploadId) -> Self {
        Self::new(format!("{INTEGERS_UPLOADS}{user}/{upload}"))
    }

    /// The key of an image or video that a client uploads.
    #[must_use]
    pub fn media_upload(user: UserId, media: MediaId) -> Self {
        Self::new(format!("{MEDIA_UPLOADS}{user}/{media}"))
    }

    /// The owner and the id of an uploaded image or video.
    #[must_use]
    pub fn uploaded_media(&self) -> Option<(UserId, MediaId)> {
        let (user, media) = self.as_str().strip_prefix(MEDIA_UPLOADS)?.split_once('/')?;
        Some((user.parse().ok()?, media.parse().ok()?))
    }

    /// The key of a response about a session. `random` must be unpredictable.
    #[must_use]
    pub fn download(user: UserId, session: &IntegerSession, random: u128) -> Self {
        Self::download_of(user, session_part(session), random)
    }

    /// The key of an export of everything that a user has. `random` must be unpredictable.
    #[must_use]
    pub fn export(user: UserId, random: u128) -> Self {
        Self::new(format!("{EXPORTS}{user}/{random:032x}"))
    }

    fn download_of(user: UserId, session: u128, random: u128) -> Self {
        Self::new(format!("{DOWNLOADS}{user}/{session:032x}/{random:032x}"))
    }
}

impl KeyKind for Private {
    const NAME: &'static str = "PrivateKey";

    fn rebuild(text: &str) -> Option<PrivateKey> {
        if let Some(rest) = text.strip_prefix(INTEGERS_UPLOADS) {
            let (user, upload) = rest.split_once('/')?;
            Some(PrivateKey::integers_upload(user.parse().ok()?, upload.parse().ok()?))
        } else if let Some(rest) = text.strip_prefix(MEDIA_UPLOADS) {
            let (user, media) = rest.split_once('/')?;
            Some(PrivateKey::media_upload(user.parse().ok()?, media.parse().ok()?))
        } else if let Some(rest) = text.strip_prefix(INTEGERS) {
            let (user, rest) = rest.split_once('/')?;
            let (generation, random) = rest.split_once('/')?;
            let random = u128::from_str_radix(random, 16).ok()?;
            Some(PrivateKey::integers(user.parse().ok()?, generation.parse().ok()?, random))
        } else if let Some(rest) = text.strip_prefix(EXPORTS) {
            let (user, random) = rest.split_once('/')?;
            Some(PrivateKey::export(user.parse().ok()?, u128::from_str_radix(random, 16).ok()?))
        } else {
            let (user, rest) = text.strip_prefix(DOWNLOADS)?.split_once('/')?;
            let (session, random) = rest.split_once('/')?;
            let part = |text: &str| u128::from_str_radix(text, 16).ok();
            Some(PrivateKey::download_of(user.parse().ok()?, part(session)?, part(random)?))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::keys::object_key::ObjectKey;

    const ID: &str = "01901234-5678-7abc-8def-0123456789ab";
    const OTHER: &str = "01901234-5678-7abc-8def-0123456789ac";

    fn keys() -> [PrivateKey; 5] {
        [
            PrivateKey::export(ID.parse().unwrap(), 0xbeef),
            PrivateKey::integers(ID.parse().unwrap(), OTHER.parse().unwrap(), 0xbeef),
            PrivateKey::integers_upload(ID.parse().unwrap(), OTHER.parse().unwrap()),
            PrivateKey::download(ID.parse().unwrap(), &IntegerSession::default_name(), u128::MAX),
            PrivateKey::media_upload(ID.parse().unwrap(), OTHER.parse().unwrap()),
        ]
    }

    #[test]
    fn keys_have_the_documented_form_and_are_read_back() {
        let expected = [
            format!("exports/{ID}/0000000000000000000000000000beef"),
            format!("integers/{ID}/{OTHER}/0000000000000000000000000000beef"),
            format!("incoming/integers/{ID}/{OTHER}"),
            // The first half of the SHA-256 of `default`.
            format!("downloads/{ID}/37a8eec1ce19687d132fe29051dca629/{:032x}", u128::MAX),
            format!("incoming/media/{ID}/{OTHER}"),
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
            assert!(key.as_str().parse::<ObjectKey>().is_err(), "{key}");
        }
    }

    #[test]
    fn other_texts_are_not_keys() {
        let [_, set, upload, download, _] = keys().map(PrivateKey::into_string);
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
