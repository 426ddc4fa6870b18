//! Lists objects, for tests and for the operators' tasks. No request of a client does that.

use crate::bucket::Bucket;
use crate::bucket::error::MediaError;
use crate::keys::folder::Folder;

/// A page of the keys in a part of the bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPage {
    /// The keys, in order.
    pub keys: Vec<String>,
    /// Where the next page begins; `None` after the last.
    pub next: Option<String>,
}

impl Bucket {
    /// The keys of a folder, at most a thousand. One request to S3.
    ///
    /// # Errors
    /// [`MediaError`].
    pub async fn keys(&self, folder: &Folder) -> Result<Vec<String>, MediaError> {
        Ok(self.page_of(folder.as_str(), None).await?.keys)
    }

    /// A page of all keys of images and videos, served or uploaded. One request to S3.
    ///
    /// # Errors
    /// [`MediaError`].
    pub async fn media_keys(&self, part: MediaPart, after: Option<&str>) -> Result<KeyPage, MediaError> {
        self.page_of(part.prefix(), after).await
    }

    async fn page_of(&self, prefix: &str, after: Option<&str>) -> Result<KeyPage, MediaError> {
        let list = self.client.list_objects_v2().bucket(&self.name).prefix(prefix);
        let list = list.set_start_after(after.map(str::to_owned)).send().await;
        let list = list.map_err(|error| MediaError::s3("ListObjectsV2", error))?;
        let keys: Vec<String> = list.contents().iter().filter_map(|object| object.key().map(str::to_owned)).collect();
        let next = keys.last().filter(|_| list.is_truncated() == Some(true)).cloned();
        Ok(KeyPage { keys, next })
    }
}

/// A part of the bucket that holds images and videos.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaPart {
    /// Those of requests that made a tweet.
    Tweets,
    /// Those that were uploaded directly.
    Media,
    /// Thumbnails.
    Thumbnails,
    /// Profile pictures.
    Avatars,
}

impl MediaPart {
    /// All parts.
    pub const ALL: [Self; 4] = [Self::Tweets, Self::Media, Self::Thumbnails, Self::Avatars];

    const fn prefix(self) -> &'static str {
        match self {
            Self::Tweets => crate::keys::prefixes::TWEETS,
            Self::Media => crate::keys::prefixes::MEDIA,
            Self::Thumbnails => crate::keys::prefixes::THUMBNAILS,
            Self::Avatars => crate::keys::prefixes::AVATARS,
        }
    }
}
