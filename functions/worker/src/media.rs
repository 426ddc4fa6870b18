//! Removes images and videos that were uploaded directly. The item goes first, so that no tweet can name it meanwhile; a
//! job that was killed after that finds no item, and removes the objects again.

use aviary_media::{Folder, PrivateKey};
use aviary_model::{MediaId, UserId};
use aviary_store::{MediaOutcome, MediaState};

use crate::outcome::{Outcome, TaskError};
use crate::worker::Worker;

/// What the owner reads of an upload whose check failed again and again.
const NOT_CHECKED: &str = "The file could not be checked. Upload it again.";

impl Worker {
    /// A day after the form was made: removes what no tweet shows. A check that never ended is a rejection.
    pub(crate) async fn remove_media(&self, user: UserId, media: MediaId) -> Result<Outcome, TaskError> {
        if !self.media.remove_unused(user, media).await? {
            if let Some(upload) = self.media.by_id(user, media).await?
                && upload.state == MediaState::Processing
            {
                self.media.finish(&upload, &MediaOutcome::Rejected(NOT_CHECKED.to_owned())).await?;
            }
            self.bucket.delete_private(&PrivateKey::media_upload(user, media)).await?;
            return Ok(Outcome::Done);
        }
        self.remove_media_objects(user, media).await?;
        Ok(Outcome::Done)
    }

    /// Removes a media item and all its objects, whether a tweet showed it or not.
    pub(crate) async fn remove_media_of(&self, user: UserId, media: MediaId) -> Result<(), TaskError> {
        self.media.remove(user, media).await?;
        self.remove_media_objects(user, media).await
    }

    async fn remove_media_objects(&self, user: UserId, media: MediaId) -> Result<(), TaskError> {
        self.bucket.delete_private(&PrivateKey::media_upload(user, media)).await?;
        for folder in [Folder::media(media.uuid()), Folder::thumbnails(media.uuid())] {
            self.bucket.delete_all(&folder).await?;
        }
        Ok(())
    }

    /// Removes media of a deleted account. The objects go before the items, by which they are found. True if there may
    /// be more.
    pub(crate) async fn purge_media(&self, user: UserId) -> Result<bool, TaskError> {
        self.bucket.delete_all(&Folder::media_uploads(user)).await?;
        let media = self.media.of_user(user).await?;
        for media in &media {
            self.remove_media_objects(user, *media).await?;
            self.media.remove(user, *media).await?;
        }
        Ok(!media.is_empty())
    }
}
