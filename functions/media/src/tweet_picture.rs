//! Makes the thumbnail of a picture that came in a tweet's request. The request inspected it before.

use aviary_media::{Fetched, MAX_IMAGE_BYTES, ObjectKey, Version, inspect};
use aviary_model::TweetId;

use crate::decoding::thumbnail_of;
use crate::event::NewObject;
use crate::media::{EventError, Media};

impl Media {
    /// Writes the thumbnail, and names it in the tweet. One round trip, and three requests to S3.
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
        let shown = (place, key.as_str());
        let named = self.uploads.set_thumbnail(tweet, shown, thumbnail_key.as_str(), &thumbnail.blurhash).await;
        if !matches!(named, Ok(true)) {
            // A tweet that was refused or deleted has no pictures by the next attempt, and nobody knows the thumbnail.
            self.bucket.delete(&[thumbnail_key]).await?;
        }
        if named? { Ok("thumbnail") } else { Err(EventError::NoTweet) }
    }
}
