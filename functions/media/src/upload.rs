//! Checks an uploaded object.

use aviary_media::{Fetched, Folder, MAX_IMAGE_BYTES, ObjectKey, PrivateKey, Version, inspect};
use aviary_model::{MediaId, UserId};
use aviary_store::{Begun, MediaFile, MediaKind, MediaOutcome, MediaState, MediaUpload};
use sha2::{Digest, Sha256};

use crate::decoding::thumbnail_of;
use crate::event::NewObject;
use crate::media::{EventError, Media};

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
        if self.settled.contains(media) {
            return Ok("settled");
        }
        let (upload, again) = match self.uploads.begin(user, media, (&object.etag, object.size)).await? {
            Begun::Check { upload, again } => (upload, again),
            Begun::TooOften(upload) => {
                let reason = "The file was sent too often. Ask for a new upload.".to_owned();
                return self.decide(key, &upload, true, &MediaOutcome::Rejected(reason)).await;
            }
            Begun::Decided(file) => {
                // A run that died may have left objects of another version.
                self.keep_only(media, file.as_ref()).await?;
                self.bucket.delete_private(key).await?;
                return Ok("decided before");
            }
            Begun::Settled => {
                self.bucket.delete_private(key).await?;
                self.settled.count(media);
                return Ok("settled");
            }
            Begun::Missing => {
                // An earlier run may have written objects and died.
                self.remove_objects(key, media).await?;
                self.settled.count(media);
                return Ok("no such media");
            }
        };
        let version = Version { key: key.as_str(), etag: Some(&object.etag) };
        let checked = match upload.kind {
            MediaKind::Image => self.check_image(&upload, version).await?,
            MediaKind::Video => self.check_video(&upload, version, object.size).await?,
        };
        let Checked::Outcome(outcome) = checked else { return Ok("replaced meanwhile") };
        self.decide(key, &upload, again, &outcome).await
    }

    /// Writes the outcome, and removes what is not part of it. Two round trips, and the requests to S3.
    async fn decide(
        &self,
        key: &PrivateKey,
        upload: &MediaUpload,
        again: bool,
        outcome: &MediaOutcome,
    ) -> Result<&'static str, EventError> {
        let media = upload.id;
        if self.uploads.finish(upload, outcome).await? {
            let (file, done) = match outcome {
                MediaOutcome::Ready(file) => (Some(file), "ready"),
                MediaOutcome::Rejected(_) => (None, "rejected"),
            };
            if again {
                self.keep_only(media, file).await?;
            }
            self.bucket.delete_private(key).await?;
            return Ok(done);
        }
        // Another run decided, a newer version is being checked, or the item was removed.
        match self.uploads.by_id(upload.owner, media).await? {
            None => self.remove_objects(key, media).await?,
            Some(now) if now.state != MediaState::Processing => self.keep_only(media, now.file.as_ref()).await?,
            // The check that began last removes what the others have written.
            Some(_) => {}
        }
        Ok("decided by another run")
    }

    /// Removes what other checks have written. An upload can be repeated while the first is being checked, so nobody
    /// may store more than one file for each form.
    async fn keep_only(&self, media: MediaId, file: Option<&MediaFile>) -> Result<(), EventError> {
        let kept = file.map(MediaFile::keys).unwrap_or_default();
        for folder in [Folder::media(media.uuid()), Folder::thumbnails(media.uuid())] {
            self.bucket.delete_all_but(&folder, &kept).await?;
        }
        Ok(())
    }

    async fn remove_objects(&self, key: &PrivateKey, media: MediaId) -> Result<(), EventError> {
        self.bucket.delete_private(key).await?;
        self.keep_only(media, None).await
    }

    async fn check_image(&self, upload: &MediaUpload, version: Version<'_>) -> Result<Checked, EventError> {
        let rejected = |reason: String| Ok(Checked::Outcome(MediaOutcome::Rejected(reason)));
        let Fetched::Bytes(file) = self.bucket.fetch(version, MAX_IMAGE_BYTES).await? else { return Ok(Checked::Gone) };
        let image = match inspect(&[file], Some(&upload.content_type)) {
            Ok(image) => image,
            Err(error) => return rejected(error.client_message()),
        };
        let (image, thumbnail) = match thumbnail_of(image).await? {
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
