//! MP4 videos, by the structure of their boxes (ISO/IEC 14496-12). Nothing is decoded.
//!
//! Sample tables name places in the file, so no byte may move: what is not needed to show the video becomes a
//! `free` box of the same size, filled with zeros.

mod boxes;
mod error;
mod movie;

pub use error::VideoError;

use bytes::Bytes;

use super::source::Source;
use boxes::{Boxes, Found};
use movie::Movie;

/// The largest video that is taken, in bytes.
pub const MAX_VIDEO_BYTES: u64 = 512 * 1024 * 1024;
/// The longest video that is taken, in seconds.
pub const MAX_VIDEO_SECONDS: u64 = 140;

/// The brands of files that every player of MP4 takes.
const BRANDS: [&[u8; 4]; 15] = [
    b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9", b"mp41", b"mp42", b"avc1",
    b"M4V ", b"M4VP", b"dash",
];
/// The most compatible brands that are looked at.
const MAX_BRANDS: usize = 64;

/// A video that is safe to publish: an MP4 of known size and length, without metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CleanVideo {
    /// Width in pixels as it is displayed, that is after its rotation.
    pub width: u32,
    /// Height in pixels as it is displayed.
    pub height: u32,
    /// How long it is, as its header says.
    pub duration_millis: u64,
    /// The file, in order; most parts are slices of the bytes that came in.
    pub parts: Vec<Bytes>,
    /// The sum of the parts' lengths.
    pub length: u64,
}

/// Checks a video's structure and blanks everything that is not needed to show it. `declared_type` is the content type
/// that its sender gave it; none, an empty one or `application/octet-stream` means that the bytes alone decide.
///
/// # Errors
///
/// [`VideoError`], when the file is empty, too large, no MP4, not what it claims to be, malformed, cut off, too
/// long, without a picture, or carries tracks of other data.
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
    check_claim(declared_type)?;
    let (movie, blanks) = walk(&source)?;
    let (width, height, duration_millis) = movie.judge()?;
    let (parts, length) = blanks.apply(&source)?;
    Ok(CleanVideo { width, height, duration_millis, parts, length })
}

/// Does the file begin with a box that says so? One of its brands must be known.
fn is_mp4(source: &Source<'_>) -> bool {
    let Ok(Some(first)) = Boxes::of_file(source).next_box() else { return false };
    let brand = |at: usize| source.array::<4>(at).is_some_and(|brand| BRANDS.contains(&&brand));
    let body = &first.body;
    let compatible = (body.start.saturating_add(8)..body.end.saturating_sub(3)).step_by(4).take(MAX_BRANDS);
    first.kind == *b"ftyp" && body.len() >= 8 && (brand(body.start) || compatible.into_iter().any(brand))
}

fn check_claim(declared_type: Option<&str>) -> Result<(), VideoError> {
    let essence = declared_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let is = |name: &str| essence.eq_ignore_ascii_case(name);
    if essence.is_empty()
        || ["application/octet-stream", "video/mp4", "video/x-m4v", "application/mp4"].into_iter().any(is)
    {
        return Ok(());
    }
    Err(VideoError::type_mismatch(essence))
}

/// The boxes of the file itself.
fn walk(source: &Source<'_>) -> Result<(Movie, boxes::Blanks), VideoError> {
    let mut blanks = boxes::Blanks::default();
    let mut movie = None;
    let mut has_data = false;
    let mut boxes = Boxes::of_file(source);
    while let Some(found) = boxes.next_box()? {
        match &found.kind {
            b"ftyp" => {}
            b"mdat" => has_data = true,
            b"moov" if movie.is_some() => return Err(malformed(&found, "a second moov")),
            b"moov" => movie = Some(Movie::read(source, &found, &mut blanks)?),
            // Its samples are named by boxes of their own, and its length by none.
            b"moof" => return Err(VideoError::Fragmented),
            _ => blanks.whole(&found),
        }
    }
    let movie = movie.ok_or(VideoError::Malformed { offset: source.len(), reason: "there is no moov" })?;
    if !has_data {
        return Err(VideoError::Malformed { offset: source.len(), reason: "there is no mdat" });
    }
    Ok((movie, blanks))
}

fn malformed(found: &Found, reason: &'static str) -> VideoError {
    VideoError::Malformed { offset: found.start, reason }
}
