//! Segments.

use std::ops::Range;

/// A marker with its data.
pub(super) struct Segment {
    /// The marker's code.
    pub(super) code: u8,
    /// From the marker to the end of the data.
    pub(super) whole: Range<usize>,
    pub(super) data: Range<usize>,
}
