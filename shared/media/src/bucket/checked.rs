//! Reads one version of an object, as a whole or in parts. A version that was replaced is never mixed with another.

use std::ops::Range;

use aws_sdk_s3::error::ProvideErrorMetadata;
use bytes::Bytes;

use crate::bucket::Bucket;
use crate::bucket::error::MediaError;
use crate::bucket::private::content;

/// One version of an object.
#[derive(Debug, Clone, Copy)]
pub struct Version<'a> {
    /// The object's key.
    pub key: &'a str,
    /// The version's ETag; any version if there is none.
    pub etag: Option<&'a str>,
}

/// What was read of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// Its bytes.
    Bytes(Bytes),
    /// Nothing: the object was removed or replaced.
    Gone,
}

impl Bucket {
    /// Reads a version as a whole. One request to S3; two for an object that does not exist.
    ///
    /// # Errors
    /// [`MediaError`]; [`MediaError::TooLarge`] for an object of more than `max` bytes, which is not read.
    pub async fn fetch(&self, version: Version<'_>, max: u64) -> Result<Fetched, MediaError> {
        self.read(version, None, max).await
    }

    /// Reads a range of a version, which must have one byte at least. One request to S3; two for an object that does not
    /// exist.
    ///
    /// # Errors
    /// [`MediaError`].
    pub async fn fetch_range(&self, version: Version<'_>, range: &Range<u64>) -> Result<Fetched, MediaError> {
        let header = format!("bytes={}-{}", range.start, range.end.saturating_sub(1));
        self.read(version, Some(header), range.end.saturating_sub(range.start)).await
    }

    async fn read(&self, version: Version<'_>, range: Option<String>, max: u64) -> Result<Fetched, MediaError> {
        let Version { key, etag } = version;
        let call = self.client.get_object().bucket(&self.name).key(key);
        let call = call.set_if_match(etag.map(|etag| format!("\"{etag}\""))).set_range(range);
        match call.send().await {
            Ok(output) => content(key, output, max).await.map(Fetched::Bytes),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_key()) => Ok(Fetched::Gone),
            Err(error) if error.code() == Some("PreconditionFailed") => Ok(Fetched::Gone),
            // S3 answers so for a missing object too, if the role may not list the whole bucket.
            Err(error) if error.code() == Some("AccessDenied") && !self.exists(key).await? => Ok(Fetched::Gone),
            Err(error) => Err(MediaError::s3("GetObject", error)),
        }
    }
}
