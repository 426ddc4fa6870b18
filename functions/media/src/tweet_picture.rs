//! Makes the thumbnail of a picture that came in a tweet's request. The request inspected it before.

use std::time::Duration;

use aviary_media::{Fetched, MAX_IMAGE_BYTES, ObjectKey, Version, inspect};
use aviary_model::TweetId;

use crate::decoding::thumbnail_of;
use crate::event::NewObject;
use crate::media::{EventError, Media};

/// How long to wait for the tweet of a picture, or for the job that removes the picture of a deleted tweet, before the
/// event fails and comes again.
const PAUSES: [Duration; 4] =
    [Duration::from_millis(200), Duration::from_millis(400), Duration::from_millis(800), Duration::from_millis(1_600)];

impl Media {
    /// Writes the thumbnail, and names it in the tweet. One round trip, and three requests to S3;
    /// more while there is no tweet.
    pub(crate) async fn tweet_picture(&self, key: &ObjectKey, object: &NewObject) -> Result<&'static str, EventError> {
        let shown = key.in_tweet().filter(|_| !key.is_video());
        let Some((tweet, place)) =
            shown.and_then(|(tweet, place)| Some((tweet.to_string().parse::<TweetId>().ok()?, place)))
        else {
            return Ok("ignored");
        };
        let version = Version { key: key.as_str(), etag: Some(&object.etag) };
        let Fetched::Bytes(file) = self.bucket.fetch(version, MAX_IMAGE_BYTES).await? else { return Ok("gone") };
        let Ok(image) = inspect(&[file], None) else { return Ok("no picture") };
        let thumbnail = match thumbnail_of(image).await?.1 {
            Ok(thumbnail) => thumbnail,
            Err(error) => {
                tracing::warn!(error = %error, s3.key = %key, "a tweet's picture gets no thumbnail");
                return Ok("no thumbnail");
            }
        };
        let Some(thumbnail_key) = key.thumbnail(thumbnail.file.format) else { return Ok("ignored") };
        self.bucket.put(&thumbnail_key, &thumbnail.file).await?;
        let named = self.name_thumbnail(tweet, (place, version), &thumbnail_key, &thumbnail.blurhash).await;
        if !matches!(named, Ok(Named::InTweet)) {
            // A tweet that was refused or deleted has no pictures by the next attempt, and nobody knows the thumbnail.
            self.bucket.delete(&[thumbnail_key]).await?;
        }
        match named? {
            Named::InTweet => Ok("thumbnail"),
            Named::PictureGone => Ok("gone"),
            Named::NoTweet => Err(EventError::NoTweet),
        }
    }

    /// Names the thumbnail in the tweet, which is written after its pictures.
    async fn name_thumbnail(
        &self,
        tweet: TweetId,
        (place, picture): (u8, Version<'_>),
        thumbnail: &ObjectKey,
        blurhash: &str,
    ) -> Result<Named, EventError> {
        let shown = (place, picture.key);
        let mut pauses = PAUSES.into_iter();
        loop {
            if self.uploads.set_thumbnail(tweet, shown, thumbnail.as_str(), blurhash).await? {
                return Ok(Named::InTweet);
            }
            if matches!(self.bucket.fetch_range(picture, &(0..1)).await?, Fetched::Gone) {
                return Ok(Named::PictureGone);
            }
            let Some(pause) = pauses.next() else { return Ok(Named::NoTweet) };
            tokio::time::sleep(pause).await;
        }
    }
}

/// Where a thumbnail is named.
enum Named {
    InTweet,
    /// Nowhere: the tweet was refused or deleted, and its picture with it.
    PictureGone,
    /// Nowhere yet.
    NoTweet,
}
