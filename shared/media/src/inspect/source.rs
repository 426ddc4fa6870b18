//! Reads a file that arrived in several pieces as if it were one.

use std::cell::Cell;
use std::ops::Range;

use bytes::Bytes;

use crate::inspect::error::InspectError;
use crate::inspect::format::ImageFormat;

/// The bytes of a file in the pieces in which they arrived.
pub(super) struct Source<'a> {
    /// Each piece with the offset of its first byte.
    chunks: Vec<(usize, &'a Bytes)>,
    length: usize,
    /// The chunk that was read last: the next byte is nearly always in it too.
    latest: Cell<usize>,
}

impl<'a> Source<'a> {
    pub(super) fn new(chunks: &'a [Bytes]) -> Self {
        let mut length = 0_usize;
        let mut placed = Vec::with_capacity(chunks.len());
        for chunk in chunks.iter().filter(|chunk| !chunk.is_empty()) {
            placed.push((length, chunk));
            length = length.saturating_add(chunk.len());
        }
        Self { chunks: placed, length, latest: Cell::new(0) }
    }

    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// The chunks from the one that contains `offset` to the last.
    fn chunks_from(&self, offset: usize) -> &[(usize, &'a Bytes)] {
        let holds = |(start, chunk): &(usize, &Bytes)| offset.checked_sub(*start).is_some_and(|at| at < chunk.len());
        if !self.chunks.get(self.latest.get()).is_some_and(holds) {
            let after = self.chunks.partition_point(|(start, _)| *start <= offset);
            self.latest.set(after.saturating_sub(1));
        }
        self.chunks.get(self.latest.get()..).unwrap_or_default()
    }

    /// The pieces of `range`: for each chunk, the part of it.
    fn pieces(&self, range: Range<usize>) -> impl Iterator<Item = (&'a Bytes, Range<usize>)> {
        let chunks = self.chunks_from(range.start).iter();
        chunks.take_while(move |(start, _)| *start < range.end).filter_map(move |(start, chunk)| {
            let from = range.start.saturating_sub(*start);
            let to = range.end.saturating_sub(*start).min(chunk.len());
            (from < to).then_some((*chunk, from..to))
        })
    }

    /// The bytes of `range` as borrowed slices.
    pub(super) fn slices(&self, range: Range<usize>) -> impl Iterator<Item = &'a [u8]> {
        self.pieces(range).filter_map(|(chunk, inner)| chunk.get(inner))
    }

    /// The bytes of `range` as counted references, without a copy.
    pub(super) fn shared(&self, range: Range<usize>) -> impl Iterator<Item = Bytes> {
        self.pieces(range).map(|(chunk, inner)| chunk.slice(inner))
    }

    /// The `N` bytes at `offset`; `None` if the file is shorter.
    pub(super) fn array<const N: usize>(&self, offset: usize) -> Option<[u8; N]> {
        let (start, chunk) = self.chunks_from(offset).first()?;
        let tail = chunk.get(offset.checked_sub(*start)?..)?;
        tail.first_chunk().copied().or_else(|| self.split_array(offset))
    }

    /// The `N` bytes at `offset`, which may be in several chunks.
    fn split_array<const N: usize>(&self, offset: usize) -> Option<[u8; N]> {
        let mut array = [0; N];
        let mut free = array.as_mut_slice();
        for slice in self.slices(offset..offset.checked_add(N)?) {
            let (now, later) = free.split_at_mut_checked(slice.len())?;
            now.copy_from_slice(slice);
            free = later;
        }
        free.is_empty().then_some(array)
    }
}

/// Reads a part of a file from its beginning to its end. A read past the end is an error.
pub(super) struct Reader<'a> {
    source: &'a Source<'a>,
    format: ImageFormat,
    position: usize,
    end: usize,
}

impl<'a> Reader<'a> {
    /// Reads the whole file.
    pub(super) fn new(source: &'a Source<'a>, format: ImageFormat) -> Self {
        Self { source, format, position: 0, end: source.len() }
    }

    /// A reader of a range that this reader returned.
    pub(super) fn within(&self, range: &Range<usize>) -> Self {
        Self { source: self.source, format: self.format, position: range.start, end: range.end.min(self.end) }
    }

