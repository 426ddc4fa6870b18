//! Where objects are kept in the bucket, and where clients find them.

use std::fmt;
use std::str::FromStr;

use aviary_model::{GenerationId, IntegerSession, UserId};
use uuid::Uuid;

use crate::ImageFormat;
use crate::private_key::{DOWNLOADS, INTEGERS, INTEGERS_UPLOADS, session_part};

const TWEETS: &str = "public/tweets/";
const AVATARS: &str = "public/avatars/";
/// The extension of the one type of video that is taken.
const VIDEO: &str = "mp4";

/// The key of an object in the bucket, which always has one of these forms:
///
/// - `public/tweets/<tweet id>/<n>-<random>.<extension>`, the `n`-th image or video of a tweet;
/// - `public/avatars/<user id>/<random>.<extension>`, a profile picture.
///
/// The random part makes every upload a new object, so that an answer may be cached for ever and nobody can guess a
/// removed image's address. Keys are under 100 bytes, and none is another's folder.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectKey(String);

/// A text that is no key of the kind that was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no object key")]
pub struct InvalidKey(String);

impl InvalidKey {
    /// The first characters of a text, for the log.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(text.chars().take(200).collect())
    }
}

impl ObjectKey {
    /// The key of the `index`-th image of a tweet; `random` must come from a good source of randomness.
    #[must_use]
    pub fn tweet_image(tweet: Uuid, index: u8, random: u128, format: ImageFormat) -> Self {
        Self(format!("{TWEETS}{tweet}/{index}-{random:032x}.{}", format.extension()))
    }

    /// The key of the `index`-th video of a tweet; `random` must come from a good source of randomness.
    #[must_use]
    pub fn tweet_video(tweet: Uuid, index: u8, random: u128) -> Self {
        Self(format!("{TWEETS}{tweet}/{index}-{random:032x}.{VIDEO}"))
    }

    /// The key of a user's profile picture; `random` must come from a good source of randomness.
    #[must_use]
    pub fn avatar(user: Uuid, random: u128, format: ImageFormat) -> Self {
        Self(format!("{AVATARS}{user}/{random:032x}.{}", format.extension()))
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

/// Where all objects of one owner lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder(String);

impl Folder {
    /// The images of a tweet.
    #[must_use]
    pub fn tweet(tweet: Uuid) -> Self {
        Self(format!("{TWEETS}{tweet}/"))
    }

    /// The profile pictures of a user.
    #[must_use]
    pub fn avatars(user: Uuid) -> Self {
        Self(format!("{AVATARS}{user}/"))
    }

    /// The units of all of a user's integer sets.
    #[must_use]
    pub fn integers(user: UserId) -> Self {
        Self(format!("{INTEGERS}{user}/"))
    }

    /// The units of the sets of one state of a session.
    #[must_use]
    pub fn integers_generation(user: UserId, generation: GenerationId) -> Self {
        Self(format!("{INTEGERS}{user}/{generation}/"))
    }

    /// What a user has uploaded for requests about integers.
    #[must_use]
    pub fn integers_uploads(user: UserId) -> Self {
        Self(format!("{INTEGERS_UPLOADS}{user}/"))
    }

    /// The answers about a user's integers that were too large for a response.
    #[must_use]
    pub fn downloads(user: UserId) -> Self {
        Self(format!("{DOWNLOADS}{user}/"))
    }

    /// Those about one session.
    #[must_use]
    pub fn session_downloads(user: UserId, session: &IntegerSession) -> Self {
        Self(format!("{DOWNLOADS}{user}/{:032x}/", session_part(session)))
    }

    /// What every key in it begins with, a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for ObjectKey {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl FromStr for ObjectKey {
    type Err = InvalidKey;

    /// Reads a key that was stored as text; only what the constructors could have made is one.
    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        parse(text).ok_or_else(|| InvalidKey::of(text))
    }
}

/// Builds the key anew from its fields, so that only the one spelling of each key passes.
fn parse(text: &str) -> Option<ObjectKey> {
    let key = if let Some(rest) = text.strip_prefix(TWEETS) {
        let (tweet, file) = rest.split_once('/')?;
        let (index, name) = file.split_once('-')?;
        let (tweet, index) = (tweet.parse().ok()?, index.parse().ok()?);
        match name.strip_suffix(VIDEO).and_then(|name| name.strip_suffix('.')) {
            Some(random) => ObjectKey::tweet_video(tweet, index, u128::from_str_radix(random, 16).ok()?),
            None => {
                let (random, format) = file_name(name)?;
                ObjectKey::tweet_image(tweet, index, random, format)
            }
        }
    } else {
        let (user, name) = text.strip_prefix(AVATARS)?.split_once('/')?;
        let (random, format) = file_name(name)?;
        ObjectKey::avatar(user.parse().ok()?, random, format)
    };
    (key.as_str() == text).then_some(key)
}

fn file_name(name: &str) -> Option<(u128, ImageFormat)> {
    let (random, extension) = name.split_once('.')?;
    let format = ImageFormat::ALL.into_iter().find(|format| format.extension() == extension)?;
    Some((u128::from_str_radix(random, 16).ok()?, format))
}

/// Where clients find what is in the bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaUrls {
    base: String,
}

