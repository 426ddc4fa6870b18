//! Inspection of image files without decoding a pixel.
//!
//! Each format has a walker that reads its container strictly, from the first byte to the last that belongs to the image, and names
//! the ranges worth keeping. What is kept is handed on as slices of the bytes that came in.
//!
//! Why no library does this. `img-parts` comes closest and copies nothing either, but it wants the file in one piece,
//! takes everything from a JPEG's first scan on as it is (comments between scans and whatever follows the picture
//! included), passes over stray bytes and the order of chunks, and has no GIF. `imagesize` reads headers and never looks at
//! the rest. Decoders (`zune-*`, `image`) spend time and memory on every pixel and cannot write the file back unchanged.

mod error;
mod exif;
mod format;
mod gif;
mod jpeg;
mod keep;
mod mp4;
mod png;
mod source;
mod webp;

pub use error::InspectError;
pub use format::ImageFormat;
pub use mp4::{CleanVideo, MAX_VIDEO_BYTES, MAX_VIDEO_SECONDS, VideoError, inspect_video};

use bytes::Bytes;
use format::SIGNATURE_LENGTH;
use keep::Kept;
use source::Source;

/// The largest image that is taken, in bytes.
pub const MAX_IMAGE_BYTES: u64 = 5 * 1024 * 1024;
/// The longest side an image may have, in pixels.
pub const MAX_IMAGE_SIDE: u32 = 16_384;
/// The largest area an image may have, in pixels.
pub const MAX_IMAGE_PIXELS: u64 = 100_000_000;

/// An image that is safe to publish: of a known type and size, whole, and free of metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CleanImage {
    /// What the bytes are, whatever type was declared.
    pub format: ImageFormat,
    /// Width in pixels as it is displayed, that is after the image's own orientation has been applied.
    pub width: u32,
    /// Height in pixels as it is displayed.
    pub height: u32,
    /// The file, in order; most parts are slices of the bytes that came in.
    pub parts: Vec<Bytes>,
    /// The sum of the parts' lengths.
    pub length: u64,
}

/// Checks a file and takes out everything that is not needed to show it.
///
/// `chunks` is the file in order, in as many pieces as it arrived; `declared_type` is the content type its sender gave it. No
/// claim, an empty one or `application/octet-stream` means that the bytes alone decide. The pixels are neither decoded nor changed.
///
/// # Errors
///
/// [`InspectError`], when the file is empty, too large, no image, not what it claims to be, malformed, cut off, or of an absurd size.
pub fn inspect(chunks: &[Bytes], declared_type: Option<&str>) -> Result<CleanImage, InspectError> {
    let source = Source::new(chunks);
    let size = source.len() as u64;
    if size == 0 {
        return Err(InspectError::Empty);
    }
    if size > MAX_IMAGE_BYTES {
        return Err(InspectError::TooLarge { size, limit: MAX_IMAGE_BYTES });
    }
    let format = detect(&source)?;
    if !format.agrees_with(declared_type) {
        return Err(InspectError::type_mismatch(declared_type, format));
    }
    let walked = match format {
        ImageFormat::Jpeg => jpeg::walk(&source),
        ImageFormat::Png => png::walk(&source),
        ImageFormat::Gif => gif::walk(&source),
        ImageFormat::WebP => webp::walk(&source),
    }?;
    let (parts, length) = walked.kept.finish();
    Ok(CleanImage { format, width: walked.width, height: walked.height, parts, length })
}

/// What a format's walker finds.
struct Walked<'a> {
    width: u32,
    height: u32,
    kept: Kept<'a>,
}

fn detect(source: &Source<'_>) -> Result<ImageFormat, InspectError> {
    let mut start = [0; SIGNATURE_LENGTH];
    let bytes = source.slices(0..SIGNATURE_LENGTH).flatten();
    start.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    ImageFormat::detect(&start).ok_or(InspectError::NotAnImage)
}

/// Refuses pictures without an area and those that nobody could show.
fn check_dimensions(format: ImageFormat, width: u32, height: u32) -> Result<(), InspectError> {
    let sides = 1..=MAX_IMAGE_SIDE;
    let area = u64::from(width) * u64::from(height);
    if sides.contains(&width) && sides.contains(&height) && area <= MAX_IMAGE_PIXELS {
        Ok(())
    } else {
        Err(InspectError::Dimensions { format, width, height })
    }
}
