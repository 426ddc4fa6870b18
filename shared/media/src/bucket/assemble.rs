//! Writes a video from the ranges of another object, in parts: the file is never in memory as a whole.

use std::ops::Range;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart};
use aws_smithy_types::timeout::TimeoutConfig;
use bytes::Bytes;

use crate::bucket::checked::{Fetched, Version};
use crate::bucket::error::MediaError;
use crate::bucket::private::ATTEMPT_TIMEOUT;
use crate::bucket::{Bucket, CACHE_CONTROL, body};
use crate::inspect::mp4::VideoPlan;
use crate::keys::object_key::ObjectKey;

/// The bytes that are read in one request, and the least of a part. S3 wants five mebibytes of each part but the last.
const PART: u64 = 6 * 1024 * 1024;

impl Bucket {
    /// Stores the planned video under `key`, from a version of an uploaded object. False if that version is gone; then
    /// nothing is stored. It takes two requests to S3 for each 6 MiB, and two more.
    ///
    /// # Errors
    /// [`MediaError`]. An incomplete object is never visible.
    pub async fn put_video(&self, key: &ObjectKey, plan: &VideoPlan, from: Version<'_>) -> Result<bool, MediaError> {
        let created = self
            .client
            .create_multipart_upload()
            .bucket(&self.name)
            .key(key.as_str())
            .content_type("video/mp4")
            .content_disposition("inline")
            .cache_control(CACHE_CONTROL)
            .checksum_algorithm(ChecksumAlgorithm::Crc32)
            .send()
            .await
            .map_err(|error| MediaError::s3("CreateMultipartUpload", error))?;
        let upload = PartialUpload { bucket: self, key, id: created.upload_id().unwrap_or_default() };
        match upload.send_all(plan, from).await {
            Ok(Some(parts)) => upload.complete(parts).await.map(|()| true),
            Ok(None) => upload.abort().await.map(|()| false),
            Err(error) => {
                if let Err(error) = upload.abort().await {
                    tracing::warn!(error = %error, "an upload in parts was not aborted; the lifecycle rule does it");
                }
                Err(error)
            }
        }
    }
}

/// An upload in parts that is under way.
struct PartialUpload<'a> {
    bucket: &'a Bucket,
    key: &'a ObjectKey,
    id: &'a str,
}

impl PartialUpload<'_> {
    /// Sends all parts; `None` if the version that they come from is gone.
    async fn send_all(&self, plan: &VideoPlan, from: Version<'_>) -> Result<Option<Vec<CompletedPart>>, MediaError> {
        let mut parts = Vec::new();
        let mut buffer = plan.head.to_vec();
        for window in windows(&plan.samples) {
            let Fetched::Bytes(bytes) = self.bucket.fetch_range(from, &window.span).await? else { return Ok(None) };
            for piece in &window.pieces {
                let at = |offset: u64| usize::try_from(offset - window.span.start).unwrap_or(usize::MAX);
                buffer.extend_from_slice(bytes.get(at(piece.start)..at(piece.end)).unwrap_or_default());
            }
            if buffer.len() as u64 >= PART {
                parts.push(self.send(parts.len(), std::mem::take(&mut buffer).into()).await?);
            }
        }
        if !buffer.is_empty() {
            parts.push(self.send(parts.len(), buffer.into()).await?);
        }
        Ok(Some(parts))
    }

    async fn send(&self, before: usize, content: Bytes) -> Result<CompletedPart, MediaError> {
        let number = i32::try_from(before + 1).unwrap_or(i32::MAX);
        let content = [content];
        let checksum = body::crc32(&content);
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT_TIMEOUT).build();
        let sent = self
            .bucket
            .client
            .upload_part()
            .bucket(&self.bucket.name)
            .key(self.key.as_str())
            .upload_id(self.id)
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
        Ok(part.build())
    }

    async fn complete(&self, parts: Vec<CompletedPart>) -> Result<(), MediaError> {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let call = self.bucket.client.complete_multipart_upload().bucket(&self.bucket.name).key(self.key.as_str());
        let completed = call.upload_id(self.id).multipart_upload(parts).send().await;
        completed.map(|_| ()).map_err(|error| MediaError::s3("CompleteMultipartUpload", error))
    }

    async fn abort(&self) -> Result<(), MediaError> {
        let call = self.bucket.client.abort_multipart_upload().bucket(&self.bucket.name).key(self.key.as_str());
        let aborted = call.upload_id(self.id).send().await;
        aborted.map(|_| ()).map_err(|error| MediaError::s3("AbortMultipartUpload", error))
    }
}

/// Pieces of a file that are read in one request.
#[derive(Debug, PartialEq, Eq)]
struct Window {
    span: Range<u64>,
    pieces: Vec<Range<u64>>,
}

/// Divides ranges into windows of at most [`PART`] bytes. What lies between the pieces of a window is read and dropped.
fn windows(ranges: &[Range<u64>]) -> Vec<Window> {
    let mut windows: Vec<Window> = Vec::new();
    for range in ranges {
        let mut start = range.start;
        while start < range.end {
            let open = windows.last_mut().filter(|window| start < window.span.start + PART);
            let first = open.as_ref().map_or(start, |window| window.span.start);
            let piece = start..range.end.min(first + PART);
            start = piece.end;
            match open {
                Some(window) => {
                    window.span.end = piece.end;
                    window.pieces.push(piece);
                }
                None => windows.push(Window { span: piece.clone(), pieces: vec![piece] }),
            }
        }
    }
    windows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_hold_every_byte_of_the_ranges_once_and_in_order() {
        let ranges = [10..20, 30..PART + 40, PART + 50..PART + 60, 4 * PART..7 * PART + 1];
        let windows = windows(&ranges);
        let bytes: u64 = ranges.iter().map(|range| range.end - range.start).sum();
        let pieces: Vec<_> = windows.iter().flat_map(|window| &window.pieces).collect();
        assert_eq!(pieces.iter().map(|piece| piece.end - piece.start).sum::<u64>(), bytes);
        assert!(pieces.is_sorted_by_key(|piece| piece.start));
        for window in &windows {
            assert!(window.span.end - window.span.start <= PART);
            let inside = |piece: &Range<u64>| window.span.start <= piece.start && piece.end <= window.span.end;
            assert!(window.pieces.iter().all(inside));
        }
        assert_eq!(windows.len(), 6);
    }
}
