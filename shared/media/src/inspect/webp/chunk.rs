//! Chunks, and the canvas that the extended format declares.

use std::ops::Range;

use crate::inspect::error::InspectError;
use crate::inspect::format::ImageFormat;
use crate::inspect::source::Reader;
use crate::inspect::walked::check_dimensions;

const ANIMATION: u8 = 0x02;

/// A chunk. A padding byte follows data of an odd length.
pub(super) struct Chunk {
    pub(super) name: [u8; 4],
    /// From the name to the padding byte.
    pub(super) whole: Range<usize>,
    pub(super) data: Range<usize>,
}

impl Chunk {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, InspectError> {
        let start = reader.position();
        let name = reader.array()?;
        let length = usize::try_from(u32::from_le_bytes(reader.array()?)).unwrap_or(usize::MAX);
        let data = reader.skip(length)?;
        reader.skip(length % 2)?;
        Ok(Self { name, whole: start..reader.position(), data })
    }
}

/// The content of a `VP8X` chunk, the first chunk of the extended format.
pub(super) struct Canvas {
    pub(super) flags: u8,
    /// Width and height as they are stored.
    pub(super) size: [u8; 6],
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Canvas {
    pub(super) fn read(mut data: Reader<'_>) -> Result<Self, InspectError> {
        let start = data.position();
        let [flags, _, _, _] = data.array()?;
        let size @ [w0, w1, w2, h0, h1, h2] = data.array()?;
        data.require(data.is_at_end(), start, "the announcement is too long")?;
        let side = |a, b, c| u32::from_le_bytes([a, b, c, 0]) + 1;
        let (width, height) = (side(w0, w1, w2), side(h0, h1, h2));
        check_dimensions(ImageFormat::WebP, width, height)?;
        Ok(Self { flags, size, width, height })
    }

    pub(super) fn is_animated(&self) -> bool {
        self.flags & ANIMATION != 0
    }
}
