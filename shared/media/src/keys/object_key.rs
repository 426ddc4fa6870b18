//! Keys of objects that are served to everyone.

use uuid::Uuid;

use crate::inspect::format::ImageFormat;
use crate::keys::prefixes::{AVATARS, TWEETS};
use crate::keys::{Key, KeyKind};

/// The extension of videos; MP4 is the only type that is accepted.
const VIDEO: &str = "mp4";

/// The key of a public object. It has one of these forms:
///
/// - `public/tweets/<tweet id>/<n>-<random>.<extension>`, the `n`-th image or video of a tweet;
/// - `public/avatars/<user id>/<random>.<extension>`, a profile picture.
///
/// The random part gives every upload a new key, so that a response may be cached for ever, and nobody can guess the
/// URL of a removed image. Keys have fewer than 100 bytes.
pub type ObjectKey = Key<Public>;

/// The kind of public keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Public {}

impl ObjectKey {
    /// The key of the `index`-th image of a tweet. `random` must be unpredictable.
    #[must_use]
    pub fn tweet_image(tweet: Uuid, index: u8, random: u128, format: ImageFormat) -> Self {
        Self::new(format!("{TWEETS}{tweet}/{index}-{random:032x}.{}", format.extension()))
    }

    /// The key of the `index`-th video of a tweet. `random` must be unpredictable.
    #[must_use]
    pub fn tweet_video(tweet: Uuid, index: u8, random: u128) -> Self {
        Self::new(format!("{TWEETS}{tweet}/{index}-{random:032x}.{VIDEO}"))
    }

    /// The key of a user's profile picture. `random` must be unpredictable.
    #[must_use]
    pub fn avatar(user: Uuid, random: u128, format: ImageFormat) -> Self {
        Self::new(format!("{AVATARS}{user}/{random:032x}.{}", format.extension()))
    }
}

impl KeyKind for Public {
    const NAME: &'static str = "ObjectKey";

    fn rebuild(text: &str) -> Option<ObjectKey> {
        if let Some(rest) = text.strip_prefix(TWEETS) {
            let (tweet, file) = rest.split_once('/')?;
            let (index, name) = file.split_once('-')?;
            let (tweet, index) = (tweet.parse().ok()?, index.parse().ok()?);
            match name.strip_suffix(VIDEO).and_then(|name| name.strip_suffix('.')) {
                Some(random) => Some(ObjectKey::tweet_video(tweet, index, u128::from_str_radix(random, 16).ok()?)),
                None => {
                    let (random, format) = file_name(name)?;
                    Some(ObjectKey::tweet_image(tweet, index, random, format))
                }
            }
        } else {
            let (user, name) = text.strip_prefix(AVATARS)?.split_once('/')?;
            let (random, format) = file_name(name)?;
            Some(ObjectKey::avatar(user.parse().ok()?, random, format))
        }
    }
}

fn file_name(name: &str) -> Option<(u128, ImageFormat)> {
    let (random, extension) = name.split_once('.')?;
    let format = ImageFormat::ALL.into_iter().find(|format| format.extension() == extension)?;
    Some((u128::from_str_radix(random, 16).ok()?, format))
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn the_longest_key_has_fewer_than_100_bytes() {
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
    fn other_texts_are_not_keys() {
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
}
