//! WebP (RFC 9649): walks the chunks of the RIFF container.

mod bitstream;
mod chunk;
mod frame;

use std::ops::Range;

use crate::inspect::error::InspectError;
use crate::inspect::exif::Orientation;
use crate::inspect::format::ImageFormat;
use crate::inspect::icc;
use crate::inspect::kept_ranges::Kept;
use crate::inspect::source::{Reader, Source};
use crate::inspect::walked::{Walked, area, check_dimensions, check_frames};
use crate::inspect::webp::bitstream::Picture;
use crate::inspect::webp::chunk::{Canvas, Chunk};

const ICC: u8 = 0x20;
const ALPHA: u8 = 0x10;
const EXIF: u8 = 0x08;
const ANIMATION: u8 = 0x02;

struct Walker<'a> {
    reader: Reader<'a>,
    kept: Kept<'a>,
    canvas: Canvas,
    has_profile: bool,
    has_animation: bool,
    alpha: Option<Range<usize>>,
    has_picture: bool,
    frames: u32,
    orientation: Option<Orientation>,
}

/// Walks the container. Bytes after it are not part of the image.
pub(super) fn walk<'a>(source: &'a Source<'a>) -> Result<Walked<'a>, InspectError> {
    let mut file = Reader::new(source, ImageFormat::WebP);
    let [_, _, _, _, size @ ..]: [u8; 8] = file.array()?;
    let container = file.skip(usize::try_from(u32::from_le_bytes(size)).unwrap_or(usize::MAX))?;
    file.require(container.len().is_multiple_of(2), 4, "the container's length is odd")?;
    let mut reader = file.within(&container);
    reader.skip(b"WEBP".len())?;
    let first = Chunk::read(&mut reader)?;
    if first.name == *b"VP8X" { extended(source, reader, &first) } else { simple(source, &reader, first) }
}

/// Walks the simple format: one picture. Chunks after the picture have no meaning and are dropped.
fn simple<'a>(source: &'a Source<'a>, reader: &Reader<'a>, first: Chunk) -> Result<Walked<'a>, InspectError> {
    let Some(Picture { width, height }) = Picture::read(&first.name, reader.within(&first.data))? else {
        return Err(reader.malformed(first.whole.start, "it does not begin with a picture"));
    };
    check_dimensions(ImageFormat::WebP, width, height)?;
    let mut kept = Kept::new(source);
    kept.range(first.whole);
    let decoded_pixels = area(width, height);
    Ok(Walked { width, height, orientation: 1, decoded_pixels, kept: contained(source, kept, &[]) })
}

/// Walks the extended format: a canvas, then its chunks.
fn extended<'a>(source: &'a Source<'a>, reader: Reader<'a>, first: &Chunk) -> Result<Walked<'a>, InspectError> {
    let canvas = Canvas::read(reader.within(&first.data))?;
    let (width, height) = (canvas.width, canvas.height);
    let mut walker = Walker {
        reader,
        kept: Kept::new(source),
        canvas,
        has_profile: false,
        has_animation: false,
        alpha: None,
        has_picture: false,
        frames: 0,
        orientation: None,
    };
    while !walker.reader.is_at_end() {
        walker.next_chunk()?;
    }
    walker.reader.require(walker.has_picture, walker.reader.position(), "there is no picture in it")?;
    if let Some(orientation) = walker.orientation {
        walker.kept.insert(b"EXIF\x1a\0\0\0");
        walker.kept.insert(&orientation.to_tiff());
    }
    let sideways = walker.orientation.is_some_and(Orientation::is_sideways);
    let (width, height) = if sideways { (height, width) } else { (width, height) };
    let header = walker.header();
    let orientation = Orientation::number(walker.orientation);
    let decoded_pixels = area(width, height);
    Ok(Walked { width, height, orientation, decoded_pixels, kept: contained(source, walker.kept, &header) })
}

/// Wraps the kept chunks in a container with the new length.
fn contained<'a>(source: &'a Source<'a>, body: Kept<'a>, header: &[u8]) -> Kept<'a> {
    let length = b"WEBP".len() as u64 + header.len() as u64 + body.len();
    let mut all = Kept::new(source);
    all.insert(b"RIFF");
    // The length never exceeds that of the file, which is far below the field's maximum.
    all.insert(&u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
    all.insert(b"WEBP");
    all.insert(header);
    all.append(body);
    all
}

