//! JPEG (ITU-T T.81): walks the segments up to the end of the image.

mod application;
mod segment;
mod tables;

use crate::inspect::error::InspectError;
use crate::inspect::exif::Orientation;
use crate::inspect::format::ImageFormat;
use crate::inspect::jpeg::application::Application;
use crate::inspect::jpeg::segment::Segment;
use crate::inspect::kept_ranges::Kept;
use crate::inspect::limits::{MAX_SCANNED_PIXELS, MAX_SCANS};
use crate::inspect::source::{Reader, Source};
use crate::inspect::walked::{Walked, check_dimensions};

/// The side of a block in pixels.
const BLOCK: u64 = 8;

#[derive(Clone, Copy)]
struct Frame {
    width: u32,
    height: u32,
    components: u8,
}

impl Frame {
    /// The pixels of a component as a decoder holds them: in whole blocks.
    fn decoded_pixels(self) -> u64 {
        u64::from(self.width).next_multiple_of(BLOCK) * u64::from(self.height).next_multiple_of(BLOCK)
    }
}

struct Walker<'a> {
    source: &'a Source<'a>,
    reader: Reader<'a>,
    kept: Kept<'a>,
    application: Application,
    frame: Option<Frame>,
    scans: u32,
    scanned_pixels: u64,
}

/// Walks a file up to the marker that ends the image. Bytes after it, such as further pictures, are not part of the
/// image.
pub(super) fn walk<'a>(source: &'a Source<'a>) -> Result<Walked<'a>, InspectError> {
    let mut walker = Walker {
        source,
        reader: Reader::new(source, ImageFormat::Jpeg),
        kept: Kept::new(source),
        application: Application::default(),
        frame: None,
        scans: 0,
        scanned_pixels: 0,
    };
    let start_of_image = walker.reader.skip(2)?;
    walker.kept.range(start_of_image);
    while walker.next_segment()? {}
    let (Some(frame), 1..) = (walker.frame, walker.scans) else {
        return Err(walker.reader.malformed(walker.reader.position(), "there is no picture in it"));
    };
    let sideways = walker.application.orientation().is_some_and(Orientation::is_sideways);
    let (width, height) = if sideways { (frame.height, frame.width) } else { (frame.width, frame.height) };
    let orientation = Orientation::number(walker.application.orientation());
    Ok(Walked { width, height, orientation, decoded_pixels: walker.scanned_pixels, kept: walker.kept })
}

