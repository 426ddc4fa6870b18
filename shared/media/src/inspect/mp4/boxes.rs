//! Reads boxes, and blanks those that are not needed.

use std::ops::Range;

use crate::inspect::mp4::error::VideoError;
use crate::inspect::source::Source;

/// A box of the file.
pub(super) struct Mp4Box {
    /// The type: four letters.
    pub(super) kind: [u8; 4],
    /// The position of its first byte.
    pub(super) start: usize,
    /// The range of its content.
    pub(super) body: Range<usize>,
}

/// Iterates over the boxes within a box.
pub(super) struct Boxes<'a> {
    source: &'a Source<'a>,
    position: usize,
    end: usize,
}

impl<'a> Boxes<'a> {
    pub(super) fn within(source: &'a Source<'a>, body: &Range<usize>) -> Self {
        Self { source, position: body.start, end: body.end }
    }

    /// The bytes that are left.
    pub(super) fn length(&self) -> usize {
        self.end.saturating_sub(self.position)
    }

    /// The next box; `None` at the end.
    pub(super) fn next_box(&mut self) -> Result<Option<Mp4Box>, VideoError> {
        let start = self.position;
        if start >= self.end {
            return Ok(None);
        }
        let malformed = |reason| VideoError::Malformed { offset: start, reason };
        let cut = || malformed("a box reaches past the end of what holds it");
        let [a, b, c, d, kind @ ..] = self.source.array::<8>(start).ok_or_else(cut)?;
        let (header, size) = match u32::from_be_bytes([a, b, c, d]) {
            1 => (16, u64::from_be_bytes(self.source.array(start + 8).ok_or_else(cut)?)),
            size => (8, u64::from(size)),
        };
        if size < header {
            return Err(malformed("a box is smaller than its own header"));
        }
        let end = usize::try_from(size).ok().and_then(|size| start.checked_add(size)).filter(|end| *end <= self.end);
        let end = end.ok_or_else(cut)?;
        self.position = end;
        let header = if header == 16 { 16 } else { 8 };
        Ok(Some(Mp4Box { kind, start, body: start + header..end }))
    }
}

/// The most ranges to blank. No program writes as many unneeded boxes.
const MAX_BLANKS: usize = 4_096;

/// The ranges of the file to blank.
#[derive(Default)]
pub(super) struct Blanks {
    ranges: Vec<(Range<usize>, Replacement)>,
    too_many: bool,
}

/// The new content of a range, of the same length.
enum Replacement {
    Free,
    Zeros,
}

impl Blanks {
    /// Turns a box into a `free` box.
    pub(super) fn blank_box(&mut self, found: &Mp4Box) {
        // The type follows the four bytes of the size.
        let at = found.start + 4;
        self.push(at..at + 4, Replacement::Free);
        self.zeros(found.body.clone());
    }

    /// Overwrites what a box holds after its first `length` bytes.
    pub(super) fn tail(&mut self, found: &Mp4Box, length: usize) {
        self.zeros(found.body.start.saturating_add(length).min(found.body.end)..found.body.end);
    }

    /// Overwrites a part of a box's content, as far as the box has it.
    pub(super) fn zeros_within(&mut self, found: &Mp4Box, part: Range<usize>) {
        let at = |offset: usize| found.body.start.saturating_add(offset).min(found.body.end);
        self.zeros(at(part.start)..at(part.end));
    }

    /// Overwrites a range with zeros.
    pub(super) fn zeros(&mut self, range: Range<usize>) {
        if !range.is_empty() {
            self.push(range, Replacement::Zeros);
        }
    }

    fn push(&mut self, range: Range<usize>, replacement: Replacement) {
        self.too_many |= self.ranges.len() >= MAX_BLANKS;
        if !self.too_many {
            self.ranges.push((range, replacement));
        }
    }

    /// Returns the blanked boxes.
    pub(super) fn apply(self, source: &Source<'_>) -> Result<Vec<u8>, VideoError> {
        if self.too_many {
            return Err(VideoError::Malformed { offset: 0, reason: "too many boxes" });
        }
        let mut bytes: Vec<u8> = source.slices(0..source.len()).flatten().copied().collect();
        for (range, replacement) in self.ranges {
            let Some(part) = bytes.get_mut(range) else { continue };
            match replacement {
                Replacement::Free => part.copy_from_slice(b"free"),
                Replacement::Zeros => part.fill(0),
            }
        }
        Ok(bytes)
    }
}
