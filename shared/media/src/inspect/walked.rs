//! What the walkers of all image formats share.

use crate::inspect::error::InspectError;
use crate::inspect::format::ImageFormat;
use crate::inspect::kept_ranges::Kept;
use crate::inspect::limits::are_accepted;
use crate::inspect::source::Reader;

/// The bytes of an ICC profile before its signature (ICC.1 §7.2.11).
const ICC_SIGNATURE_OFFSET: usize = 36;

/// The result of a walk through a file.
pub(super) struct Walked<'a> {
    /// Width in pixels as displayed.
    pub(super) width: u32,
    /// Height in pixels as displayed.
    pub(super) height: u32,
    /// The parts of the cleaned file.
    pub(super) kept: Kept<'a>,
}

/// Refuses an image without an area, and one that is too large to be shown.
pub(super) fn check_dimensions(format: ImageFormat, width: u32, height: u32) -> Result<(), InspectError> {
    if are_accepted(width, height) { Ok(()) } else { Err(InspectError::Dimensions { format, width, height }) }
}

/// Whether this begins like an ICC colour profile.
pub(super) fn is_icc_profile(mut data: Reader<'_>) -> bool {
    data.skip(ICC_SIGNATURE_OFFSET).is_ok() && data.starts_with(b"acsp")
}
