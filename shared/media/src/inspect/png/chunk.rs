//! Chunks.

use std::ops::Range;

use crate::inspect::error::InspectError;
use crate::inspect::source::{Reader, Source};

/// A chunk with a correct checksum.
pub(super) struct Chunk {
    pub(super) kind: [u8; 4],
    pub(super) whole: Range<usize>,
    pub(super) data: Range<usize>,
}

/// The position in the standard's order of chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    BeforePalette,
    BeforeData,
    InData,
    AfterData,
}

impl Chunk {
    /// Reads a chunk and verifies its checksum.
    pub(super) fn read(source: &Source<'_>, reader: &mut Reader<'_>) -> Result<Self, InspectError> {
        let start = reader.position();
        let length = u32::from_be_bytes(reader.array()?);
        reader.require(i32::try_from(length).is_ok(), start, "a chunk's length is out of range")?;
        let kind: [u8; 4] = reader.array()?;
        reader.require(kind.iter().all(u8::is_ascii_alphabetic), start, "a chunk's name is not made of letters")?;
        let data = reader.skip(usize::try_from(length).unwrap_or(usize::MAX))?;
        let stored = u32::from_be_bytes(reader.array()?);
        let mut hasher = crc32fast::Hasher::new();
        source.slices(data.start.saturating_sub(kind.len())..data.end).for_each(|slice| hasher.update(slice));
        reader.require(hasher.finalize() == stored, start, "a chunk's checksum is wrong")?;
        Ok(Self { kind, whole: start..reader.position(), data })
    }
}
