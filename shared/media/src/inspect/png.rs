//! PNG (W3C, third edition), animated or not: chunks up to the end of the image.

mod ancillary;
mod animation;
mod header;

use std::ops::Range;

use animation::Animation;
use header::Header;

use super::keep::Kept;
use super::source::{Reader, Source};
use super::{ImageFormat, InspectError, Walked};

const SIGNATURE_LENGTH: usize = 8;

/// A chunk whose checksum is right.
struct Chunk {
    kind: [u8; 4],
    whole: Range<usize>,
    data: Range<usize>,
}

/// How far the file has come; the standard's order of chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    BeforePalette,
    BeforeData,
    InData,
    AfterData,
}

struct Walker<'a> {
    source: &'a Source<'a>,
    reader: Reader<'a>,
    kept: Kept<'a>,
    header: Header,
    stage: Stage,
    palette_entries: usize,
    /// The ancillary chunks there can be only one of, as far as they were kept.
    seen: Vec<[u8; 4]>,
    animation: Option<Animation>,
}

/// Walks a whole file and ends with its last chunk: what comes after it is no part of the image.
pub(super) fn walk<'a>(source: &'a Source<'a>) -> Result<Walked<'a>, InspectError> {
    let mut reader = Reader::new(source, ImageFormat::Png);
    let mut kept = Kept::new(source);
    kept.range(reader.skip(SIGNATURE_LENGTH)?);
    let first = chunk(source, &mut reader)?;
    reader.require(first.kind == *b"IHDR", first.whole.start, "it does not begin with its header")?;
    let header = Header::read(reader.within(&first.data))?;
    kept.range(first.whole);
    let stage = Stage::BeforePalette;
    let mut walker =
        Walker { source, reader, kept, header, stage, palette_entries: 0, seen: Vec::new(), animation: None };
    while walker.step()? {}
    Ok(Walked { width: header.width, height: header.height, kept: walker.kept })
}

/// Reads a chunk and checks its checksum.
fn chunk(source: &Source<'_>, reader: &mut Reader<'_>) -> Result<Chunk, InspectError> {
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
    Ok(Chunk { kind, whole: start..reader.position(), data })
}

impl Walker<'_> {
    /// Reads one chunk; false after the last.
    fn step(&mut self) -> Result<bool, InspectError> {
        let chunk = chunk(self.source, &mut self.reader)?;
        if self.stage == Stage::InData && chunk.kind != *b"IDAT" {
            self.stage = Stage::AfterData;
        }
        match &chunk.kind {
            b"PLTE" => self.palette(&chunk)?,
            b"IDAT" => self.data(&chunk)?,
            b"IEND" => return self.end(chunk).map(|()| false),
            b"acTL" | b"fcTL" | b"fdAT" => return self.animation(chunk).map(|()| true),
            [first, ..] if first.is_ascii_uppercase() => {
                return Err(self
                    .reader
                    .malformed(chunk.whole.start, "a critical chunk that is out of place or unknown"));
            }
            _ if !self.wants(&chunk) => return Ok(true),
            _ => self.seen.push(chunk.kind),
        }
        self.kept.range(chunk.whole);
        Ok(true)
    }

    fn palette(&mut self, chunk: &Chunk) -> Result<(), InspectError> {
        let entries = chunk.data.len() / 3;
        let sound = self.stage == Stage::BeforePalette
            && chunk.data.len().is_multiple_of(3)
            && (1..=self.header.most_palette_entries()).contains(&entries);
        self.reader.require(sound, chunk.whole.start, "the palette is out of place or of a wrong size")?;
        self.palette_entries = entries;
        self.stage = Stage::BeforeData;
        Ok(())
    }

    fn data(&mut self, chunk: &Chunk) -> Result<(), InspectError> {
        let start = chunk.whole.start;
        self.reader.require(self.stage < Stage::AfterData, start, "the image's data is interrupted")?;
        let complete = !self.header.needs_palette() || self.palette_entries > 0;
        self.reader.require(complete, start, "the palette is missing")?;
        self.stage = Stage::InData;
        Ok(())
    }

    fn end(&mut self, chunk: Chunk) -> Result<(), InspectError> {
        let start = chunk.whole.start;
        self.reader.require(chunk.data.is_empty(), start, "the last chunk is not empty")?;
        self.reader.require(self.stage == Stage::AfterData, start, "there is no picture in it")?;
        let complete = self.animation.as_ref().is_none_or(Animation::is_complete);
        self.reader.require(complete, start, "the animation has another number of frames than it says")?;
        self.kept.range(chunk.whole);
        Ok(())
    }

    /// Without its announcement before the picture there is no animation, and its frames mean nothing to any decoder.
    fn animation(&mut self, chunk: Chunk) -> Result<(), InspectError> {
        let data = self.reader.within(&chunk.data);
        let after_picture = self.stage == Stage::AfterData;
        match (&chunk.kind, &mut self.animation) {
            (b"acTL", None) if !after_picture => self.animation = Some(Animation::announced(data)?),
            (b"acTL", _) | (_, None) => return Ok(()),
            (b"fcTL", Some(animation)) => animation.frame_control(data, &self.header, after_picture)?,
            (_, Some(animation)) => animation.frame_data(data, after_picture)?,
        }
        self.kept.range(chunk.whole);
        Ok(())
    }

    /// Whether an ancillary chunk is of use and keeps to its own rules. Decoders pass over one that does not; here it is dropped.
    fn wants(&self, chunk: &Chunk) -> bool {
        !self.seen.contains(&chunk.kind)
            && ancillary::is_sound(
                &chunk.kind,
                self.reader.within(&chunk.data),
                &self.header,
                self.palette_entries,
                self.stage,
            )
    }
}
