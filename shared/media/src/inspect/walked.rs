//! What the walkers of all image formats share.

use crate::inspect::error::InspectError;
use crate::inspect::format::ImageFormat;
use crate::inspect::kept_ranges::Kept;
use crate::inspect::limits::{MAX_FRAMES, are_accepted};

/// The result of a walk through a file.
pub(super) struct Walked<'a> {
    /// Width in pixels as displayed.
    pub(super) width: u32,
    /// Height in pixels as displayed.
    pub(super) height: u32,
    /// How it is turned before it is shown, as Exif numbers it: 1 to 8.
    pub(super) orientation: u8,
    /// The pixels that a decoder of the first picture passes over.
    pub(super) decoded_pixels: u64,
    /// The parts of the cleaned file.
    pub(super) kept: Kept<'a>,
}

/// The pixels of a picture with these sides.
pub(super) fn area(width: u32, height: u32) -> u64 {
    u64::from(width) * u64::from(height)
}

/// Refuses an animation that would take a viewer minutes to decode.
pub(super) fn check_frames(format: ImageFormat, frames: u32) -> Result<(), InspectError> {
    if frames <= MAX_FRAMES { Ok(()) } else { Err(InspectError::TooManyFrames { format }) }
}

/// Refuses an image without an area, and one that is too large to be shown.
pub(super) fn check_dimensions(format: ImageFormat, width: u32, height: u32) -> Result<(), InspectError> {
    if are_accepted(width, height) { Ok(()) } else { Err(InspectError::Dimensions { format, width, height }) }
}
