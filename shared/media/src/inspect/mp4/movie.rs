//! `moov`: how long a video is, and how large.

use std::ops::Range;

use super::boxes::{Blanks, Boxes, Found};
use super::{MAX_VIDEO_SECONDS, VideoError};
use crate::inspect::source::Source;
use crate::inspect::{MAX_IMAGE_PIXELS, MAX_IMAGE_SIDE};

/// A movie with more tracks is none that somebody filmed.
const MAX_TRACKS: usize = 32;

/// What a movie's header says, and its tracks.
#[derive(Default)]
pub(super) struct Movie {
    timescale: u32,
    duration: u64,
    tracks: Vec<Track>,
}

#[derive(Default)]
struct Track {
    handler: [u8; 4],
    duration: u64,
    width: u32,
    height: u32,
}

impl Movie {
    /// Reads `moov`, and notes what of it is not needed.
    pub(super) fn read(source: &Source<'_>, moov: &Found, blanks: &mut Blanks) -> Result<Self, VideoError> {
        let mut movie = Self::default();
        let mut boxes = Boxes::within(source, &moov.body);
        while let Some(found) = boxes.next_box()? {
            match &found.kind {
                b"mvhd" => {
                    let times = Times::read(source, &found, 4, blanks)?;
                    let scale = u32::from_be_bytes(source.array(times.after_dates).ok_or_else(|| short(&found))?);
                    (movie.timescale, movie.duration) = (scale, times.duration);
                }
                b"trak" if movie.tracks.len() == MAX_TRACKS => return Err(malformed(&found, "too many tracks")),
                b"trak" => movie.tracks.push(Track::read(source, &found, blanks)?),
                b"mvex" => return Err(VideoError::Fragmented),
                b"iods" => {}
                _ => blanks.whole(&found),
            }
        }
        Ok(movie)
    }

    /// Width, height and milliseconds of a video that is taken.
    pub(super) fn judge(&self) -> Result<(u32, u32, u64), VideoError> {
        let nothing = |reason| VideoError::Malformed { offset: 0, reason };
        if self.tracks.iter().any(|track| ![*b"vide", *b"soun"].contains(&track.handler)) {
            return Err(VideoError::OtherTrack);
        }
        let longest = self.tracks.iter().map(|track| track.duration).chain([self.duration]).max().unwrap_or_default();
        if self.timescale == 0 || longest == 0 {
            return Err(nothing("it has no length"));
        }
        let millis = u64::try_from(u128::from(longest) * 1_000 / u128::from(self.timescale)).unwrap_or(u64::MAX);
        if millis > MAX_VIDEO_SECONDS * 1_000 {
            return Err(VideoError::TooLong { millis });
        }
        let picture = self.tracks.iter().find(|track| track.handler == *b"vide");
        let Track { width, height, .. } = *picture.ok_or_else(|| nothing("it has no picture"))?;
        let sides = 1..=MAX_IMAGE_SIDE;
        let area = u64::from(width) * u64::from(height);
        if !sides.contains(&width) || !sides.contains(&height) || area > MAX_IMAGE_PIXELS {
            return Err(VideoError::Dimensions { width, height });
        }
        Ok((width, height, millis))
    }
}

impl Track {
    fn read(source: &Source<'_>, trak: &Found, blanks: &mut Blanks) -> Result<Self, VideoError> {
        let mut track = Self::default();
        let mut boxes = Boxes::within(source, &trak.body);
        while let Some(found) = boxes.next_box()? {
            match &found.kind {
                // The track's number and four unused bytes stand between the dates and the duration.
                b"tkhd" => {
                    let times = Times::read(source, &found, 8, blanks)?;
                    track.duration = times.duration;
                    (track.width, track.height) =
                        displayed(source, times.after_duration).ok_or_else(|| short(&found))?;
                }
                b"mdia" => track.handler = read_media(source, &found.body, blanks)?,
                b"edts" | b"tref" => {}
                _ => blanks.whole(&found),
            }
        }
        Ok(track)
    }
}

/// Width and height behind a track's duration, turned as its matrix says.
fn displayed(source: &Source<'_>, after_duration: usize) -> Option<(u32, u32)> {
    let number = |at: usize| source.array(after_duration.checked_add(at)?).map(u32::from_be_bytes);
    // Sixteen bytes of order and volume, nine of the matrix, both sides in 16.16.
    let (a, b) = (number(16)?, number(20)?);
    let (width, height) = (number(52)? >> 16, number(56)? >> 16);
    Some(if a == 0 && b != 0 { (height, width) } else { (width, height) })
}

/// Reads `mdia`: what kind of track it is.
fn read_media(source: &Source<'_>, body: &Range<usize>, blanks: &mut Blanks) -> Result<[u8; 4], VideoError> {
    let mut handler = [0; 4];
    let mut boxes = Boxes::within(source, body);
    while let Some(found) = boxes.next_box()? {
        match &found.kind {
            b"mdhd" => {
                Times::read(source, &found, 4, blanks)?;
            }
            b"hdlr" => {
                handler = source.array(found.body.start + 8).ok_or_else(|| short(&found))?;
                // Its name is whatever a camera likes to write.
                blanks.zeros((found.body.start + 24).min(found.body.end)..found.body.end);
            }
            b"minf" => blank_metadata(source, &found.body, blanks, true)?,
            _ => blanks.whole(&found),
        }
    }
    Ok(handler)
}

/// In `minf` and `stbl` everything can matter for showing the video, apart from these.
fn blank_metadata(
    source: &Source<'_>,
    body: &Range<usize>,
    blanks: &mut Blanks,
    has_tables: bool,
) -> Result<(), VideoError> {
    let mut boxes = Boxes::within(source, body);
    while let Some(found) = boxes.next_box()? {
        match &found.kind {
            b"udta" | b"meta" | b"uuid" | b"free" | b"skip" => blanks.whole(&found),
            b"stbl" if has_tables => blank_metadata(source, &found.body, blanks, false)?,
            _ => {}
        }
    }
    Ok(())
}

/// The dates and the duration that `mvhd`, `tkhd` and `mdhd` begin with.
struct Times {
    duration: u64,
    after_dates: usize,
    after_duration: usize,
}

impl Times {
    /// `between` bytes stand between the dates and the duration. The dates are blanked: they say when it was
    /// filmed.
    fn read(source: &Source<'_>, found: &Found, between: usize, blanks: &mut Blanks) -> Result<Self, VideoError> {
        let [version] = source.array(found.body.start).ok_or_else(|| short(found))?;
        let wide = match version {
            0 => 4,
            1 => 8,
            _ => return Err(malformed(found, "an unknown version")),
        };
        let dates = found.body.start + 4;
        let after_dates = dates + 2 * wide;
        let at = after_dates + between;
        let after_duration = at + wide;
        if after_duration > found.body.end {
            return Err(short(found));
        }
        let duration = match wide {
            4 => source.array(at).map(u32::from_be_bytes).map(|d| if d == u32::MAX { 0 } else { u64::from(d) }),
            _ => source.array(at).map(u64::from_be_bytes).map(|d| if d == u64::MAX { 0 } else { d }),
        };
        blanks.zeros(dates..after_dates);
        Ok(Self { duration: duration.ok_or_else(|| short(found))?, after_dates, after_duration })
    }
}

fn short(found: &Found) -> VideoError {
    malformed(found, "a header is too short")
}

fn malformed(found: &Found, reason: &'static str) -> VideoError {
    VideoError::Malformed { offset: found.start, reason }
}