impl MediaUrls {
    /// `base` is what stands before every key, such as `https://media.example.com`; slashes at its end do not count.
    #[must_use]
    pub fn new(base: impl Into<String>) -> Self {
        let mut base = base.into();
        base.truncate(base.trim_end_matches('/').len());
        Self { base }
    }

    /// The public URL of an object. Keys need no escaping: they are made of letters, digits, `-`, `.` and `/`.
    #[must_use]
    pub fn url(&self, key: impl AsRef<str>) -> String {
        format!("{}/{}", self.base, key.as_ref())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::PrivateKey;

    fn id() -> Uuid {
        Uuid::from_u128(0x0190_1234_5678_7abc_8def_0123_4567_89ab)
    }

    #[test]
    fn keys_have_the_documented_form() {
        assert_eq!(
            ObjectKey::tweet_image(id(), 2, 0xbeef, ImageFormat::Jpeg).as_str(),
            "public/tweets/01901234-5678-7abc-8def-0123456789ab/2-0000000000000000000000000000beef.jpg"
        );
        assert_eq!(
            ObjectKey::avatar(id(), u128::MAX, ImageFormat::WebP).as_str(),
            "public/avatars/01901234-5678-7abc-8def-0123456789ab/ffffffffffffffffffffffffffffffff.webp"
        );
    }

    #[test]
    fn the_longest_key_is_short_enough_for_every_store() {
        let longest = ObjectKey::tweet_image(Uuid::max(), u8::MAX, u128::MAX, ImageFormat::WebP);
        assert!(longest.as_str().len() < 100, "{longest}");
    }

    #[test]
    fn a_stored_key_is_read_back() {
        for format in ImageFormat::ALL {
            for key in [ObjectKey::tweet_image(id(), 0, 7, format), ObjectKey::avatar(id(), 7, format)] {
                assert_eq!(key.as_str().parse(), Ok(key));
            }
        }
        let video = ObjectKey::tweet_video(id(), 0, 7);
        assert_eq!(video.as_str().parse(), Ok(video));
    }

    #[test]
    fn other_texts_are_no_keys() {
        let good = ObjectKey::tweet_image(id(), 0, 0xa, ImageFormat::Png).into_string();
        let avatar = ObjectKey::avatar(id(), 0xa, ImageFormat::Png).into_string();
        for bad in [
            String::new(),
            "public/tweets/".to_owned(),
            format!("/{good}"),
            format!("{good}/x"),
            good.to_uppercase(),
            good.replace("/0-", "/00-"),
            good.replace("/0-", "/+0-"),
            good.replace("/0-", "/256-"),
            good.replace("/0-", "/../"),
            good.replace(".png", ".svg"),
            good.replace("-7abc-", "7abc"),
            avatar.replace("000a.png", "00A.png"),
            avatar.replace("public/", "incoming/"),
            avatar.replace(".png", ".mp4"),
        ] {
            assert!(bad.parse::<ObjectKey>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_folder_holds_what_is_its_owners_and_nothing_else() {
        let (user, other): (UserId, UserId) =
            (id().to_string().parse().unwrap(), Uuid::max().to_string().parse().unwrap());
        let (generation, upload) = (id().to_string(), id().to_string());
        let set = |user| PrivateKey::integers(user, generation.parse().unwrap(), 1);
        let sent = |user| PrivateKey::integers_upload(user, upload.parse().unwrap());
        let [a, b] = ["a", "b"].map(|name| IntegerSession::parse(name).unwrap());
        let lent = |user, session| PrivateKey::download(user, session, 1);
        for (folder, inside, outside) in [
            (Folder::integers(user), set(user), set(other)),
            (Folder::integers_generation(user, generation.parse().unwrap()), set(user), set(other)),
            (Folder::integers_uploads(user), sent(user), sent(other)),
            (Folder::integers(user), set(user), sent(user)),
            (Folder::downloads(user), lent(user, &a), lent(other, &a)),
            (Folder::session_downloads(user, &a), lent(user, &a), lent(user, &b)),
            (Folder::session_downloads(user, &a), lent(user, &a), lent(other, &a)),
        ] {
            assert!(inside.as_str().starts_with(folder.as_str()), "{folder:?} {inside}");
            assert!(!outside.as_str().starts_with(folder.as_str()), "{folder:?} {outside}");
        }
    }

    #[test]
    fn urls_join_base_and_key_with_one_slash() {
        for base in ["https://m.example.com", "https://m.example.com/", "https://m.example.com//"] {
            assert_eq!(MediaUrls::new(base).url("public/x.png"), "https://m.example.com/public/x.png");
        }
        let key = ObjectKey::avatar(id(), 1, ImageFormat::Gif);
        assert_eq!(MediaUrls::new("http://127.0.0.1:1/b").url(&key), format!("http://127.0.0.1:1/b/{key}"));
    }
}