impl Walker<'_> {
    /// Reads one segment. Returns false after the last.
    fn next_segment(&mut self) -> Result<bool, InspectError> {
        let (start, code) = self.marker()?;
        if code == 0xD9 {
            self.kept.range(start..self.reader.position());
            return Ok(false);
        }
        let segment = self.segment(start, code)?;
        match code {
            0xC0..=0xC2 => self.frame_header(&segment)?,
            0xDA => return self.scan(segment).map(|()| true),
            0xC4 => tables::check_huffman(&mut self.reader.within(&segment.data))?,
            0xDB => tables::check_quantization(&mut self.reader.within(&segment.data))?,
            0xDD => self.reader.require(segment.data.len() == 2, start, "a restart interval is no number")?,
            0xE0..=0xEF => {
                self.application.take(&segment, &self.reader, &mut self.kept, self.scans > 0);
                return Ok(true);
            }
            0xFE => return Ok(true),
            _ => return Err(self.reader.malformed(start, "a marker that no picture on the web has")),
        }
        self.kept.range(segment.whole);
        Ok(true)
    }

    /// Reads the next marker and returns its position and code. Any number of fill bytes may precede it (T.81
    /// §B.1.1.2); they are dropped.
    fn marker(&mut self) -> Result<(usize, u8), InspectError> {
        let start = self.reader.position();
        let first = self.reader.byte()?;
        self.reader.require(first == 0xFF, start, "there is no marker where one must be")?;
        loop {
            let code = self.reader.byte()?;
            if code != 0xFF {
                return Ok((self.reader.position().saturating_sub(2), code));
            }
        }
    }

    fn segment(&mut self, start: usize, code: u8) -> Result<Segment, InspectError> {
        // Markers without data are not allowed between segments, and must not be read as if they had data.
        let has_data = !matches!(code, 0x00..=0xBF | 0xD0..=0xD8);
        self.reader.require(has_data, start, "a marker that has no place between segments")?;
        let length = usize::from(u16::from_be_bytes(self.reader.array()?));
        let Some(length) = length.checked_sub(2) else {
            return Err(self.reader.malformed(start, "a segment is shorter than its own length field"));
        };
        let data = self.reader.skip(length)?;
        Ok(Segment { code, whole: start..data.end, data })
    }

    /// Reads a frame header (T.81 §B.2.2), for the processes that browsers decode.
    fn frame_header(&mut self, segment: &Segment) -> Result<(), InspectError> {
        let start = segment.whole.start;
        self.reader.require(self.frame.is_none(), start, "there is more than one frame")?;
        let mut data = self.reader.within(&segment.data);
        let [precision, h1, h0, w1, w0, components] = data.array()?;
        data.require(precision == 8, start, "samples do not have 8 bits")?;
        data.require(matches!(components, 1 | 3 | 4), start, "the number of components is not 1, 3 or 4")?;
        for _ in 0..components {
            let [_, sampling, table] = data.array()?;
            let fits = |factor: u8| (1..=4).contains(&factor);
            data.require(fits(sampling >> 4) && fits(sampling & 15) && table < 4, start, "a component is malformed")?;
        }
        data.require(data.is_at_end(), start, "a frame header is too long")?;
        let (width, height) = (u32::from(u16::from_be_bytes([w1, w0])), u32::from(u16::from_be_bytes([h1, h0])));
        check_dimensions(ImageFormat::Jpeg, width, height)?;
        self.frame = Some(Frame { width, height, components });
        Ok(())
    }

    /// Reads a scan header and the compressed data after it (T.81 §B.2.3).
    fn scan(&mut self, segment: Segment) -> Result<(), InspectError> {
        let start = segment.whole.start;
        let Some(frame) = self.frame else {
            return Err(self.reader.malformed(start, "a scan comes before its frame"));
        };
        let mut header = self.reader.within(&segment.data);
        let components = header.byte()?;
        let sound =
            (1..=frame.components).contains(&components) && segment.data.len() == 4 + 2 * usize::from(components);
        self.reader.require(sound, start, "a scan header is malformed")?;
        self.scans += 1;
        self.scanned_pixels += frame.decoded_pixels() * u64::from(components);
        if self.scans > MAX_SCANS || self.scanned_pixels > MAX_SCANNED_PIXELS {
            return Err(InspectError::TooManyScans { format: ImageFormat::Jpeg });
        }
        let end = end_of_scan(self.source, segment.whole.end).ok_or_else(|| self.reader.truncated())?;
        let data = self.reader.skip(end.saturating_sub(segment.whole.end))?;
        self.reader.require(!data.is_empty(), data.start, "a scan is empty")?;
        self.kept.range(segment.whole.start..data.end);
        Ok(())
    }
}

/// The position of the marker after the compressed data. In the data `FF 00` is a byte, and `FF D0` to `FF D7` restart
/// the decoder.
fn end_of_scan(source: &Source<'_>, from: usize) -> Option<usize> {
    let mut start = from;
    let mut marker = None;
    for slice in source.slices(from..source.len()) {
        let mut rest = slice;
        while let Some((first, tail)) = rest.split_first() {
            let here = start + slice.len() - rest.len();
            match (marker, *first) {
                (Some(_), 0x00 | 0xD0..=0xD7) => (marker, rest) = (None, tail),
                (_, 0xFF) => (marker, rest) = (Some(here), tail),
                (Some(offset), _) => return Some(offset),
                (None, _) => rest = rest.get(memchr::memchr(0xFF, rest).unwrap_or(rest.len())..).unwrap_or_default(),
            }
        }
        start += slice.len();
    }
    None
}