impl Walker<'_> {
    fn next_chunk(&mut self) -> Result<(), InspectError> {
        let chunk = Chunk::read(&mut self.reader)?;
        let still = !self.canvas.is_animated() && !self.has_picture;
        match &chunk.name {
            b"ICCP" => self.profile(&chunk),
            b"ANIM" => return self.animation(chunk),
            b"ANMF" => return self.frame(&chunk),
            b"ALPH" if still && self.alpha.is_none() => self.alpha = Some(chunk.whole),
            b"VP8 " | b"VP8L" if still => return self.picture(chunk),
            b"VP8X" | b"ALPH" | b"VP8 " | b"VP8L" => {
                return Err(self.reader.malformed(chunk.whole.start, "a chunk is out of place"));
            }
            b"EXIF" => self.exif(&chunk),
            _ => {}
        }
        Ok(())
    }

    fn profile(&mut self, chunk: &Chunk) {
        let in_place = !self.has_profile && !self.has_animation && !self.has_picture && self.alpha.is_none();
        if !in_place {
            return;
        }
        let Some(profile) = icc::rebuilt(&self.reader.within(&chunk.data).copied(icc::MAX_PROFILE)) else { return };
        self.has_profile = true;
        self.kept.insert(b"ICCP");
        // A profile has a multiple of four bytes, so that no padding follows.
        self.kept.insert(&u32::try_from(profile.len()).unwrap_or(u32::MAX).to_le_bytes());
        self.kept.insert(&profile);
    }

    fn animation(&mut self, chunk: Chunk) -> Result<(), InspectError> {
        let sound = self.canvas.is_animated() && !self.has_animation && chunk.data.len() == 6;
        self.reader.require(sound, chunk.whole.start, "the animation's settings are out of place or malformed")?;
        self.has_animation = true;
        self.kept.range(chunk.whole);
        Ok(())
    }

    fn frame(&mut self, chunk: &Chunk) -> Result<(), InspectError> {
        self.reader.require(self.has_animation, chunk.whole.start, "a frame comes without an animation")?;
        self.frames += 1;
        check_frames(ImageFormat::WebP, self.frames)?;
        frame::keep(self.reader.within(&chunk.data), chunk, &self.canvas, &mut self.kept)?;
        self.has_picture = true;
        Ok(())
    }

    fn picture(&mut self, chunk: Chunk) -> Result<(), InspectError> {
        let picture = Picture::read(&chunk.name, self.reader.within(&chunk.data))?;
        let fits =
            picture.is_some_and(|picture| (picture.width, picture.height) == (self.canvas.width, self.canvas.height));
        self.reader.require(fits, chunk.whole.start, "the picture does not fit the canvas")?;
        // A separate alpha chunk is only for lossy pictures, which have no transparency themselves.
        if let Some(alpha) = self.alpha.take().filter(|_| chunk.name == *b"VP8 ") {
            self.kept.range(alpha);
        }
        self.kept.range(chunk.whole);
        self.has_picture = true;
        Ok(())
    }

    /// Reads the orientation; the first one counts. Some programs put JPEG's Exif prefix before the data.
    fn exif(&mut self, chunk: &Chunk) {
        let mut data = self.reader.within(&chunk.data);
        if data.starts_with(b"Exif\0\0") && data.skip(6).is_err() {
            return;
        }
        self.orientation = self.orientation.or(Orientation::read(data));
    }

    /// The `VP8X` chunk for what was kept.
    fn header(&self) -> [u8; 18] {
        let mut flags = self.canvas.flags & (ALPHA | ANIMATION);
        flags |= if self.has_profile { ICC } else { 0 };
        flags |= if self.orientation.is_some() { EXIF } else { 0 };
        let [a, b, c, d, e, f] = self.canvas.size;
        [b'V', b'P', b'8', b'X', 10, 0, 0, 0, flags, 0, 0, 0, a, b, c, d, e, f]
    }
}
