//! A media item: what it is, where it stands, and whether a tweet may show it.

use aviary_model::{AltText, MediaId, Timestamp, TweetId, UserId};
use serde::{Deserialize, Serialize};

use crate::social::tweets::{Media, MediaKind, MediaState};

/// An image or video that is uploaded directly.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MediaUpload {
    /// The id.
    pub id: MediaId,
    /// Its owner.
    pub owner: UserId,
    /// What its owner said that it is.
    pub kind: MediaKind,
    /// The content type that the form prescribes.
    pub content_type: String,
    /// A description for people who cannot see it.
    #[serde(default)]
    pub alt: AltText,
    /// What makes the keys of its objects unpredictable, in hex.
    pub secret: String,
    /// Where it stands.
    pub state: MediaState,
    /// When the form was made.
    pub created_at: Timestamp,
    /// The bytes of the object that is or was checked; before that, those that the form admits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// The ETag of the object that is or was checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// Why it was rejected, for its owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What is served, once it is ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<MediaFile>,
    /// The tweet that shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tweet: Option<TweetId>,
    /// Its place among the media of that tweet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<u8>,
}

/// The served file of an image or video.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaFile {
    /// The object's key in the bucket.
    pub key: String,
    /// The width in pixels, as displayed.
    pub width: u32,
    /// The height in pixels, as displayed.
    pub height: u32,
    /// The key of an image's thumbnail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<String>,
    /// A few characters from which a client draws what is shown until the image is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blurhash: Option<String>,
}

/// Why a media item cannot be shown by a new tweet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// The caller has none with this id.
    Unknown,
    /// Nothing was uploaded yet.
    Waiting,
    /// It was rejected for this reason.
    Rejected(String),
    /// Another tweet shows it.
    Used,
}

impl MediaFile {
    /// The keys of its objects.
    #[must_use]
    pub fn keys(&self) -> Vec<&str> {
        self.thumbnail.iter().chain([&self.key]).map(String::as_str).collect()
    }
}

impl MediaUpload {
    /// Whether a new tweet may show it.
    ///
    /// # Errors
    /// Why not.
    pub fn usable(&self) -> Result<(), Unusable> {
        match self.state {
            _ if self.tweet.is_some() => Err(Unusable::Used),
            MediaState::Waiting => Err(Unusable::Waiting),
            MediaState::Rejected => Err(Unusable::Rejected(self.reason.clone().unwrap_or_default())),
            MediaState::Processing | MediaState::Ready => Ok(()),
        }
    }

    /// What a tweet stores of it.
    #[must_use]
    pub fn in_tweet(&self) -> Media {
        let file = self.file.clone();
        let (width, height) = file.as_ref().map_or((0, 0), |file| (file.width, file.height));
        let (thumbnail, blurhash) =
            file.as_ref().map_or((None, None), |file| (file.thumbnail.clone(), file.blurhash.clone()));
        Media {
            id: self.id,
            kind: self.kind,
            key: file.map(|file| file.key).unwrap_or_default(),
            width,
            height,
            alt: self.alt.clone(),
            thumbnail,
            blurhash,
            state: self.state,
            direct: true,
        }
    }
}
