//! The prefixes of all keys. None is a prefix of another.

use aviary_model::IntegerSession;
use sha2::{Digest, Sha256};

/// Images and videos of tweets.
pub(crate) const TWEETS: &str = "public/tweets/";
/// Images and videos that were uploaded directly.
pub(crate) const MEDIA: &str = "public/media/";
/// Thumbnails of images.
pub(crate) const THUMBNAILS: &str = "public/thumbnails/";
/// Profile pictures.
pub(crate) const AVATARS: &str = "public/avatars/";
/// Units of integer sets.
pub(super) const INTEGERS: &str = "integers/";
/// Uploads for requests about integers.
pub(super) const INTEGERS_UPLOADS: &str = "incoming/integers/";
/// Exports of everything that a user has.
pub(super) const EXPORTS: &str = "exports/";
/// Images and videos that clients upload.
pub(super) const MEDIA_UPLOADS: &str = "incoming/media/";
/// Responses that are too large to be sent inline.
pub(super) const DOWNLOADS: &str = "downloads/";

/// The part of a download's key that identifies its session: the first 16 bytes of the SHA-256 of the session's name,
/// which may contain any character.
pub(super) fn session_part(session: &IntegerSession) -> u128 {
    let hash = Sha256::digest(session.as_str().as_bytes());
    hash.iter().take(16).fold(0, |part, byte| (part << 8) | u128::from(*byte))
}
