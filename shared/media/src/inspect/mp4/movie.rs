//! Reads `moov`: the duration and the dimensions of a video.

use std::ops::Range;

use crate::inspect::limits::{MAX_VIDEO_SECONDS, are_accepted};
use crate::inspect::mp4::boxes::{Blanks, Boxes, Mp4Box};
use crate::inspect::mp4::codec::TrackKind;
use crate::inspect::mp4::error::VideoError;
use crate::inspect::mp4::samples::{keep_edits, keep_information};
use crate::inspect::mp4::samples_kept::{child, descendant, duration, u32_at};
use crate::inspect::source::Source;

/// The most tracks. A video from a camera has far fewer.
const MAX_TRACKS: usize = 32;

/// The header and the tracks of a movie.
#[derive(Default)]
pub(super) struct Movie {
    timescale: u32,
    duration: u64,
    tracks: Vec<Track>,
}

#[derive(Default)]
struct Track {
    handler: [u8; 4],
    /// How long its samples last. Headers may say less.
    samples_millis: u64,
    duration: u64,
    width: u32,
    height: u32,
}

impl Movie {
    /// Reads `moov`, and blanks what is not needed of it: all but the first picture and the first sound that are played
    /// everywhere. Tracks of other data, such as those with positions, are never kept.
    pub(super) fn read(source: &Source<'_>, moov: &Mp4Box, blanks: &mut Blanks) -> Result<Self, VideoError> {
        let mut movie = Self::default();
        let kept = chosen(source, moov)?;
        let mut boxes = Boxes::within(source, &moov.body);
        while let Some(found) = boxes.next_box()? {
            match &found.kind {
                b"mvhd" => {
                    let times = Times::read(source, &found, 4, blanks)?;
                    let scale = u32::from_be_bytes(source.array(times.after_dates).ok_or_else(|| short(&found))?);
                    (movie.timescale, movie.duration) = (scale, times.duration);
                    // Speed, volume, ten unused bytes, the matrix, 24 unused bytes, and the number of the next track.
                    let after = times.after_duration - found.body.start;
                    blanks.zeros_within(&found, after + 6..after + 16);
                    blanks.zeros_within(&found, after + 52..after + 76);
                    blanks.tail(&found, after + 80);
                }
                b"trak" if kept.contains(&found.start) => movie.tracks.push(Track::read(source, &found, blanks)?),
                b"mvex" => return Err(VideoError::Fragmented),
                _ => blanks.blank_box(&found),
            }
        }
        Ok(movie)
    }

    /// Checks the movie, and returns its width, height and duration in milliseconds.
    pub(super) fn check(&self) -> Result<(u32, u32, u64), VideoError> {
        let nothing = |reason| VideoError::Malformed { offset: 0, reason };
        let longest = self.tracks.iter().map(|track| track.duration).chain([self.duration]).max().unwrap_or_default();
        if self.timescale == 0 || longest == 0 {
            return Err(nothing("it has no length"));
        }
        let millis = millis(longest, self.timescale);
        let millis = self.tracks.iter().map(|track| track.samples_millis).chain([millis]).max().unwrap_or_default();
        if millis > MAX_VIDEO_SECONDS * 1_000 {
            return Err(VideoError::TooLong { millis });
        }
        let picture = self.tracks.iter().find(|track| track.handler == *b"vide");
        let Track { width, height, .. } = *picture.ok_or_else(|| nothing("it has no picture"))?;
        if !are_accepted(width, height) {
            return Err(VideoError::Dimensions { width, height });
        }
        Ok((width, height, millis))
    }
}

/// The positions of the tracks to keep.
fn chosen(source: &Source<'_>, moov: &Mp4Box) -> Result<Vec<usize>, VideoError> {
    let (mut picture, mut sound) = (None, None);
    let (mut count, mut has_picture, mut has_sound) = (0, false, false);
    let mut boxes = Boxes::within(source, &moov.body);
    while let Some(found) = boxes.next_box()? {
        if found.kind != *b"trak" {
            continue;
        }
        count += 1;
        if count > MAX_TRACKS {
            return Err(malformed(&found, "too many tracks"));
        }
        match TrackKind::of(source, &found) {
            TrackKind::Picture { known } => {
                has_picture = true;
                picture = picture.or(known.then_some(found.start));
            }
            TrackKind::Sound { known } => {
                has_sound = true;
                sound = sound.or(known.then_some(found.start));
            }
            TrackKind::Other => {}
        }
    }
    if (has_picture && picture.is_none()) || (has_sound && sound.is_none()) {
        return Err(VideoError::Codec);
    }
    Ok(picture.into_iter().chain(sound).collect())
}

