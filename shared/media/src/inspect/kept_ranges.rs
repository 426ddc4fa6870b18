//! Collects the ranges of a file that are kept.

use std::ops::Range;

use bytes::Bytes;

use crate::inspect::source::Source;

/// Ranges shorter than this are copied into one buffer, so that a file of many small ranges does not become as many
/// parts.
const MIN_SHARED: usize = 256;

/// Collects the parts of the cleaned file, in their order.
pub(super) struct Kept<'a> {
    source: &'a Source<'a>,
    parts: Vec<Bytes>,
    /// The last range, which grows if its neighbour is added.
    open: Range<usize>,
    /// Small ranges and inserted bytes that are not part of `parts` yet.
    copied: Vec<u8>,
    length: u64,
}

impl<'a> Kept<'a> {
    pub(super) fn new(source: &'a Source<'a>) -> Self {
        Self { source, parts: Vec::new(), open: 0..0, copied: Vec::new(), length: 0 }
    }

    /// Keeps a range of the file. Adjacent ranges are joined.
    pub(super) fn range(&mut self, range: Range<usize>) {
        self.length += range.len() as u64;
        if self.open.end == range.start {
            self.open.end = range.end;
        } else {
            self.close_range();
            self.open = range;
        }
    }

    /// Inserts a few bytes that are not in the file.
    pub(super) fn insert(&mut self, bytes: &[u8]) {
        self.close_range();
        self.length += bytes.len() as u64;
        self.copied.extend_from_slice(bytes);
    }

    /// Appends the parts of another collection.
    pub(super) fn append(&mut self, other: Kept<'_>) {
        self.close_range();
        self.close_copied();
        self.length += other.length;
        self.parts.append(&mut other.finish().0);
    }

    /// The total length so far, in bytes.
    pub(super) fn len(&self) -> u64 {
        self.length
    }

    /// Returns the parts and their total length.
    pub(super) fn finish(mut self) -> (Vec<Bytes>, u64) {
        self.close_range();
        self.close_copied();
        (self.parts, self.length)
    }

    fn close_range(&mut self) {
        let range = std::mem::take(&mut self.open);
        if range.len() < MIN_SHARED {
            self.source.slices(range).for_each(|slice| self.copied.extend_from_slice(slice));
        } else {
            self.close_copied();
            self.parts.extend(self.source.shared(range));
        }
    }

    fn close_copied(&mut self) {
        if !self.copied.is_empty() {
            self.parts.push(std::mem::take(&mut self.copied).into());
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn large_ranges_are_shared_and_small_ones_copied() {
        let chunks = [Bytes::from(vec![1_u8; 600]), Bytes::from(vec![2_u8; 600])];
        let source = Source::new(&chunks);
        let mut kept = Kept::new(&source);
        kept.range(0..300);
        kept.range(300..400);
        kept.range(500..502);
        kept.insert(&[9, 9]);
        kept.range(598..602);
        kept.range(700..1200);
        let (parts, length) = kept.finish();
        let lengths: Vec<usize> = parts.iter().map(Bytes::len).collect();
        assert_eq!(lengths, [400, 8, 500]);
        assert_eq!(length, 908);
        assert_eq!(parts.get(1).unwrap().as_ref(), [1, 1, 9, 9, 1, 1, 2, 2]);
        assert_eq!(parts.first().unwrap().as_ptr(), chunks[0].as_ptr());
    }

    #[test]
    fn a_range_over_several_chunks_is_one_part_per_chunk() {
        let chunks = [Bytes::from(vec![1_u8; 600]), Bytes::from(vec![2_u8; 600])];
        let source = Source::new(&chunks);
        let mut kept = Kept::new(&source);
        kept.range(0..1200);
        let (parts, length) = kept.finish();
        assert_eq!((parts.as_slice(), length), (chunks.as_slice(), 1200));
    }

    #[test]
    fn appending_keeps_the_order() {
        let chunks = [Bytes::from((0..=255).cycle().take(2000).collect::<Vec<u8>>())];
        let source = Source::new(&chunks);
        let mut body = Kept::new(&source);
        body.range(1000..1300);
        let mut all = Kept::new(&source);
        all.range(0..3);
        all.append(body);
        all.insert(b"x");
        assert_eq!(all.len(), 304);
        let joined: Vec<u8> = all.finish().0.into_iter().flatten().collect();
        let expected: Vec<u8> = [&chunks[0][0..3], &chunks[0][1000..1300], b"x"].concat();
        assert_eq!(joined, expected);
    }
}
