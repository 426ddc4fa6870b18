//! Inspection of MP4 videos and QuickTime movies by their boxes (ISO/IEC 14496-12). Nothing is decoded.
//!
//! The video that is served is a new file: `ftyp`, `moov`, and one `mdat`. Of `moov` is kept what is on a list at every
//! level; any other box in a track becomes a `free` box of the same size, filled with zeros. `mdat` has the samples of
//! the kept tracks, in their order, and the tables in `moov` get their new positions. So the video can be shown before
//! it is loaded, and nothing that stood between samples is left.
//!
//! No library does this. `mp4-atom` and `re_mp4` are maintained, but decode boxes into structs, and know no list of what
//! may stay.

mod boxes;
mod codec;
pub(crate) mod error;
mod movie;
pub(crate) mod outline;
mod samples;
mod samples_kept;
mod settings;

use std::ops::Range;

use bytes::Bytes;

use crate::inspect::format::DeclaredType;
use crate::inspect::kept_ranges::Kept;
use crate::inspect::mp4::boxes::{Blanks, Boxes, Mp4Box};
use crate::inspect::mp4::error::VideoError;
use crate::inspect::mp4::movie::Movie;
use crate::inspect::mp4::outline::VideoOutline;
use crate::inspect::mp4::samples_kept::{Moved, Samples, descendant};
use crate::inspect::source::Source;

/// The brands of files that every MP4 player accepts, and QuickTime's.
const BRANDS: [&[u8; 4]; 16] = [
    b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9", b"mp41", b"mp42", b"avc1",
    b"M4V ", b"M4VP", b"dash", b"qt  ",
];
/// How many of the compatible brands are checked.
const MAX_BRANDS: usize = 64;
/// The `ftyp` of every video that is served.
const FTYP: &[u8; 28] = b"\0\0\0\x1cftypisom\0\0\x02\0isomiso2mp41";
/// The spellings of its media type.
pub(super) const TYPES: [&str; 5] = ["video/mp4", "video/x-m4v", "application/mp4", "video/mpeg4", "video/quicktime"];

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

/// A video that is safe to publish once it is put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoPlan {
    /// Width in pixels as displayed, after the video's own rotation is applied.
    pub width: u32,
    /// Height in pixels as displayed.
    pub height: u32,
    /// The duration in milliseconds, by its headers and its samples.
    pub duration_millis: u64,
    /// The beginning of the new file.
    pub head: Bytes,
    /// The ranges of the old file that follow, in order.
    pub samples: Vec<Range<u64>>,
    /// The length of the new file in bytes.
    pub length: u64,
}

/// Checks the structure of a video in memory, and removes everything that is not needed to show it. `declared_type` is
/// the content type that its sender declared. If it names no type (`video/*`, `application/octet-stream`, nothing), the
/// bytes alone decide.
///
/// # Errors
/// [`VideoError`] when the file is empty, too large, neither MP4 nor QuickTime, not of the declared type, malformed, cut
/// off, too long, without a picture, or in other codecs than H.264, HEVC and AAC.
pub fn inspect_video(chunks: &[Bytes], declared_type: Option<&str>) -> Result<CleanVideo, VideoError> {
    let source = Source::new(chunks);
    let mut outline = VideoOutline::new(source.len() as u64)?;
    while let Some(header) = outline.next_header() {
        outline.take(&copied(&source, &header))?;
    }
    let brands = copied(&source, &outline.brands());
    check_brands(&brands)?;
    check_declared_type(declared_type)?;
    let movie = copied(&source, &outline.movie()?);
    let plan = plan_video(&outline, &brands, movie.into(), declared_type)?;
    let mut kept = Kept::new(&source);
    kept.insert(&plan.head);
    for range in &plan.samples {
        kept.range(in_memory(range));
    }
    let VideoPlan { width, height, duration_millis, .. } = plan;
    let (parts, length) = kept.finish();
    Ok(CleanVideo { width, height, duration_millis, parts, length })
}

