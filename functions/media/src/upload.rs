//! Checks an uploaded object.

use aviary_media::{Fetched, Folder, MAX_IMAGE_BYTES, ObjectKey, PrivateKey, Version, inspect};
use aviary_model::{MediaId, UserId};
use aviary_store::{Begun, MediaFile, MediaKind, MediaOutcome, MediaUpload};
use sha2::{Digest, Sha256};

use crate::event::NewObject;
use crate::media::{EventError, Media};
use crate::thumbnail::thumbnail_of;

/// How a check ended.
pub(crate) enum Checked {
    /// With this outcome; the objects of a ready one are written.
    Outcome(MediaOutcome),
    /// The version to check is gone. A newer one has an event of its own.
    Gone,
}

impl Media {
    /// Checks a version of an uploaded object, and serves it or says why not. Three to four round trips, and the
    /// requests to S3.
    pub(crate) async fn check_upload(
        &self,
        key: &PrivateKey,
        user: UserId,
        media: MediaId,
        object: &NewObject,
    ) -> Result<&'static str, EventError> {
        let upload = match self.uploads.begin(user, media, (&object.etag, object.size)).await? {
            Begun::Check(upload) => upload,
            Begun::Decided => {
                self.bucket.delete_private(key).await?;
                return Ok("decided before");
            }
            Begun::Missing => {
                // An earlier run may have written objects and died.
                self.remove_objects(key, media).await?;
                return Ok("no such media");
            }
        };
        let version = Version { key: key.as_str(), etag: Some(&object.etag) };
        let checked = match upload.kind {
            MediaKind::Image => self.check_image(&upload, version).await?,
            MediaKind::Video => self.check_video(&upload, version, object.size).await?,
        };
        let Checked::Outcome(outcome) = checked else { return Ok("replaced meanwhile") };
        if self.uploads.finish(&upload, &outcome).await? {
            self.bucket.delete_private(key).await?;
            return Ok(match outcome {
                MediaOutcome::Ready(_) => "ready",
                MediaOutcome::Rejected(_) => "rejected",
            });
        }
        // Another run decided, or a newer version is being checked: both know the objects by now. Without an item nobody
        // does.
        if self.uploads.by_id(user, media).await?.is_none() {
            self.remove_objects(key, media).await?;
        }
        Ok("decided by another run")
    }

    async fn remove_objects(&self, key: &PrivateKey, media: MediaId) -> Result<(), EventError> {
        self.bucket.delete_private(key).await?;
        for folder in [Folder::media(media.uuid()), Folder::thumbnails(media.uuid())] {
            self.bucket.delete_all(&folder).await?;
        }
        Ok(())
    }

    async fn check_image(&self, upload: &MediaUpload, version: Version<'_>) -> Result<Checked, EventError> {
        let rejected = |reason: String| Ok(Checked::Outcome(MediaOutcome::Rejected(reason)));
        let Fetched::Bytes(file) = self.bucket.fetch(version, MAX_IMAGE_BYTES).await? else { return Ok(Checked::Gone) };
        let image = match inspect(&[file], Some(&upload.content_type)) {
            Ok(image) => image,
            Err(error) => return rejected(error.client_message()),
        };
        let (image, thumbnail) = match thumbnail_of(image).await {
            (image, Ok(thumbnail)) => (image, thumbnail),
            (_, Err(error)) => return rejected(error.client_message().to_owned()),
        };
        let key = ObjectKey::uploaded_image(upload.id.uuid(), random(upload), image.format);
        let Some(thumbnail_key) = key.thumbnail(thumbnail.file.format) else { return Ok(Checked::Gone) };
        self.bucket.put(&thumbnail_key, &thumbnail.file).await?;
        self.bucket.put(&key, &image).await?;
        Ok(Checked::Outcome(MediaOutcome::Ready(MediaFile {
            key: key.into_string(),
            width: image.width,
            height: image.height,
            thumbnail: Some(thumbnail_key.into_string()),
            blurhash: Some(thumbnail.blurhash),
        })))
    }
}

/// The random part of the keys of this version. A version of other content gets other keys, and the same one the same
/// keys again.
pub(crate) fn random(upload: &MediaUpload) -> u128 {
    let version = format!("{}/{}", upload.secret, upload.etag.as_deref().unwrap_or_default());
    let hash = Sha256::digest(version.as_bytes());
    hash.iter().take(16).fold(0, |random, byte| (random << 8) | u128::from(*byte))
}
