//! Objects that nobody is served.

use std::time::Duration;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ChecksumMode;
use aws_smithy_types::timeout::TimeoutConfig;
use bytes::Bytes;

use super::{Bucket, body};
use crate::{MediaError, PrivateKey};

/// Whoever is given the URL of a private object shall not leave copies of it in caches.
const CACHE_CONTROL: &str = "private, no-store";
/// How long one attempt to send tens of megabytes may take.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(25);

impl Bucket {
    /// Writes an object that is not there yet, and never changes one; one request to S3. The parts go out as they
    /// are. Sending the same content again is harmless, so an answer that was lost does no harm.
    ///
    /// # Errors
    ///
    /// [`MediaError`], also when an object with other content has this key; the object may exist nevertheless
    /// when the answer was lost.
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

    /// An attempt whose answer was lost has written the very object that the next one finds in its way.
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

    /// An object's content, if it is there; one request to S3, two where it is not. Nothing is read of one with more
    /// than `max` bytes.
    ///
    /// # Errors
    ///
    /// [`MediaError`]; [`MediaError::TooLarge`] for more than `max` bytes.
    pub async fn get_private(&self, key: &PrivateKey, max: u64) -> Result<Option<Bytes>, MediaError> {
        match self.client.get_object().bucket(&self.name).key(key.as_str()).send().await {
            Ok(output) => content(key, output, max).await.map(Some),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_key()) => Ok(None),
            // Who may not list the whole bucket is told this, too, of an object that is not there.
            Err(error) if error.code() == Some("AccessDenied") && !self.is_listed(key).await? => Ok(None),
            Err(error) => Err(MediaError::s3("GetObject", error)),
        }
    }

    async fn is_listed(&self, key: &PrivateKey) -> Result<bool, MediaError> {
        let list = self.client.list_objects_v2().bucket(&self.name).prefix(key.as_str()).max_keys(1);
        let list = list.send().await.map_err(|error| MediaError::s3("ListObjectsV2", error))?;
        Ok(!list.contents().is_empty())
    }

    /// Removes an object; one request to S3. One that does not exist counts as removed.
    ///
    /// # Errors
    ///
    /// [`MediaError`].
    pub async fn delete_private(&self, key: &PrivateKey) -> Result<(), MediaError> {
        let deleted = self.client.delete_object().bucket(&self.name).key(key.as_str()).send().await;
        deleted.map(|_| ()).map_err(|error| MediaError::s3("DeleteObject", error))
    }
}

/// Reads the body into one buffer of its very size.
async fn content(key: &PrivateKey, mut output: GetObjectOutput, max: u64) -> Result<Bytes, MediaError> {
    let length = output.content_length().and_then(|length| u64::try_from(length).ok()).unwrap_or_default();
    let too_large = || MediaError::TooLarge { key: key.to_string(), max };
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
