//! PNG (W3C, third edition), animated or not: walks the chunks up to the end of the image.

mod ancillary;
mod animation;
mod chunk;
mod header;
mod profile;

use crate::inspect::error::InspectError;
use crate::inspect::exif::Orientation;
use crate::inspect::format::ImageFormat;
use crate::inspect::kept_ranges::Kept;
use crate::inspect::png::animation::Animation;
use crate::inspect::png::chunk::{Chunk, Stage};
use crate::inspect::png::header::Header;
use crate::inspect::source::{Reader, Source};
use crate::inspect::walked::{Walked, area};

const SIGNATURE_LENGTH: usize = 8;

struct Walker<'a> {
    source: &'a Source<'a>,
    reader: Reader<'a>,
    kept: Kept<'a>,
    header: Header,
    stage: Stage,
    palette_entries: usize,
    /// The names of the ancillary chunks that were kept. Each may occur once.
    seen: Vec<[u8; 4]>,
    animation: Option<Animation>,
    orientation: Option<Orientation>,
}

/// Walks a file up to its last chunk. Bytes after it are not part of the image.
pub(super) fn walk<'a>(source: &'a Source<'a>) -> Result<Walked<'a>, InspectError> {
    let mut reader = Reader::new(source, ImageFormat::Png);
    let mut kept = Kept::new(source);
    kept.range(reader.skip(SIGNATURE_LENGTH)?);
    let first = Chunk::read(source, &mut reader)?;
    reader.require(first.kind == *b"IHDR", first.whole.start, "it does not begin with its header")?;
    let header = Header::read(reader.within(&first.data))?;
    kept.range(first.whole);
    let stage = Stage::BeforePalette;
    let mut walker = Walker {
        source,
        reader,
        kept,
        header,
        stage,
        palette_entries: 0,
        seen: Vec::new(),
        animation: None,
        orientation: None,
    };
    while walker.next_chunk()? {}
    let sideways = walker.orientation.is_some_and(Orientation::is_sideways);
    let (width, height) = if sideways { (header.height, header.width) } else { (header.width, header.height) };
    let orientation = Orientation::number(walker.orientation);
    Ok(Walked { width, height, orientation, decoded_pixels: area(width, height), kept: walker.kept })
}

impl Walker<'_> {
    /// Reads one chunk. Returns false after the last.
    fn next_chunk(&mut self) -> Result<bool, InspectError> {
        let chunk = Chunk::read(self.source, &mut self.reader)?;
        if self.stage == Stage::InData && chunk.kind != *b"IDAT" {
            self.stage = Stage::AfterData;
        }
        match &chunk.kind {
            b"PLTE" => self.palette(&chunk)?,
            b"IDAT" => self.data(&chunk)?,
            b"IEND" => return self.end(chunk).map(|()| false),
            b"acTL" | b"fcTL" | b"fdAT" => return self.animation(chunk).map(|()| true),
            b"eXIf" => {
                self.exif(&chunk);
                return Ok(true);
            }
            b"iCCP" => {
                self.profile(&chunk);
                return Ok(true);
            }
            [first, ..] if first.is_ascii_uppercase() => {
                return Err(self
                    .reader
                    .malformed(chunk.whole.start, "a critical chunk that is out of place or unknown"));
            }
            _ if !self.keeps(&chunk) => return Ok(true),
            _ => self.seen.push(chunk.kind),
        }
        self.kept.range(chunk.whole);
        Ok(true)
    }

    fn palette(&mut self, chunk: &Chunk) -> Result<(), InspectError> {
        let entries = chunk.data.len() / 3;
        let sound = self.stage == Stage::BeforePalette
            && chunk.data.len().is_multiple_of(3)
            && (1..=self.header.max_palette_entries()).contains(&entries);
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

    /// Reads a chunk of an animation. Without `acTL` before the picture there is no animation, and decoders ignore its
    /// frames.
    fn animation(&mut self, chunk: Chunk) -> Result<(), InspectError> {
        let data = self.reader.within(&chunk.data);
        let after_picture = self.stage == Stage::AfterData;
        match (&chunk.kind, &mut self.animation) {
            (b"acTL", None) if !after_picture => self.animation = Some(Animation::declared(data)?),
            (b"acTL", _) | (_, None) => return Ok(()),
            (b"fcTL", Some(animation)) => animation.frame_control(data, &self.header, after_picture)?,
            (_, Some(animation)) => animation.frame_data(data, after_picture)?,
        }
        self.kept.range(chunk.whole);
        Ok(())
    }

    /// Keeps the orientation (§11.3.4.3), and nothing else. It may stand behind the picture.
    fn exif(&mut self, chunk: &Chunk) {
        if self.seen.contains(&chunk.kind) || self.stage == Stage::InData {
            return;
        }
        self.seen.push(chunk.kind);
        self.orientation = Orientation::read(self.reader.within(&chunk.data));
        if let Some(orientation) = self.orientation {
            self.insert(*b"eXIf", &orientation.to_tiff());
        }
    }

    /// Writes a colour profile anew, under a name that says nothing.
    fn profile(&mut self, chunk: &Chunk) {
        if self.stage != Stage::BeforePalette || self.seen.contains(&chunk.kind) {
            return;
        }
        // It is unpacked once a file, whether it can be used or not: unpacking takes far longer than sending.
        self.seen.push(chunk.kind);
        let Some(profile) = profile::rebuilt(self.reader.within(&chunk.data)) else { return };
        self.insert(chunk.kind, &profile);
    }

    /// Inserts a chunk.
    fn insert(&mut self, kind: [u8; 4], data: &[u8]) {
        self.kept.insert(&u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
        let mut hasher = crc32fast::Hasher::new();
        for part in [kind.as_slice(), data] {
            hasher.update(part);
            self.kept.insert(part);
        }
        self.kept.insert(&hasher.finalize().to_be_bytes());
    }

    /// Whether an ancillary chunk is needed and valid. Decoders ignore an invalid one, so it is dropped.
    fn keeps(&self, chunk: &Chunk) -> bool {
        !self.seen.contains(&chunk.kind)
            && ancillary::is_valid(&chunk.kind, chunk.data.len(), &self.header, self.palette_entries, self.stage)
    }
}
