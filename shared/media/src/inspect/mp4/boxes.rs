//! Boxes one after the other, and what becomes of those that nobody needs.

use std::ops::Range;

use bytes::Bytes;

use super::VideoError;
use crate::inspect::keep::Kept;
use crate::inspect::source::Source;

/// A box.
pub(super) struct Found {
    /// Its four letters.
    pub(super) kind: [u8; 4],
    /// Where it begins.
    pub(super) start: usize,
    /// What it holds.
    pub(super) body: Range<usize>,
}

/// The boxes of a file or of a box, in order.
pub(super) struct Boxes<'a> {
    source: &'a Source<'a>,
    position: usize,
    end: usize,
    /// Only in the file itself a box may say that it goes to the end.
    is_file: bool,
}

impl<'a> Boxes<'a> {
    pub(super) fn of_file(source: &'a Source<'a>) -> Self {
        Self { source, position: 0, end: source.len(), is_file: true }
    }

    pub(super) fn within(source: &'a Source<'a>, body: &Range<usize>) -> Self {
        Self { source, position: body.start, end: body.end, is_file: false }
    }

    /// The next box; none at the end.
    pub(super) fn next_box(&mut self) -> Result<Option<Found>, VideoError> {
        let start = self.position;
        if start >= self.end {
            return Ok(None);
        }
        let malformed = |reason| VideoError::Malformed { offset: start, reason };
        let cut = || malformed("a box reaches past the end of what holds it");
        let [a, b, c, d, kind @ ..] = self.source.array::<8>(start).ok_or_else(cut)?;
        let (header, size) = match u32::from_be_bytes([a, b, c, d]) {
            0 if self.is_file => (8, (self.end - start) as u64),
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
        Ok(Some(Found { kind, start, body: start + header..end }))
    }
}

/// No program writes so many boxes that nobody needs.
const MAX_BLANKS: usize = 4_096;
const ZEROS: [u8; 4_096] = [0; 4_096];

/// What is overwritten.
#[derive(Default)]
pub(super) struct Blanks {
    ranges: Vec<(Range<usize>, Instead)>,
    too_many: bool,
}

/// What stands in the place of a range; it is as long.
enum Instead {
    Free,
    Zeros,
}

impl Blanks {
    /// A box that nobody needs becomes a `free` one.
    pub(super) fn whole(&mut self, found: &Found) {
        // The type stands in the four bytes behind the size.
        let at = found.start + 4;
        self.push(at..at + 4, Instead::Free);
        self.zeros(found.body.clone());
    }

    /// Bytes that say nothing any more.
    pub(super) fn zeros(&mut self, range: Range<usize>) {
        if !range.is_empty() {
            self.push(range, Instead::Zeros);
        }
    }

    fn push(&mut self, range: Range<usize>, instead: Instead) {
        self.too_many |= self.ranges.len() >= MAX_BLANKS;
        if !self.too_many {
            self.ranges.push((range, instead));
        }
    }

    /// The file with them.
    pub(super) fn apply(mut self, source: &Source<'_>) -> Result<(Vec<Bytes>, u64), VideoError> {
        if self.too_many {
            return Err(VideoError::Malformed { offset: 0, reason: "too many boxes" });
        }
        self.ranges.sort_by_key(|(range, _)| range.start);
        let mut kept = Kept::new(source);
        let mut position = 0;
        for (range, instead) in self.ranges {
            kept.range(position..range.start);
            position = range.end;
            match instead {
                Instead::Free => kept.insert(b"free"),
                Instead::Zeros => insert_zeros(&mut kept, range.len()),
            }
        }
        kept.range(position..source.len());
        Ok(kept.finish())
    }
}

fn insert_zeros(kept: &mut Kept<'_>, mut length: usize) {
    while length > 0 {
        let zeros = ZEROS.get(..length).unwrap_or(&ZEROS);
        kept.insert(zeros);
        length -= zeros.len();
    }
}
