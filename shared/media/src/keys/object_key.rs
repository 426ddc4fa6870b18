//! Keys of objects that are served to everyone.

use uuid::Uuid;

use crate::inspect::format::ImageFormat;
use crate::keys::prefixes::{AVATARS, MEDIA, THUMBNAILS, TWEETS};
use crate::keys::{Key, KeyKind};

/// The extension of videos; MP4 is the only type that is accepted.
const VIDEO: &str = "mp4";

/// The key of a public object. It has one of these forms:
///
/// - `public/tweets/<tweet id>/<n>-<random>.<extension>`, the `n`-th image or video of a tweet;
/// - `public/media/<media id>/0-<random>.<extension>`, an image or video that was uploaded directly;
/// - `public/thumbnails/<tweet or media id>/<n>-<random>.<extension>`, the thumbnail of one of these;
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

    /// The key of an image that was uploaded directly. `random` must be unpredictable.
    #[must_use]
    pub fn uploaded_image(media: Uuid, random: u128, format: ImageFormat) -> Self {
        Self::new(format!("{MEDIA}{media}/0-{random:032x}.{}", format.extension()))
    }

    /// The key of a video that was uploaded directly. `random` must be unpredictable.
    #[must_use]
    pub fn uploaded_video(media: Uuid, random: u128) -> Self {
        Self::new(format!("{MEDIA}{media}/0-{random:032x}.{VIDEO}"))
    }

    /// The key of this image's thumbnail; `None` for a profile picture, which has none.
    #[must_use]
    pub fn thumbnail(&self, format: ImageFormat) -> Option<Self> {
        let file = self.as_str().strip_prefix(TWEETS).or_else(|| self.as_str().strip_prefix(MEDIA))?;
        let (name, _) = file.rsplit_once('.')?;
        Some(Self::new(format!("{THUMBNAILS}{name}.{}", format.extension())))
    }

    /// The tweet and the place in it, if this is an image or video of a request that made a tweet.
    #[must_use]
    pub fn in_tweet(&self) -> Option<(Uuid, u8)> {
        let (tweet, file) = self.as_str().strip_prefix(TWEETS)?.split_once('/')?;
        let (place, _) = file.split_once('-')?;
        Some((tweet.parse().ok()?, place.parse().ok()?))
    }

    /// Whether it is a video.
    #[must_use]
    pub fn is_video(&self) -> bool {
        self.as_str().strip_suffix(VIDEO).is_some_and(|name| name.ends_with('.'))
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
        if let Some(prefix) = [TWEETS, MEDIA, THUMBNAILS].into_iter().find(|prefix| text.starts_with(prefix)) {
            let (owner, file) = text.strip_prefix(prefix)?.split_once('/')?;
            let (index, name) = file.split_once('-')?;
            let (owner, index): (Uuid, u8) = (owner.parse().ok()?, index.parse().ok()?);
            let (random, extension) = name.split_once('.')?;
            let random = u128::from_str_radix(random, 16).ok()?;
            let is_video = extension == VIDEO && prefix != THUMBNAILS;
            let is_image = ImageFormat::ALL.into_iter().any(|format| format.extension() == extension);
            let is_alone = prefix != MEDIA || index == 0;
            let key = ObjectKey::new(format!("{prefix}{owner}/{index}-{random:032x}.{extension}"));
            ((is_video || is_image) && is_alone).then_some(key)
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
        for video in [ObjectKey::tweet_video(id(), 0, 7), ObjectKey::uploaded_video(id(), 7)] {
            assert_eq!(video.as_str().parse(), Ok(video.clone()));
            assert!(video.is_video());
        }
    }

    #[test]
    fn a_thumbnail_has_the_name_of_its_image() {
        let image = ObjectKey::tweet_image(id(), 2, 0xbeef, ImageFormat::WebP);
        let thumbnail = image.thumbnail(ImageFormat::Jpeg);
        let expected = format!("public/thumbnails/{}/2-{:032x}.jpg", id(), 0xbeef);
        assert_eq!(thumbnail.as_ref().map(ObjectKey::as_str), Some(expected.as_str()));
        assert_eq!(thumbnail.map(|key| key.as_str().parse() == Ok(key)), Some(true));
        assert_eq!(image.in_tweet(), Some((id(), 2)));
        let uploaded = ObjectKey::uploaded_image(id(), 1, ImageFormat::Png);
        assert!(uploaded.thumbnail(ImageFormat::Png).is_some() && uploaded.in_tweet().is_none());
        assert_eq!(ObjectKey::avatar(id(), 1, ImageFormat::Png).thumbnail(ImageFormat::Png), None);
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