    /// A reader from here to the end, which leaves this one where it is.
    pub(super) fn ahead(&self) -> Self {
        self.within(&(self.position..self.end))
    }

    pub(super) fn position(&self) -> usize {
        self.position
    }

    /// The number of bytes left.
    pub(super) fn length(&self) -> usize {
        self.end.saturating_sub(self.position)
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.position >= self.end
    }

    /// Skips `length` bytes and returns their range.
    pub(super) fn skip(&mut self, length: usize) -> Result<Range<usize>, InspectError> {
        let start = self.position;
        let end = start.checked_add(length).filter(|end| *end <= self.source.len()).ok_or_else(|| self.truncated())?;
        if end > self.end {
            return Err(self.malformed(start, "something reaches past the end of what holds it"));
        }
        self.position = end;
        Ok(start..end)
    }

    /// The next `N` bytes.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], InspectError> {
        let range = self.skip(N)?;
        self.source.array(range.start).ok_or_else(|| self.truncated())
    }

    /// The next byte.
    pub(super) fn byte(&mut self) -> Result<u8, InspectError> {
        let [byte] = self.array()?;
        Ok(byte)
    }

    /// A copy of all that is left; empty if that is more than `most` bytes.
    pub(super) fn copied(&self, most: usize) -> Vec<u8> {
        if self.length() > most {
            return Vec::new();
        }
        self.source.slices(self.position..self.end).flatten().copied().collect()
    }

    /// Whether the next bytes are these. Reads nothing.
    pub(super) fn starts_with<const N: usize>(&self, expected: &[u8; N]) -> bool {
        self.length() >= N && self.source.array::<N>(self.position).as_ref() == Some(expected)
    }

    /// The error of a file that ends too early.
    pub(super) fn truncated(&self) -> InspectError {
        InspectError::Truncated { format: self.format, offset: self.position }
    }

    /// The error of a file that breaks a rule.
    pub(super) fn malformed(&self, offset: usize, reason: &'static str) -> InspectError {
        InspectError::Malformed { format: self.format, offset, reason }
    }

    /// Returns an error unless the rule holds.
    pub(super) fn require(&self, holds: bool, offset: usize, reason: &'static str) -> Result<(), InspectError> {
        if holds { Ok(()) } else { Err(self.malformed(offset, reason)) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn chunks() -> Vec<Bytes> {
        ["ab", "", "c", "defg"].map(Bytes::from).to_vec()
    }

    #[test]
    fn ranges_cross_chunks() {
        let chunks = chunks();
        let source = Source::new(&chunks);
        for start in 0..=7 {
            for end in start..=7 {
                let joined: Vec<u8> = source.slices(start..end).flatten().copied().collect();
                assert_eq!(Some(joined.as_slice()), b"abcdefg".get(start..end));
                let shared: Vec<u8> = source.shared(start..end).flatten().collect();
                assert_eq!(shared, joined);
            }
        }
    }

    #[test]
    fn arrays_are_whole_or_not_at_all() {
        let chunks = chunks();
        let source = Source::new(&chunks);
        assert_eq!(source.array(1), Some(*b"bcd"));
        assert_eq!(source.array(4), Some(*b"efg"));
        assert_eq!(source.array::<4>(4), None);
        assert_eq!(source.array::<1>(7), None);
        assert_eq!(source.array::<1>(usize::MAX), None);
    }

    #[test]
    fn a_reader_stops_at_its_end_and_at_the_end_of_the_file() {
        let chunks = chunks();
        let source = Source::new(&chunks);
        let mut file = Reader::new(&source, ImageFormat::Gif);
        let head = file.skip(3).unwrap();
        let mut inner = file.within(&head);
        assert_eq!(inner.array().unwrap(), *b"abc");
        assert!(inner.is_at_end());
        assert!(matches!(inner.byte(), Err(InspectError::Malformed { offset: 3, .. })));
        assert!(matches!(file.skip(5), Err(InspectError::Truncated { offset: 3, .. })));
        assert!(file.starts_with(b"defg"));
        assert!(!file.starts_with(b"defgh"));
    }
}
