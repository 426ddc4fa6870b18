//! The header chunk `IHDR` (§11.2.1).

use crate::inspect::error::InspectError;
use crate::inspect::format::ImageFormat;
use crate::inspect::source::Reader;
use crate::inspect::walked::check_dimensions;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Color {
    Grey,
    Rgb,
    Palette,
    GreyAlpha,
    Rgba,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) color: Color,
    depth: u8,
}

impl Header {
    pub(super) fn read(mut data: Reader<'_>) -> Result<Self, InspectError> {
        let start = data.position();
        let width = u32::from_be_bytes(data.array()?);
        let height = u32::from_be_bytes(data.array()?);
        let [depth, color, compression, filter, interlace] = data.array()?;
        let color = match (color, depth) {
            (0, 1 | 2 | 4 | 8 | 16) => Color::Grey,
            (2, 8 | 16) => Color::Rgb,
            (3, 1 | 2 | 4 | 8) => Color::Palette,
            (4, 8 | 16) => Color::GreyAlpha,
            (6, 8 | 16) => Color::Rgba,
            _ => return Err(data.malformed(start, "there is no such colour type with such a depth")),
        };
        let sound = compression == 0 && filter == 0 && interlace < 2 && data.is_at_end();
        data.require(sound, start, "the header is malformed")?;
        check_dimensions(ImageFormat::Png, width, height)?;
        Ok(Self { width, height, color, depth })
    }

    pub(super) fn needs_palette(&self) -> bool {
        self.color == Color::Palette
    }

    /// The most entries of a palette. True colour may have one as a suggestion, grey must not.
    pub(super) fn max_palette_entries(&self) -> usize {
        match self.color {
            Color::Palette => 1 << self.depth,
            Color::Rgb | Color::Rgba => 256,
            Color::Grey | Color::GreyAlpha => 0,
        }
    }
}
