//! The S3 bucket: media, and content that is too large for an item or a response.

mod assemble;
mod body;
pub(crate) mod checked;
mod delete_folder;
pub(crate) mod error;
pub(crate) mod in_parts;
mod lazy_client;
pub(crate) mod list;
pub(crate) mod presign;
mod private;
pub(crate) mod upload;

use std::time::{Duration, Instant};

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_s3::error::{BuildError, SdkError};
use aws_sdk_s3::operation::delete_objects::DeleteObjectsError;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use aws_types::SdkConfig;

use crate::bucket::error::MediaError;
use crate::bucket::lazy_client::LazyClient;
use crate::bucket::upload::Upload;
use crate::keys::object_key::ObjectKey;
use crate::keys::urls::MediaUrls;

/// An object under a public key never changes, so caches may keep it for ever.
const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";
/// The most keys of one `DeleteObjects` request.
const KEYS_PER_DELETE: usize = 1_000;

/// A client of one bucket. Clones are cheap.
#[derive(Debug, Clone)]
pub struct Bucket {
    client: LazyClient,
    name: String,
    urls: MediaUrls,
    /// The SDK client holds the same credentials but does not expose them.
    credentials: Option<SharedCredentialsProvider>,
}

impl Bucket {
    /// Connects to the bucket that the settings name.
    ///
    /// # Errors
    /// When a setting is missing.
    pub fn start(start: &aviary_runtime::Start) -> Result<Self, aviary_runtime::SettingsError> {
        let name = start.settings.required("AVIARY_MEDIA_BUCKET")?;
        Ok(Self::connect(&start.aws, name, start.settings.required("AVIARY_MEDIA_URL")?))
    }

    /// Creates a client of the bucket `name` from the configuration that all SDK clients share. `base_url` is the base
    /// of its public URLs, see [`MediaUrls::new`]. Opens no connection.
    #[must_use]
    pub fn connect(config: &SdkConfig, name: impl Into<String>, base_url: impl Into<String>) -> Self {
        Self {
            client: LazyClient::of(config),
            name: name.into(),
            urls: MediaUrls::new(base_url),
            credentials: config.credentials_provider(),
        }
    }

    /// The public URLs of the bucket's objects.
    #[must_use]
    pub fn urls(&self) -> &MediaUrls {
        &self.urls
    }

    /// Stores a file. One request to S3, which the SDK repeats after a transient error. The object can be fetched when
    /// this returns.
    ///
    /// The parts are sent without joining them. A header carries their CRC-32, so that S3 refuses a damaged body.
    /// Without this header the SDK would encode the body in signed chunks of 64 KiB, and compute the SHA-256 of each
    /// over plain HTTP. With it, the SDK streams the body and leaves the payload out of the signature, which TLS covers
    /// on AWS.
    ///
    /// # Errors
    /// [`MediaError`]. The object may exist anyway if the response was lost.
    pub async fn put(&self, key: &ObjectKey, file: &impl Upload) -> Result<(), MediaError> {
        let content_length = i64::try_from(file.length())
            .map_err(|_| MediaError::NotSent { key: key.to_string(), length: file.length() })?;
        self.client
            .put_object()
            .bucket(&self.name)
            .key(key.as_str())
            .content_type(file.content_type())
            .content_length(content_length)
            .content_disposition("inline")
            .cache_control(CACHE_CONTROL)
            .checksum_crc32(body::crc32(file.parts()))
            .body(ByteStream::new(body::retryable(file.parts())))
            .send()
            .await
            .map_err(|error| MediaError::s3("PutObject", error))?;
        Ok(())
    }

    /// Removes objects. One request to S3 per 1,000 keys. A key without an object counts as removed.
    ///
    /// # Errors
    /// [`MediaError`], also when S3 did not remove one of the objects. The others may be removed then.
    pub async fn delete(&self, keys: &[ObjectKey]) -> Result<(), MediaError> {
        for keys in keys.chunks(KEYS_PER_DELETE) {
            self.delete_some(keys).await?;
        }
        Ok(())
    }

    async fn delete_some(&self, keys: &[impl AsRef<str>]) -> Result<(), MediaError> {
        let mut delete = Delete::builder().quiet(true);
        for key in keys {
            let object = ObjectIdentifier::builder().key(key.as_ref()).build();
            delete = delete.objects(object.map_err(incomplete_delete)?);
        }
        let delete = delete.build().map_err(incomplete_delete)?;
        let response = self
            .client
            .delete_objects()
            .bucket(&self.name)
            .delete(delete)
            .send()
            .await
            .map_err(|error| MediaError::s3("DeleteObjects", error))?;
        response.errors().iter().find_map(MediaError::not_removed).map_or(Ok(()), Err)
    }

    /// Checks that the bucket exists and may be used, and returns how long S3 took. One request to S3.
    ///
    /// # Errors
    /// [`MediaError`] when S3 does not answer or refuses.
    pub async fn check(&self) -> Result<Duration, MediaError> {
        let start = Instant::now();
        let response = self.client.head_bucket().bucket(&self.name).send().await;
        response.map_err(|error| MediaError::s3("HeadBucket", error))?;
        Ok(start.elapsed())
    }
}

/// Converts the SDK's error for a missing field. All fields are set here, so it never occurs.
fn incomplete_delete(error: BuildError) -> MediaError {
    MediaError::s3::<DeleteObjectsError>("DeleteObjects", SdkError::construction_failure(error))
}
