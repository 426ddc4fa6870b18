//! The function's state, and its handler.

use aviary_media::{Bucket, MediaError, ObjectKey, PrivateKey};
use aviary_model::Timestamp;
use aviary_runtime::{EventHandler, Start, StartError};
use aviary_store::{Db, MediaUploads, SocialTable, StoreError};
use serde_json::{Value, json};

use crate::event::NewObject;
use crate::settled::Settled;

/// The bucket and the items of what is in it.
#[derive(Clone, Debug)]
pub struct Media {
    pub(crate) uploads: MediaUploads,
    pub(crate) bucket: Bucket,
    pub(crate) settled: Settled,
}

/// Why an event failed and comes again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EventError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Media(#[from] MediaError),
    /// No process could be started that decodes.
    #[error("no picture can be decoded: {0}")]
    Decoding(#[from] std::io::Error),
    /// The picture of a tweet is stored before the tweet.
    #[error("the tweet of this picture does not exist (yet)")]
    NoTweet,
}

impl Media {
    /// Reads the settings. Makes no call.
    ///
    /// # Errors
    /// When a setting is missing.
    pub fn new(start: &Start) -> Result<Self, StartError> {
        let db = Db::new(&start.aws, start.entropy.clone());
        let social = SocialTable::new(&db, start.settings.required("AVIARY_SOCIAL_TABLE")?);
        let settled = Settled::default();
        Ok(Self { uploads: MediaUploads::new(&social), bucket: Bucket::start(start)?, settled })
    }
}

impl EventHandler for Media {
    /// Checks an uploaded object, or makes the thumbnail of a tweet's picture. Every event can come twice.
    async fn handle(&self, event: Value, _deadline: Timestamp) -> Result<Value, StartError> {
        let object = NewObject::read(&event)?;
        let uploaded = object.key.parse::<PrivateKey>().ok();
        let done =
            if let Some((key, (user, media))) = uploaded.and_then(|key| Some((key.clone(), key.uploaded_media()?))) {
                self.check_upload(&key, user, media, &object).await?
            } else if let Ok(key) = object.key.parse::<ObjectKey>() {
                self.tweet_picture(&key, &object).await?
            } else {
                "ignored"
            };
        tracing::info!(target: "aviary_media", { media.done = done, s3.size = object.size }, "an object was handled");
        Ok(json!({ "done": done }))
    }
}
