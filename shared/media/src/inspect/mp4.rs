//! Inspection of MP4 videos by their boxes (ISO/IEC 14496-12). Nothing is decoded.
//!
//! Sample tables contain positions in the file, so no byte may move. What is kept is on a list at every level; any other
//! box becomes a `free` box of the same size, filled with zeros. What stands between the samples in `mdat` cannot be
//! told from samples, and stays.
//!
//! No library does this. `mp4-atom` and `re_mp4` are maintained, but decode boxes into structs. Blanking in place needs
//! the byte range of every box instead.

mod boxes;
pub(crate) mod error;
mod movie;
mod samples;

use bytes::Bytes;

use crate::inspect::format::DeclaredType;
use crate::inspect::limits::MAX_VIDEO_BYTES;
use crate::inspect::mp4::boxes::{Blanks, Boxes, Mp4Box};
use crate::inspect::mp4::error::VideoError;
use crate::inspect::mp4::movie::Movie;
use crate::inspect::source::Source;

/// The brands of files that every MP4 player accepts.
const BRANDS: [&[u8; 4]; 15] = [
    b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9", b"mp41", b"mp42", b"avc1",
    b"M4V ", b"M4VP", b"dash",
];
/// How many of the compatible brands are checked.
const MAX_BRANDS: usize = 64;
/// The spellings of its media type.
const TYPES: [&str; 4] = ["video/mp4", "video/x-m4v", "application/mp4", "video/mpeg4"];

/// A video that is safe to publish: an MP4 of known size and duration, without metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CleanVideo {
    /// Width in pixels as displayed, after the video's own rotation is applied.
    pub width: u32,
    /// Height in pixels as displayed.
    pub height: u32,
    /// The duration in milliseconds, by its headers.
    pub duration_millis: u64,
    /// The file, in order. Most parts are slices of the input.
    pub parts: Vec<Bytes>,
    /// The total length of the parts in bytes.
    pub length: u64,
}

/// Checks the structure of a video and blanks everything that is not needed to show it. `declared_type` is the content
/// type that its sender declared. If it names no type (`video/*`, `application/octet-stream`, nothing), the bytes alone decide.
///
/// # Errors
/// [`VideoError`] when the file is empty, too large, not an MP4, not of the declared type, malformed, cut off, too
/// long, without a picture, or has a track of other data.
pub fn inspect_video(chunks: &[Bytes], declared_type: Option<&str>) -> Result<CleanVideo, VideoError> {
    let source = Source::new(chunks);
    let size = source.len() as u64;
    if size == 0 {
        return Err(VideoError::Empty);
    }
    if size > MAX_VIDEO_BYTES {
        return Err(VideoError::TooLarge { size, limit: MAX_VIDEO_BYTES });
    }
    if !is_mp4(&source) {
        return Err(VideoError::NotAVideo);
    }
    check_declared_type(declared_type)?;
    let (movie, blanks) = walk(&source)?;
    let (width, height, duration_millis) = movie.check()?;
    let (parts, length) = blanks.apply(&source)?;
    Ok(CleanVideo { width, height, duration_millis, parts, length })
}

/// Whether the file begins with an `ftyp` box that has a known brand.
fn is_mp4(source: &Source<'_>) -> bool {
    let Ok(Some(first)) = Boxes::of_file(source).next_box() else { return false };
    let brand = |at: usize| source.array::<4>(at).is_some_and(|brand| BRANDS.contains(&&brand));
    let body = &first.body;
    let compatible = (body.start.saturating_add(8)..body.end.saturating_sub(3)).step_by(4).take(MAX_BRANDS);
    first.kind == *b"ftyp" && body.len() >= 8 && (brand(body.start) || compatible.into_iter().any(brand))
}

fn check_declared_type(declared_type: Option<&str>) -> Result<(), VideoError> {
    let claim = DeclaredType::of(declared_type);
    if claim.names_none("video") || TYPES.iter().any(|name| claim.is(name)) {
        return Ok(());
    }
    Err(VideoError::type_mismatch(claim.as_str()))
}

/// Walks the boxes of the file itself.
fn walk(source: &Source<'_>) -> Result<(Movie, Blanks), VideoError> {
    let mut blanks = Blanks::default();
    let mut movie = None;
    let mut has_data = false;
    let mut boxes = Boxes::of_file(source);
    while let Some(found) = boxes.next_box()? {
        match &found.kind {
            b"ftyp" if found.start == 0 => blank_brands(source, &found, &mut blanks),
            b"mdat" => has_data = true,
            b"moov" if movie.is_some() => return Err(malformed(&found, "a second moov")),
            b"moov" => movie = Some(Movie::read(source, &found, &mut blanks)?),
            // A fragment describes its own samples, and no box has the duration of the whole.
            b"moof" => return Err(VideoError::Fragmented),
            _ => blanks.blank_box(&found),
        }
    }
    let movie = movie.ok_or(VideoError::Malformed { offset: source.len(), reason: "there is no moov" })?;
    if !has_data {
        return Err(VideoError::Malformed { offset: source.len(), reason: "there is no mdat" });
    }
    Ok((movie, blanks))
}

/// Blanks the compatible brands that are none: any four bytes can stand there. The first brand and its version stay.
fn blank_brands(source: &Source<'_>, ftyp: &Mp4Box, blanks: &mut Blanks) {
    let mut at = ftyp.body.start.saturating_add(8);
    for _ in 0..MAX_BRANDS {
        let Some(brand) = source.array::<4>(at).filter(|_| at.saturating_add(4) <= ftyp.body.end) else { break };
        if !BRANDS.contains(&&brand) {
            blanks.zeros(at..at + 4);
        }
        at += 4;
    }
    blanks.zeros(at.min(ftyp.body.end)..ftyp.body.end);
}

fn malformed(found: &Mp4Box, reason: &'static str) -> VideoError {
    VideoError::Malformed { offset: found.start, reason }
}
