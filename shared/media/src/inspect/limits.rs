//! Limits of the files that are accepted.

/// The most bytes of an image. A request holds fewer.
pub const MAX_IMAGE_BYTES: u64 = 20 * 1024 * 1024;
/// The longest side of an image or video, in pixels.
pub const MAX_IMAGE_SIDE: u32 = 16_384;
/// The largest area of an image or video, in pixels.
pub const MAX_IMAGE_PIXELS: u64 = 50_000_000;
/// The most frames of an animation.
pub const MAX_FRAMES: u32 = 2_000;
/// The most scans of a JPEG. Encoders of progressive ones write 10 to 20.
pub const MAX_SCANS: u32 = 100;
/// The most pixels that the scans of a JPEG pass over together. A decoder visits every block of each scan, however few
/// bytes the scan has: without this bound 160 KB could keep it at work for minutes. A progressive photo of 50
/// megapixels in three colours needs 750 million.
pub const MAX_SCANNED_PIXELS: u64 = 800_000_000;
/// The most bytes of a video.
pub const MAX_VIDEO_BYTES: u64 = 512 * 1024 * 1024;
/// The longest duration of a video, in seconds.
pub const MAX_VIDEO_SECONDS: u64 = 140;

/// Whether both sides and the area are within the limits, and neither is zero.
pub(super) fn are_accepted(width: u32, height: u32) -> bool {
    let sides = 1..=MAX_IMAGE_SIDE;
    let area = u64::from(width) * u64::from(height);
    sides.contains(&width) && sides.contains(&height) && area <= MAX_IMAGE_PIXELS
}
