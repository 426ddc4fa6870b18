//! Ancillary chunks that change how a picture looks: transparency, colours, density.

use crate::inspect::png::chunk::Stage;
use crate::inspect::png::header::{Color, Header};

/// Whether a chunk is one of these, in an allowed position and of the right length.
pub(super) fn is_valid(kind: &[u8; 4], length: usize, header: &Header, palette_entries: usize, stage: Stage) -> bool {
    let before_palette = stage == Stage::BeforePalette;
    let before_data = stage < Stage::InData;
    match kind {
        b"tRNS" => before_data && is_transparency(length, header, palette_entries),
        b"bKGD" => before_data && length == background_length(header.color),
        b"pHYs" => before_data && length == 9,
        b"gAMA" => before_palette && length == 4,
        b"cHRM" => before_palette && length == 32,
        b"sRGB" => before_palette && length == 1,
        b"sBIT" => before_palette && length == significant_bits_length(header.color),
        _ => false,
    }
}

/// With a palette at most one byte per entry, otherwise the one transparent colour.
fn is_transparency(length: usize, header: &Header, palette_entries: usize) -> bool {
    match header.color {
        Color::Grey => length == 2,
        Color::Rgb => length == 6,
        Color::Palette => (1..=palette_entries).contains(&length),
        Color::GreyAlpha | Color::Rgba => false,
    }
}

fn background_length(color: Color) -> usize {
    match color {
        Color::Palette => 1,
        Color::Grey | Color::GreyAlpha => 2,
        Color::Rgb | Color::Rgba => 6,
    }
}

fn significant_bits_length(color: Color) -> usize {
    match color {
        Color::Grey => 1,
        Color::GreyAlpha => 2,
        Color::Rgb | Color::Palette => 3,
        Color::Rgba => 4,
    }
}
