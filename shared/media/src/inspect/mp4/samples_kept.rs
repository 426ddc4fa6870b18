//! Where the samples of a track lie in the file, by its tables (ISO/IEC 14496-12 §8.6, §8.7), and where they will lie.

use std::ops::Range;

use crate::inspect::mp4::boxes::{Boxes, Mp4Box};
use crate::inspect::mp4::error::VideoError;
use crate::inspect::source::Source;

/// The most samples of all tracks: 140 seconds have 17,000 pictures at 120 a second, and 13,000 pieces of sound.
const MAX_SAMPLES: u64 = 1_000_000;
/// The most chunks of all tracks.
const MAX_CHUNKS: usize = 200_000;

/// The first box of this kind among those of a range.
pub(super) fn child(source: &Source<'_>, body: &Range<usize>, kind: &[u8; 4]) -> Option<Mp4Box> {
    let mut boxes = Boxes::within(source, body);
    while let Ok(Some(found)) = boxes.next_box() {
        if found.kind == *kind {
            return Some(found);
        }
    }
    None
}

/// The box at the end of a path below a range.
pub(super) fn descendant(source: &Source<'_>, body: &Range<usize>, path: &[&[u8; 4]]) -> Option<Mp4Box> {
    let (last, above) = path.split_last()?;
    let mut body = body.clone();
    for kind in above {
        body = child(source, &body, kind)?.body;
    }
    child(source, &body, last)
}

/// The table of the positions of a track's chunks.
pub(super) struct ChunkOffsets {
    /// The position of the first entry in `moov`.
    pub(super) start: usize,
    pub(super) count: usize,
    /// The bytes of an entry: 4 or 8.
    pub(super) width: usize,
}

impl ChunkOffsets {
    /// Reads the table in `stbl`.
    fn of(source: &Source<'_>, stbl: &Range<usize>) -> Option<Self> {
        let (found, width) = match child(source, stbl, b"stco") {
            Some(found) => (found, 4),
            None => (child(source, stbl, b"co64")?, 8),
        };
        let count = usize::try_from(u32_at(source, found.body.start + 4)?).ok()?;
        let start = found.body.start + 8;
        (start + count.checked_mul(width)? <= found.body.end).then_some(Self { start, count, width })
    }

    fn get(&self, source: &Source<'_>, place: usize) -> Option<u64> {
        let at = self.start + place * self.width;
        if self.width == 4 { u32_at(source, at).map(u64::from) } else { source.array(at).map(u64::from_be_bytes) }
    }
}

/// The sizes of a track's samples.
enum Sizes {
    Same {
        size: u64,
        count: u64,
    },
    /// `bits` is 4, 8, 16 or 32.
    Table {
        start: usize,
        bits: usize,
        count: u64,
    },
}

impl Sizes {
    fn of(source: &Source<'_>, stbl: &Range<usize>) -> Option<Self> {
        if let Some(found) = child(source, stbl, b"stsz") {
            let (size, count) = (u32_at(source, found.body.start + 4)?, u32_at(source, found.body.start + 8)?);
            return match size {
                0 => Self::table(&found, 32, count),
                size => Some(Self::Same { size: size.into(), count: count.into() }),
            };
        }
        let found = child(source, stbl, b"stz2")?;
        let [.., bits] = source.array::<4>(found.body.start + 4)?;
        let count = u32_at(source, found.body.start + 8)?;
        [4, 8, 16].contains(&bits).then(|| Self::table(&found, bits.into(), count))?
    }

    fn table(found: &Mp4Box, bits: usize, count: u32) -> Option<Self> {
        let start = found.body.start + 12;
        let bytes = usize::try_from(count).ok()?.checked_mul(bits)?.div_ceil(8);
        (start + bytes <= found.body.end).then_some(Self::Table { start, bits, count: count.into() })
    }

    fn count(&self) -> u64 {
        match self {
            Self::Same { count, .. } | Self::Table { count, .. } => *count,
        }
    }

    fn get(&self, source: &Source<'_>, sample: u64) -> Option<u64> {
        match self {
            Self::Same { size, .. } => Some(*size),
            Self::Table { start, bits, .. } => {
                let sample = usize::try_from(sample).ok()?;
                match bits {
                    4 => {
                        let [pair] = source.array(start + sample / 2)?;
                        Some(u64::from(if sample.is_multiple_of(2) { pair >> 4 } else { pair & 15 }))
                    }
                    8 => source.array(start + sample).map(|[size]| u64::from(size)),
                    16 => source.array(start + sample * 2).map(|size| u64::from(u16::from_be_bytes(size))),
                    _ => u32_at(source, start + sample * 4).map(u64::from),
                }
            }
        }
    }
}

/// The samples of the kept tracks.
#[derive(Default)]
pub(super) struct Samples {
    /// The tables of positions, to be rewritten.
    pub(super) offsets: Vec<ChunkOffsets>,
    /// Where chunks lie in the file.
    chunks: Vec<Range<u64>>,
    count: u64,
}

