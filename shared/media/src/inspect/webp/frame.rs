//! A frame of an animation: a chunk that contains chunks.

use crate::inspect::error::InspectError;
use crate::inspect::kept_ranges::Kept;
use crate::inspect::source::Reader;
use crate::inspect::webp::bitstream::Picture;
use crate::inspect::webp::chunk::{Canvas, Chunk};

const HEADER_LENGTH: usize = 16;

/// Keeps a frame with its alpha chunk and its picture. Other chunks inside it are dropped, and its length is corrected.
pub(super) fn keep(
    mut data: Reader<'_>,
    whole: &Chunk,
    canvas: &Canvas,
    kept: &mut Kept<'_>,
) -> Result<(), InspectError> {
    let start = whole.whole.start;
    let header = data.skip(HEADER_LENGTH)?;
    let (width, height) = size(data.within(&header), canvas)?;
    let mut first = Chunk::read(&mut data)?;
    let alpha = (first.name == *b"ALPH").then(|| first.whole.clone());
    if alpha.is_some() {
        first = Chunk::read(&mut data)?;
    }
    let picture = Picture::read(&first.name, data.within(&first.data))?;
    let fits = picture.is_some_and(|picture| (picture.width, picture.height) == (width, height));
    data.require(fits, start, "a frame has no picture of its size")?;
    while !data.is_at_end() {
        Chunk::read(&mut data)?;
    }
    let alpha = alpha.filter(|_| first.name == *b"VP8 ");
    let length = HEADER_LENGTH + alpha.as_ref().map_or(0, ExactSizeIterator::len) + first.whole.len();
    if length == whole.data.len() {
        kept.range(whole.whole.clone());
        return Ok(());
    }
    kept.insert(b"ANMF");
    // It is shorter than before, so the length fits the field.
    kept.insert(&u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
    kept.range(header);
    alpha.into_iter().for_each(|alpha| kept.range(alpha));
    kept.range(first.whole);
    Ok(())
}

/// The size of the frame, which must lie on the canvas.
fn size(mut header: Reader<'_>, canvas: &Canvas) -> Result<(u32, u32), InspectError> {
    let start = header.position();
    let mut number = || header.array().map(|[a, b, c]| u32::from_le_bytes([a, b, c, 0]));
    let (x, y, width, height) = (number()? * 2, number()? * 2, number()? + 1, number()? + 1);
    let fits = x + width <= canvas.width && y + height <= canvas.height;
    header.require(fits, start, "a frame does not fit")?;
    Ok((width, height))
}
