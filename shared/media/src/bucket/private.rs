//! Private objects: written once, read by the functions, removed.

use std::time::Duration;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ChecksumMode;
use aws_smithy_types::timeout::TimeoutConfig;
use bytes::Bytes;

use crate::bucket::error::MediaError;
use crate::bucket::{Bucket, body};
use crate::keys::private_key::PrivateKey;

/// No cache may keep a private object that is read through a signed URL.
pub(super) const CACHE_CONTROL: &str = "private, no-store";
/// The timeout of one attempt, long enough for tens of megabytes.
pub(super) const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(25);

impl Bucket {
    /// Writes a new object; an existing object is never changed. One request to S3. The parts are sent without joining
    /// them. Writing the same content again succeeds, so that a retry after a lost response does.
    ///
    /// # Errors
    /// [`MediaError`], also when an object with other content has this key. The object may exist anyway if the response
    /// was lost.
    pub async fn put_private(&self, key: &PrivateKey, kind: &str, parts: &[Bytes]) -> Result<(), MediaError> {
        let length: u64 = parts.iter().map(|part| part.len() as u64).sum();
        let content_length = i64::try_from(length).map_err(|_| MediaError::NotSent { key: key.to_string(), length })?;
        let checksum = body::crc32(parts);
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT_TIMEOUT).build();
        let sent = self
            .client
            .put_object()
            .bucket(&self.name)
            .key(key.as_str())
            .if_none_match("*")
            .content_type(kind)
            .content_length(content_length)
            .cache_control(CACHE_CONTROL)
            .checksum_crc32(&checksum)
            .body(ByteStream::new(body::retryable(parts)))
            .customize()
            .config_override(aws_sdk_s3::config::Builder::new().timeout_config(timeouts))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(()),
            Err(error) if error.code() == Some("PreconditionFailed") => {
                self.confirm_same(key, content_length, &checksum, error).await
            }
            Err(error) => Err(MediaError::s3("PutObject", error)),
        }
    }

    /// Accepts an existing object of the same length and checksum: an earlier attempt wrote it, and its response was
    /// lost.
    async fn confirm_same<E>(
        &self,
        key: &PrivateKey,
        length: i64,
        checksum: &str,
        refusal: SdkError<E>,
    ) -> Result<(), MediaError>
    where
        E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        let head = self.client.head_object().bucket(&self.name).key(key.as_str()).checksum_mode(ChecksumMode::Enabled);
        let found = head.send().await.map_err(|error| MediaError::s3("HeadObject", error))?;
        if found.content_length() == Some(length) && found.checksum_crc32() == Some(checksum) {
            Ok(())
        } else {
            Err(MediaError::s3("PutObject", refusal))
        }
    }

    /// Returns an object's content, or `None` if it does not exist. One request to S3; two for an object that does not
    /// exist.
    ///
    /// # Errors
    /// [`MediaError`]; [`MediaError::TooLarge`] for an object of more than `max` bytes, which is not read.
    pub async fn get_private(&self, key: &PrivateKey, max: u64) -> Result<Option<Bytes>, MediaError> {
        match self.client.get_object().bucket(&self.name).key(key.as_str()).send().await {
            Ok(output) => content(key.as_str(), output, max).await.map(Some),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_key()) => Ok(None),
            // S3 answers so for a missing object too, if the role may not list the whole bucket.
            Err(error) if error.code() == Some("AccessDenied") && !self.exists(key).await? => Ok(None),
            Err(error) => Err(MediaError::s3("GetObject", error)),
        }
    }

    pub(super) async fn exists(&self, key: impl AsRef<str>) -> Result<bool, MediaError> {
        Ok(self.size(key.as_ref()).await?.is_some())
    }

    /// Returns an object's size in bytes, or `None` if it does not exist. One request to S3, which lists this one key.
    ///
    /// # Errors
    /// [`MediaError`].
    pub async fn private_size(&self, key: &PrivateKey) -> Result<Option<u64>, MediaError> {
        self.size(key.as_str()).await
    }

    async fn size(&self, key: &str) -> Result<Option<u64>, MediaError> {
        let list = self.client.list_objects_v2().bucket(&self.name).prefix(key).max_keys(1);
        let list = list.send().await.map_err(|error| MediaError::s3("ListObjectsV2", error))?;
        let found = list.contents().iter().find(|object| object.key() == Some(key));
        Ok(found.map(|object| object.size().and_then(|size| u64::try_from(size).ok()).unwrap_or_default()))
    }

    /// Removes an object. One request to S3. A key without an object counts as removed.
    ///
    /// # Errors
    /// [`MediaError`].
    pub async fn delete_private(&self, key: &PrivateKey) -> Result<(), MediaError> {
        let deleted = self.client.delete_object().bucket(&self.name).key(key.as_str()).send().await;
        deleted.map(|_| ()).map_err(|error| MediaError::s3("DeleteObject", error))
    }
}

/// Reads the body into one buffer of its exact size.
pub(super) async fn content(key: &str, mut output: GetObjectOutput, max: u64) -> Result<Bytes, MediaError> {
    let length = output.content_length().and_then(|length| u64::try_from(length).ok()).unwrap_or_default();
    let too_large = || MediaError::TooLarge { key: key.to_owned(), max };
    let capacity = usize::try_from(length).ok().filter(|_| length <= max).ok_or_else(too_large)?;
    let mut content = Vec::with_capacity(capacity);
    while let Some(chunk) = output.body.next().await {
        let chunk = chunk.map_err(|error| MediaError::Unreachable { operation: "GetObject", source: error.into() })?;
        content.extend_from_slice(&chunk);
        if content.len() as u64 > max {
            return Err(too_large());
        }
    }
    Ok(content.into())
}