impl Samples {
    /// Reads the tables in the `stbl` of a track.
    pub(super) fn read(&mut self, source: &Source<'_>, stbl: &Mp4Box) -> Result<(), VideoError> {
        let broken = || VideoError::Malformed { offset: stbl.start, reason: "the tables of samples do not fit" };
        let offsets = ChunkOffsets::of(source, &stbl.body).ok_or_else(broken)?;
        let sizes = Sizes::of(source, &stbl.body).ok_or_else(broken)?;
        let runs = child(source, &stbl.body, b"stsc").ok_or_else(broken)?;
        self.count = self.count.saturating_add(sizes.count());
        if self.count > MAX_SAMPLES || self.chunks.len().saturating_add(offsets.count) > MAX_CHUNKS {
            return Err(VideoError::Malformed { offset: stbl.start, reason: "too many samples" });
        }
        let run_count =
            usize::try_from(u32_at(source, runs.body.start + 4).ok_or_else(broken)?).map_err(|_| broken())?;
        let run = |place: usize| {
            let at = runs.body.start + 8 + place * 12;
            (place < run_count && at + 12 <= runs.body.end)
                .then(|| Some((usize::try_from(u32_at(source, at)?).ok()?, u32_at(source, at + 4)?)))
                .flatten()
        };
        let (mut place, mut sample) = (0, 0_u64);
        let (mut first, mut in_chunk) = run(0).unwrap_or((1, 0));
        if first != 1 && offsets.count > 0 {
            return Err(broken());
        }
        for chunk in 0..offsets.count {
            // Runs name their first chunk, counted from one.
            while let Some((next, samples)) = run(place + 1).filter(|(next, _)| *next <= chunk + 1) {
                if next <= first {
                    return Err(broken());
                }
                (place, first, in_chunk) = (place + 1, next, samples);
            }
            let mut length = 0_u64;
            for _ in 0..in_chunk {
                if sample >= sizes.count() {
                    return Err(broken());
                }
                length = length.saturating_add(sizes.get(source, sample).ok_or_else(broken)?);
                sample += 1;
            }
            let start = offsets.get(source, chunk).ok_or_else(broken)?;
            self.chunks.push(start..start.checked_add(length).ok_or_else(broken)?);
        }
        if sample != sizes.count() || sample == 0 {
            return Err(broken());
        }
        self.offsets.push(offsets);
        Ok(())
    }

    /// The ranges of the file that hold samples, in order and without overlaps. All of them must lie in `data`.
    pub(super) fn ranges(&self, data: &[Range<u64>]) -> Result<Vec<Range<u64>>, VideoError> {
        let mut chunks = self.chunks.clone();
        chunks.sort_unstable_by_key(|chunk| chunk.start);
        let mut kept: Vec<Range<u64>> = Vec::new();
        for chunk in chunks {
            // The boxes of the data lie in order too.
            let after = data.partition_point(|data| data.start <= chunk.start);
            let inside = after.checked_sub(1).and_then(|at| data.get(at)).is_some_and(|data| chunk.end <= data.end);
            if !inside {
                let offset = usize::try_from(chunk.start).unwrap_or(usize::MAX);
                return Err(VideoError::Malformed { offset, reason: "samples lie outside of the data" });
            }
            match kept.last_mut() {
                Some(last) if chunk.start <= last.end => last.end = last.end.max(chunk.end),
                _ => kept.push(chunk),
            }
        }
        Ok(kept)
    }
}

/// The new position of what lies at `offset`, if the ranges follow each other from `base` on.
pub(super) struct Moved {
    /// The start of each range, before and after.
    starts: Vec<(u64, u64)>,
}

impl Moved {
    pub(super) fn new(ranges: &[Range<u64>], base: u64) -> Self {
        let mut position = base;
        let starts = ranges.iter().map(|range| {
            let at = position;
            position += range.end - range.start;
            (range.start, at)
        });
        Self { starts: starts.collect() }
    }

    fn position(&self, offset: u64) -> Option<u64> {
        let at = self.starts.partition_point(|(before, _)| *before <= offset).checked_sub(1)?;
        let (before, after) = self.starts.get(at)?;
        Some(after + (offset - before))
    }

    /// Writes the new positions into a table of `movie`.
    pub(super) fn rewrite(&self, movie: &mut [u8], table: &ChunkOffsets) -> Option<()> {
        let entries = movie.get_mut(table.start..)?.chunks_exact_mut(table.width).take(table.count);
        for entry in entries {
            match table.width {
                4 => {
                    let entry = entry.first_chunk_mut::<4>()?;
                    let moved = self.position(u32::from_be_bytes(*entry).into())?;
                    *entry = u32::try_from(moved).ok()?.to_be_bytes();
                }
                _ => {
                    let entry = entry.first_chunk_mut::<8>()?;
                    *entry = self.position(u64::from_be_bytes(*entry))?.to_be_bytes();
                }
            }
        }
        Some(())
    }
}

/// How long the samples of a track last, in the units of its own clock, by `stts`.
pub(super) fn duration(source: &Source<'_>, stbl: &Range<usize>) -> Option<u64> {
    let found = child(source, stbl, b"stts")?;
    let count = usize::try_from(u32_at(source, found.body.start + 4)?).ok()?;
    let rows = (0..count).map(|row| found.body.start + 8 + row * 8).take_while(|at| at + 8 <= found.body.end);
    rows.map(|at| Some(u64::from(u32_at(source, at)?).saturating_mul(u32_at(source, at + 4)?.into())))
        .try_fold(0_u64, |sum, row| Some(sum.saturating_add(row?)))
}

pub(super) fn u32_at(source: &Source<'_>, at: usize) -> Option<u32> {
    source.array(at).map(u32::from_be_bytes)
}
