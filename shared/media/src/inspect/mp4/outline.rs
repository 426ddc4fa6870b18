//! The outline of a video: where its outer boxes are. It is read from their headers, so that the file may lie anywhere.

use std::ops::Range;

use crate::inspect::limits::MAX_VIDEO_BYTES;
use crate::inspect::mp4::error::VideoError;

/// The bytes of the longest header of a box.
const HEADER_BYTES: u64 = 16;
/// The most outer boxes. Cameras write fewer than ten.
const MAX_BOXES: usize = 4_096;
/// The most bytes of `moov`. 140 seconds of a camera take less than one megabyte.
const MAX_MOVIE_BYTES: u64 = 8 * 1024 * 1024;
/// The most bytes of `ftyp`.
const MAX_BRANDS_BYTES: u64 = 1_024;

/// The outer boxes of a video that have been read so far.
#[derive(Debug, Clone)]
pub struct VideoOutline {
    size: u64,
    position: u64,
    boxes: usize,
    brands: Range<u64>,
    movie: Option<Range<u64>>,
    pub(super) data: Vec<Range<u64>>,
}

impl VideoOutline {
    /// Begins the outline of a file of this size.
    ///
    /// # Errors
    /// [`VideoError`] when the file is empty or too large.
    pub fn new(size: u64) -> Result<Self, VideoError> {
        if size == 0 {
            return Err(VideoError::Empty);
        }
        if size > MAX_VIDEO_BYTES {
            return Err(VideoError::TooLarge { size, limit: MAX_VIDEO_BYTES });
        }
        Ok(Self { size, position: 0, boxes: 0, brands: 0..0, movie: None, data: Vec::new() })
    }

    /// The range of the next header, at most 16 bytes. `None` after the last box.
    #[must_use]
    pub fn next_header(&self) -> Option<Range<u64>> {
        (self.position < self.size).then(|| self.position..self.size.min(self.position + HEADER_BYTES))
    }

    /// Takes the bytes of the next header.
    ///
    /// # Errors
    /// [`VideoError`] when the file does not begin like an MP4, is cut off or fragmented, or has too many boxes.
    pub fn take(&mut self, header: &[u8]) -> Result<(), VideoError> {
        let start = self.position;
        let first = self.boxes == 0;
        let malformed = |reason| match first {
            true => VideoError::NotAVideo,
            false => VideoError::Malformed { offset: usize::try_from(start).unwrap_or(usize::MAX), reason },
        };
        let cut = || malformed("a box reaches past the end of what holds it");
        let number = |at: usize| header.get(at..at + 4).and_then(|part| part.first_chunk::<4>());
        let (small, kind) = (number(0).ok_or_else(cut)?, number(4).ok_or_else(cut)?);
        let (header_bytes, size) = match u32::from_be_bytes(*small) {
            0 => (8, self.size - start),
            1 => (16, u64::from_be_bytes(*header.get(8..16).and_then(|part| part.first_chunk()).ok_or_else(cut)?)),
            size => (8, u64::from(size)),
        };
        if size < header_bytes {
            return Err(malformed("a box is smaller than its own header"));
        }
        let end = start.checked_add(size).filter(|end| *end <= self.size).ok_or_else(cut)?;
        self.boxes += 1;
        if self.boxes > MAX_BOXES {
            return Err(malformed("too many boxes"));
        }
        match kind {
            b"ftyp" if first && size <= MAX_BRANDS_BYTES => self.brands = start..end,
            _ if first => return Err(VideoError::NotAVideo),
            b"moov" if self.movie.is_some() => return Err(malformed("a second moov")),
            b"moov" if size > MAX_MOVIE_BYTES => return Err(malformed("moov is too large")),
            b"moov" => self.movie = Some(start..end),
            b"mdat" => self.data.push(start + header_bytes..end),
            // A fragment describes its own samples, and no box has the duration of the whole.
            b"moof" => return Err(VideoError::Fragmented),
            _ => {}
        }
        self.position = end;
        Ok(())
    }

    /// The range of the box with the file's brands, once it was taken.
    #[must_use]
    pub fn brands(&self) -> Range<u64> {
        self.brands.clone()
    }

    /// The range of `moov`.
    ///
    /// # Errors
    /// [`VideoError`] when the file has no `moov` or no data.
    pub fn movie(&self) -> Result<Range<u64>, VideoError> {
        let offset = usize::try_from(self.size).unwrap_or(usize::MAX);
        if self.data.is_empty() {
            return Err(VideoError::Malformed { offset, reason: "there is no mdat" });
        }
        self.movie.clone().ok_or(VideoError::Malformed { offset, reason: "there is no moov" })
    }
}
