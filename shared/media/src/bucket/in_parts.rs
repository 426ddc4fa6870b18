//! An object that is written in parts, so that it is never in memory as a whole.

use aws_sdk_s3::operation::create_multipart_upload::builders::CreateMultipartUploadFluentBuilder;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart};
use aws_smithy_types::timeout::TimeoutConfig;
use bytes::Bytes;

use crate::bucket::error::MediaError;
use crate::bucket::private::{ATTEMPT_TIMEOUT, CACHE_CONTROL};
use crate::bucket::{Bucket, body};
use crate::keys::private_key::PrivateKey;

/// The bytes that are read in one request, and the least of a part. S3 wants five mebibytes of each part but the last.
pub(super) const PART: usize = 6 * 1024 * 1024;

/// An upload in parts that is under way.
#[derive(Debug)]
pub(super) struct PartialUpload<'a> {
    bucket: &'a Bucket,
    key: String,
    id: String,
    parts: Vec<CompletedPart>,
}

impl Bucket {
    /// Begins an upload in parts, with what `describe` says about the object. One request to S3.
    pub(super) async fn begin_in_parts(
        &self,
        key: &str,
        describe: impl FnOnce(CreateMultipartUploadFluentBuilder) -> CreateMultipartUploadFluentBuilder,
    ) -> Result<PartialUpload<'_>, MediaError> {
        let call = self.client.create_multipart_upload().bucket(&self.name).key(key);
        let created = describe(call)
            .checksum_algorithm(ChecksumAlgorithm::Crc32)
            .send()
            .await
            .map_err(|error| MediaError::s3("CreateMultipartUpload", error))?;
        let id = created.upload_id().unwrap_or_default().to_owned();
        Ok(PartialUpload { bucket: self, key: key.to_owned(), id, parts: Vec::new() })
    }

    /// Begins a private object that is written piece by piece. One request to S3.
    ///
    /// # Errors
    /// [`MediaError`].
    pub async fn begin_private(&self, key: &PrivateKey, kind: &str) -> Result<PrivateFile<'_>, MediaError> {
        let describe = |call: CreateMultipartUploadFluentBuilder| call.content_type(kind).cache_control(CACHE_CONTROL);
        Ok(PrivateFile { upload: self.begin_in_parts(key.as_str(), describe).await?, buffer: Vec::new() })
    }
}

impl PartialUpload<'_> {
    /// Sends the next part. One request to S3.
    pub(super) async fn send(&mut self, content: Bytes) -> Result<(), MediaError> {
        let number = i32::try_from(self.parts.len() + 1).unwrap_or(i32::MAX);
        let content = [content];
        let checksum = body::crc32(&content);
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT_TIMEOUT).build();
        let sent = self
            .bucket
            .client
            .upload_part()
            .bucket(&self.bucket.name)
            .key(&self.key)
            .upload_id(&self.id)
            .part_number(number)
            .content_length(content.iter().map(|part| i64::try_from(part.len()).unwrap_or(i64::MAX)).sum())
            .checksum_crc32(&checksum)
            .body(ByteStream::new(body::retryable(&content)))
            .customize()
            .config_override(aws_sdk_s3::config::Builder::new().timeout_config(timeouts))
            .send()
            .await
            .map_err(|error| MediaError::s3("UploadPart", error))?;
        let part = CompletedPart::builder().part_number(number).set_e_tag(sent.e_tag).checksum_crc32(checksum);
        self.parts.push(part.build());
        Ok(())
    }

    /// Makes the object visible. One request to S3.
    pub(super) async fn complete(self) -> Result<(), MediaError> {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(self.parts)).build();
        let call = self.bucket.client.complete_multipart_upload().bucket(&self.bucket.name).key(&self.key);
        let completed = call.upload_id(&self.id).multipart_upload(parts).send().await;
        completed.map(|_| ()).map_err(|error| MediaError::s3("CompleteMultipartUpload", error))
    }

    /// Removes what was sent. One request to S3.
    pub(super) async fn abort(&self) -> Result<(), MediaError> {
        let call = self.bucket.client.abort_multipart_upload().bucket(&self.bucket.name).key(&self.key);
        let aborted = call.upload_id(&self.id).send().await;
        aborted.map(|_| ()).map_err(|error| MediaError::s3("AbortMultipartUpload", error))
    }

    /// Removes what was sent of an object that can't be written. A failure is only logged.
    pub(super) async fn give_up(&self) {
        if let Err(error) = self.abort().await {
            tracing::warn!(error = %error, "an upload in parts was not aborted; the lifecycle rule does it");
        }
    }
}

/// A private object that is written piece by piece. It is visible once it is complete; of an incomplete one a lifecycle
/// rule removes the parts.
#[derive(Debug)]
pub struct PrivateFile<'a> {
    upload: PartialUpload<'a>,
    buffer: Vec<u8>,
}

impl PrivateFile<'_> {
    /// Adds a piece. One request to S3 for each 6 MiB.
    ///
    /// # Errors
    /// [`MediaError`].
    pub async fn write(&mut self, mut piece: &[u8]) -> Result<(), MediaError> {
        while !piece.is_empty() {
            let room = PART.saturating_sub(self.buffer.len());
            let (now, later) = piece.split_at_checked(room).unwrap_or((piece, &[]));
            self.buffer.extend_from_slice(now);
            piece = later;
            if self.buffer.len() >= PART {
                self.upload.send(std::mem::take(&mut self.buffer).into()).await?;
            }
        }
        Ok(())
    }

    /// Completes the object, which must have a byte. Two requests to S3.
    ///
    /// # Errors
    /// [`MediaError`].
    pub async fn complete(mut self) -> Result<(), MediaError> {
        if !self.buffer.is_empty() {
            self.upload.send(std::mem::take(&mut self.buffer).into()).await?;
        }
        self.upload.complete().await
    }

    /// Removes what was written. A failure is only logged. One request to S3.
    pub async fn give_up(self) {
        self.upload.give_up().await;
    }
}
