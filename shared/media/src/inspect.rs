//! Inspection of image and video files, without decoding a pixel.
//!
//! Each format has a walker. It reads the file strictly, from the first byte to the last that belongs to the image, and
//! names the ranges to keep. The kept ranges are returned as slices of the input.
//!
//! No library does this. `img-parts` comes closest and does not copy either, but it needs the file in one piece, keeps
//! a JPEG unchanged from its first scan on (with comments between scans and everything after the image), ignores stray
//! bytes and the order of chunks, and does not know GIF. `imagesize` reads only headers. Decoders (`zune-*`, `image`)
//! spend time and memory on every pixel and cannot write the file back unchanged.

pub(crate) mod error;
mod exif;
pub(crate) mod format;
mod gif;
mod icc;
mod jpeg;
mod kept_ranges;
pub(crate) mod limits;
pub(crate) mod mp4;
mod png;
mod source;
mod walked;
mod webp;

use bytes::Bytes;

use crate::inspect::error::InspectError;
use crate::inspect::format::{ImageFormat, SIGNATURE_LENGTH};
use crate::inspect::limits::MAX_IMAGE_BYTES;
use crate::inspect::source::Source;
use crate::inspect::walked::Walked;

/// An image that is safe to publish: of a known type and size, complete, and without metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CleanImage {
    /// The type of the bytes, whatever type was declared.
    pub format: ImageFormat,
    /// Width in pixels as displayed, after the image's own orientation is applied.
    pub width: u32,
    /// Height in pixels as displayed.
    pub height: u32,
    /// How the file says that it is turned before it is shown, as Exif numbers it: 1 to 8.
    pub orientation: u8,
    /// The pixels that a decoder of the first picture passes over. Each scan of a JPEG passes over them again.
    pub decoded_pixels: u64,
    /// The file, in order. Most parts are slices of the input.
    pub parts: Vec<Bytes>,
    /// The total length of the parts in bytes.
    pub length: u64,
}

/// Checks an image file and removes everything that is not needed to show it. Pixels are neither decoded nor changed.
///
/// `chunks` is the file in order, in as many pieces as it arrived in. `declared_type` is the content type that its
/// sender declared. If it names no type (`image/*`, `application/octet-stream`, nothing), the bytes alone decide.
///
/// # Errors
/// [`InspectError`] when the file is empty, too large, not an image, not of the declared type, malformed, cut off, or
/// has dimensions beyond the limits.
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
    let Walked { width, height, orientation, decoded_pixels, .. } = walked;
    Ok(CleanImage { format, width, height, orientation, decoded_pixels, parts, length })
}

fn detect(source: &Source<'_>) -> Result<ImageFormat, InspectError> {
    let mut start = [0; SIGNATURE_LENGTH];
    let bytes = source.slices(0..SIGNATURE_LENGTH).flatten();
    start.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    ImageFormat::detect(&start).ok_or(InspectError::NotAnImage)
}