fn millis(duration: u64, timescale: u32) -> u64 {
    u64::try_from(u128::from(duration) * 1_000 / u128::from(timescale.max(1))).unwrap_or(u64::MAX)
}

/// How long the samples of a track last, by their table.
fn samples_millis(source: &Source<'_>, mdia: &Range<usize>) -> Option<u64> {
    let mdhd = child(source, mdia, b"mdhd")?;
    let [version] = source.array(mdhd.body.start)?;
    let timescale = u32_at(source, mdhd.body.start + if version == 1 { 20 } else { 12 })?;
    let stbl = descendant(source, mdia, &[b"minf", b"stbl"])?;
    Some(millis(duration(source, &stbl.body)?, timescale))
}

impl Track {
    fn read(source: &Source<'_>, trak: &Mp4Box, blanks: &mut Blanks) -> Result<Self, VideoError> {
        let mut track = Self::default();
        let mut boxes = Boxes::within(source, &trak.body);
        while let Some(found) = boxes.next_box()? {
            match &found.kind {
                // The track's number and four unused bytes are between the dates and the duration.
                b"tkhd" => {
                    let times = Times::read(source, &found, 8, blanks)?;
                    track.duration = times.duration;
                    (track.width, track.height) =
                        displayed(source, times.after_duration).ok_or_else(|| short(&found))?;
                    blanks.tail(&found, times.after_duration - found.body.start + 60);
                }
                b"mdia" => {
                    track.samples_millis = samples_millis(source, &found.body).ok_or_else(|| short(&found))?;
                    track.handler = read_media(source, &found.body, blanks)?;
                }
                b"edts" => keep_edits(source, &found.body, blanks)?,
                _ => blanks.blank_box(&found),
            }
        }
        Ok(track)
    }
}

/// Width and height, which follow a track's duration, rotated by the track's matrix.
fn displayed(source: &Source<'_>, after_duration: usize) -> Option<(u32, u32)> {
    let number = |at: usize| source.array(after_duration.checked_add(at)?).map(u32::from_be_bytes);
    // Sixteen bytes of order and volume, the nine numbers of the matrix, and both sides as 16.16 fixed-point numbers.
    let (a, b) = (number(16)?, number(20)?);
    let (width, height) = (number(52)? >> 16, number(56)? >> 16);
    Some(if a == 0 && b != 0 { (height, width) } else { (width, height) })
}

/// Reads `mdia`, and returns the kind of the track.
fn read_media(source: &Source<'_>, body: &Range<usize>, blanks: &mut Blanks) -> Result<[u8; 4], VideoError> {
    let mut handler = [0; 4];
    let mut information = Vec::new();
    let mut boxes = Boxes::within(source, body);
    while let Some(found) = boxes.next_box()? {
        match &found.kind {
            b"mdhd" => {
                let times = Times::read(source, &found, 4, blanks)?;
                blanks.tail(&found, times.after_duration.saturating_add(4) - found.body.start);
            }
            b"hdlr" => {
                handler = source.array(found.body.start + 8).ok_or_else(|| short(&found))?;
                // The maker, and the handler's name, which is free text.
                blanks.tail(&found, 12);
            }
            b"minf" => information.push(found.body),
            _ => blanks.blank_box(&found),
        }
    }
    // What is needed depends on the kind of the track, which may stand behind it.
    information.iter().try_for_each(|body| keep_information(source, body, handler, blanks))?;
    Ok(handler)
}

/// The dates and the duration at the beginning of `mvhd`, `tkhd` and `mdhd`.
struct Times {
    duration: u64,
    after_dates: usize,
    after_duration: usize,
}

impl Times {
    /// Reads the duration, which follows the dates after `between` bytes. Blanks the dates: they say when the video was
    /// filmed.
    fn read(source: &Source<'_>, found: &Mp4Box, between: usize, blanks: &mut Blanks) -> Result<Self, VideoError> {
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

pub(super) fn short(found: &Mp4Box) -> VideoError {
    malformed(found, "a header is too short")
}

fn malformed(found: &Mp4Box, reason: &'static str) -> VideoError {
    VideoError::Malformed { offset: found.start, reason }
}