/// Checks a video of which only the outer boxes' headers, the first box (`brands`) and `moov` (`movie`) were read, and
/// says of what the new file consists.
///
/// # Errors
/// As [`inspect_video`].
pub fn plan_video(
    outline: &VideoOutline,
    brands: &[u8],
    movie: Bytes,
    declared_type: Option<&str>,
) -> Result<VideoPlan, VideoError> {
    check_brands(brands)?;
    check_declared_type(declared_type)?;
    let mut blanks = Blanks::default();
    let chunks = [movie];
    let source = Source::new(&chunks);
    let whole = Boxes::within(&source, &(0..source.len())).next_box()?;
    let moov = whole.ok_or(VideoError::Malformed { offset: 0, reason: "moov is empty" })?;
    let read = Movie::read(&source, &moov, &mut blanks)?;
    let (width, height, duration_millis) = read.check()?;
    let mut movie = without_free(blanks.apply(&source)?)?;
    let samples = samples_of(&movie)?;
    let ranges = samples.ranges(&outline.data)?;
    let bytes: u64 = ranges.iter().map(|range| range.end - range.start).sum();
    let data = u32::try_from(bytes.saturating_add(8)).map_err(|_| VideoError::NotAVideo)?;
    let head_length = FTYP.len() + movie.len() + 8;
    let moved = Moved::new(&ranges, head_length as u64);
    for table in &samples.offsets {
        moved
            .rewrite(&mut movie, table)
            .ok_or(VideoError::Malformed { offset: table.start, reason: "no such sample" })?;
    }
    let head = [FTYP.as_slice(), &movie, &data.to_be_bytes(), b"mdat"].concat();
    Ok(VideoPlan {
        width,
        height,
        duration_millis,
        length: head.len() as u64 + bytes,
        head: head.into(),
        samples: ranges,
    })
}

/// The blanked `moov` without the outer boxes that were blanked.
fn without_free(blanked: Vec<u8>) -> Result<Vec<u8>, VideoError> {
    let chunks = [Bytes::from(blanked)];
    let source = Source::new(&chunks);
    let mut kept = b"\0\0\0\0moov".to_vec();
    let whole = Boxes::within(&source, &(0..source.len())).next_box()?;
    let mut boxes = Boxes::within(&source, &whole.map_or(0..0, |moov| moov.body));
    while let Some(found) = boxes.next_box()? {
        if found.kind != *b"free" {
            kept.extend(source.slices(found.start..found.body.end).flatten());
        }
    }
    let length = u32::try_from(kept.len()).unwrap_or(u32::MAX).to_be_bytes();
    kept.splice(..4, length);
    Ok(kept)
}

/// The samples of all tracks of a `moov`, with positions relative to its first byte.
fn samples_of(movie: &[u8]) -> Result<Samples, VideoError> {
    let chunks = [Bytes::copy_from_slice(movie)];
    let source = Source::new(&chunks);
    let mut samples = Samples::default();
    let mut boxes = Boxes::within(&source, &(8..source.len()));
    while let Some(found) = boxes.next_box()? {
        if found.kind == *b"trak" {
            let stbl = descendant(&source, &found.body, &[b"mdia", b"minf", b"stbl"]);
            samples.read(&source, &stbl.ok_or_else(|| malformed(&found, "a track has no samples"))?)?;
        }
    }
    Ok(samples)
}

/// Checks that the first box has a known brand.
fn check_brands(brands: &[u8]) -> Result<(), VideoError> {
    let mut found = brands.get(8..).unwrap_or_default().chunks_exact(4);
    let first = found.next().is_some_and(is_brand);
    // The version of the first brand.
    let _version = found.next();
    if first || found.take(MAX_BRANDS).any(is_brand) { Ok(()) } else { Err(VideoError::NotAVideo) }
}

fn is_brand(found: &[u8]) -> bool {
    BRANDS.iter().any(|brand| brand.as_slice() == found)
}

fn check_declared_type(declared_type: Option<&str>) -> Result<(), VideoError> {
    let claim = DeclaredType::of(declared_type);
    if claim.names_none("video") || TYPES.iter().any(|name| claim.is(name)) {
        return Ok(());
    }
    Err(VideoError::type_mismatch(claim.as_str()))
}

fn in_memory(range: &Range<u64>) -> Range<usize> {
    let at = |offset| usize::try_from(offset).unwrap_or(usize::MAX);
    at(range.start)..at(range.end)
}

fn copied(source: &Source<'_>, range: &Range<u64>) -> Vec<u8> {
    source.slices(in_memory(range)).flatten().copied().collect()
}

fn malformed(found: &Mp4Box, reason: &'static str) -> VideoError {
    VideoError::Malformed { offset: found.start, reason }
}
