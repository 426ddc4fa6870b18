//! GIF 87a and 89a: walks the blocks up to the trailer.

use std::ops::Range;

use crate::inspect::error::InspectError;
use crate::inspect::format::ImageFormat;
use crate::inspect::kept_ranges::Kept;
use crate::inspect::source::{Reader, Source};
use crate::inspect::walked::{Walked, area, check_dimensions, check_frames};

const SIGNATURE_LENGTH: usize = 6;
const IMAGE: u8 = 0x2C;
const EXTENSION: u8 = 0x21;
const TRAILER: u8 = 0x3B;
const PLAIN_TEXT: u8 = 0x01;
const GRAPHIC_CONTROL: u8 = 0xF9;
const APPLICATION: u8 = 0xFF;

/// The start of the extension that makes an animation loop. The number of rounds follows.
const LOOP: &[u8; 14] = b"\x0bNETSCAPE2.0\x03\x01";

struct Walker<'a> {
    reader: Reader<'a>,
    kept: Kept<'a>,
    width: u16,
    height: u16,
    has_global_table: bool,
    frames: u32,
    has_loop: bool,
    /// The last graphic control extension, which belongs to the next frame or text and is kept or dropped with it.
    control: Option<Range<usize>>,
}

/// Walks a file up to its trailer. Bytes after the trailer are not part of the image.
pub(super) fn walk<'a>(source: &'a Source<'a>) -> Result<Walked<'a>, InspectError> {
    let mut reader = Reader::new(source, ImageFormat::Gif);
    let start = reader.skip(SIGNATURE_LENGTH)?.start;
    let [w0, w1, h0, h1, packed, _background, _aspect] = reader.array()?;
    let (width, height) = (u16::from_le_bytes([w0, w1]), u16::from_le_bytes([h0, h1]));
    check_dimensions(ImageFormat::Gif, width.into(), height.into())?;
    reader.skip(table_length(packed))?;
    let mut kept = Kept::new(source);
    kept.range(start..reader.position());
    let has_global_table = table_length(packed) > 0;
    let mut walker =
        Walker { reader, kept, width, height, has_global_table, frames: 0, has_loop: false, control: None };
    while walker.next_block()? {}
    walker.reader.require(walker.frames > 0, walker.reader.position(), "there is no picture in it")?;
    let (width, height) = (width.into(), height.into());
    Ok(Walked { width, height, orientation: 1, decoded_pixels: area(width, height), kept: walker.kept })
}

/// The length of a colour table in bytes, by the packed byte before it.
fn table_length(packed: u8) -> usize {
    if packed & 0x80 == 0 { 0 } else { 3 << ((packed & 7) + 1) }
}

impl Walker<'_> {
    /// Reads one block. Returns false after the trailer.
    fn next_block(&mut self) -> Result<bool, InspectError> {
        let start = self.reader.position();
        match self.reader.byte()? {
            IMAGE => self.image(start)?,
            EXTENSION => self.extension(start)?,
            TRAILER => {
                self.kept.range(start..self.reader.position());
                return Ok(false);
            }
            _ => return Err(self.reader.malformed(start, "there is no block where one must be")),
        }
        Ok(true)
    }

    fn image(&mut self, start: usize) -> Result<(), InspectError> {
        let [x0, x1, y0, y1, w0, w1, h0, h1, packed] = self.reader.array()?;
        let inside = |offset: [u8; 2], side: [u8; 2], whole: u16| {
            let (offset, side) = (u16::from_le_bytes(offset), u16::from_le_bytes(side));
            side > 0 && offset.checked_add(side).is_some_and(|end| end <= whole)
        };
        let fits = inside([x0, x1], [w0, w1], self.width) && inside([y0, y1], [h0, h1], self.height);
        self.reader.require(fits, start, "a frame does not fit")?;
        let table = table_length(packed);
        self.reader.require(table > 0 || self.has_global_table, start, "a frame has no colours")?;
        self.reader.skip(table)?;
        let code_size = self.reader.byte()?;
        self.reader.require((1..=8).contains(&code_size), start, "a frame's code size is out of range")?;
        let data = self.sub_blocks()?;
        self.reader.require(data.len() > 1, start, "a frame is empty")?;
        if let Some(control) = self.control.take() {
            self.kept.range(control);
        }
        self.kept.range(start..data.end);
        self.frames += 1;
        check_frames(ImageFormat::Gif, self.frames)
    }

    fn extension(&mut self, start: usize) -> Result<(), InspectError> {
        let label = self.reader.byte()?;
        let rounds = self.loop_rounds(label)?;
        let body = self.sub_blocks()?;
        match (label, rounds) {
            (GRAPHIC_CONTROL, _) => {
                self.reader.require(body.len() == 6, start, "a graphic control extension is malformed")?;
                self.control = Some(start..body.end);
            }
            // The text is dropped, and the control that belongs to it.
            (PLAIN_TEXT, _) => self.control = None,
            (_, Some(rounds)) if !self.has_loop => {
                self.kept.insert(&[EXTENSION, APPLICATION]);
                self.kept.insert(LOOP);
                self.kept.insert(&rounds);
                self.kept.insert(&[0]);
                self.has_loop = true;
            }
            _ => {}
        }
        Ok(())
    }

    /// The rounds of an animation, if the extension declares them. Reads nothing.
    fn loop_rounds(&self, label: u8) -> Result<Option<[u8; 2]>, InspectError> {
        if label != APPLICATION || !self.reader.starts_with(LOOP) {
            return Ok(None);
        }
        let mut ahead = self.reader.ahead();
        ahead.skip(LOOP.len())?;
        ahead.array().map(Some)
    }

    /// Skips data sub-blocks of at most 255 bytes, up to the empty one that ends them.
    fn sub_blocks(&mut self) -> Result<Range<usize>, InspectError> {
        let start = self.reader.position();
        loop {
            let length = self.reader.byte()?;
            if length == 0 {
                return Ok(start..self.reader.position());
            }
            self.reader.skip(length.into())?;
        }
    }
}
