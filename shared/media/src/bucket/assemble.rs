//! Writes a video from the ranges of another object, in parts: the file is never in memory as a whole.

use std::ops::Range;

use aws_sdk_s3::operation::create_multipart_upload::builders::CreateMultipartUploadFluentBuilder;

use crate::bucket::checked::{Fetched, Version};
use crate::bucket::error::MediaError;
use crate::bucket::in_parts::{PART, PartialUpload};
use crate::bucket::{Bucket, CACHE_CONTROL};
use crate::inspect::mp4::VideoPlan;
use crate::keys::object_key::ObjectKey;

/// The bytes of a window.
const WINDOW: u64 = PART as u64;

impl Bucket {
    /// Stores the planned video under `key`, from a version of an uploaded object. False if that version is gone; then
    /// nothing is stored. It takes two requests to S3 for each 6 MiB, and two more.
    ///
    /// # Errors
    /// [`MediaError`]. An incomplete object is never visible.
    pub async fn put_video(&self, key: &ObjectKey, plan: &VideoPlan, from: Version<'_>) -> Result<bool, MediaError> {
        let describe = |call: CreateMultipartUploadFluentBuilder| {
            call.content_type("video/mp4").content_disposition("inline").cache_control(CACHE_CONTROL)
        };
        let mut upload = self.begin_in_parts(key.as_str(), describe).await?;
        match send_all(&mut upload, self, plan, from).await {
            Ok(true) => upload.complete().await.map(|()| true),
            Ok(false) => upload.abort().await.map(|()| false),
            Err(error) => {
                upload.give_up().await;
                Err(error)
            }
        }
    }
}

/// Sends all parts; false if the version that they come from is gone.
async fn send_all(
    upload: &mut PartialUpload<'_>,
    bucket: &Bucket,
    plan: &VideoPlan,
    from: Version<'_>,
) -> Result<bool, MediaError> {
    let mut buffer = plan.head.to_vec();
    for window in windows(&plan.samples) {
        let Fetched::Bytes(bytes) = bucket.fetch_range(from, &window.span).await? else { return Ok(false) };
        for piece in &window.pieces {
            let at = |offset: u64| usize::try_from(offset - window.span.start).unwrap_or(usize::MAX);
            buffer.extend_from_slice(bytes.get(at(piece.start)..at(piece.end)).unwrap_or_default());
        }
        if buffer.len() >= PART {
            upload.send(std::mem::take(&mut buffer).into()).await?;
        }
    }
    if !buffer.is_empty() {
        upload.send(buffer.into()).await?;
    }
    Ok(true)
}

/// Pieces of a file that are read in one request.
#[derive(Debug, PartialEq, Eq)]
struct Window {
    span: Range<u64>,
    pieces: Vec<Range<u64>>,
}

/// Divides ranges into windows of at most [`WINDOW`] bytes. What lies between the pieces of a window is read and
/// dropped.
fn windows(ranges: &[Range<u64>]) -> Vec<Window> {
    let mut windows: Vec<Window> = Vec::new();
    for range in ranges {
        let mut start = range.start;
        while start < range.end {
            let open = windows.last_mut().filter(|window| start < window.span.start + WINDOW);
            let first = open.as_ref().map_or(start, |window| window.span.start);
            let piece = start..range.end.min(first + WINDOW);
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
        let ranges = [10..20, 30..WINDOW + 40, WINDOW + 50..WINDOW + 60, 4 * WINDOW..7 * WINDOW + 1];
        let windows = windows(&ranges);
        let bytes: u64 = ranges.iter().map(|range| range.end - range.start).sum();
        let pieces: Vec<_> = windows.iter().flat_map(|window| &window.pieces).collect();
        assert_eq!(pieces.iter().map(|piece| piece.end - piece.start).sum::<u64>(), bytes);
        assert!(pieces.is_sorted_by_key(|piece| piece.start));
        for window in &windows {
            assert!(window.span.end - window.span.start <= WINDOW);
            let inside = |piece: &Range<u64>| window.span.start <= piece.start && piece.end <= window.span.end;
            assert!(window.pieces.iter().all(inside));
        }
        assert_eq!(windows.len(), 6);
    }
}
