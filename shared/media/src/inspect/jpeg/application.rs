//! Application segments: keeps what decoders need for colours and orientation, and drops the rest.

use crate::inspect::exif::Orientation;
use crate::inspect::icc;
use crate::inspect::jpeg::segment::Segment;
use crate::inspect::kept_ranges::Kept;
use crate::inspect::source::Reader;

const JFIF: &[u8; 5] = b"JFIF\0";
const EXIF: &[u8; 5] = b"Exif\0";
const ICC: &[u8; 12] = b"ICC_PROFILE\0";
const ADOBE: &[u8; 5] = b"Adobe";
/// The most bytes of a profile in a segment: its length field counts itself, the name and two numbers.
const MAX_PIECE: usize = 65_535 - 2 - ICC.len() - 2;

/// The state after the application segments so far.
#[derive(Default)]
pub(super) struct Application {
    has_jfif: bool,
    has_exif: bool,
    orientation: Option<Orientation>,
    profile: Profile,
}

/// A colour profile, which comes in pieces: a segment holds 64 KB.
#[derive(Default)]
struct Profile {
    pieces: u8,
    bytes: Vec<u8>,
}

impl Application {
    pub(super) fn orientation(&self) -> Option<Orientation> {
        self.orientation
    }

    /// Keeps what is needed of a segment. Decoders ignore application segments after the first scan, so those are
    /// dropped.
    pub(super) fn take(&mut self, segment: &Segment, file: &Reader<'_>, kept: &mut Kept<'_>, has_scan: bool) {
        if has_scan {
            return;
        }
        let data = file.within(&segment.data);
        match segment.code {
            0xE0 if data.starts_with(JFIF) => self.jfif(data, kept),
            0xE1 if data.starts_with(EXIF) => self.exif(data, kept),
            0xE2 if data.starts_with(ICC) => self.profile.take(data, kept),
            0xEE if data.starts_with(ADOBE) => adobe(data, kept),
            _ => {}
        }
    }

    /// Keeps the JFIF header without its thumbnail, which may show parts that were cut off the picture.
    fn jfif(&mut self, mut data: Reader<'_>, kept: &mut Kept<'_>) {
        if self.has_jfif {
            return;
        }
        if let Ok(header) = data.array::<12>() {
            kept.insert(&[0xFF, 0xE0, 0, 16]);
            kept.insert(&header);
            kept.insert(&[0, 0]);
            self.has_jfif = true;
        }
    }

    /// Keeps the orientation of the first Exif segment, and nothing else.
    fn exif(&mut self, mut data: Reader<'_>, kept: &mut Kept<'_>) {
        if self.has_exif || data.skip(EXIF.len() + 1).is_err() {
            return;
        }
        self.has_exif = true;
        self.orientation = Orientation::read(data);
        if let Some(orientation) = self.orientation {
            kept.insert(&[0xFF, 0xE1, 0, 34]);
            kept.insert(b"Exif\0\0");
            kept.insert(&orientation.to_tiff());
        }
    }
}

impl Profile {
    /// Collects a piece, if it is the next one. After the last one the profile is written anew.
    fn take(&mut self, mut data: Reader<'_>, kept: &mut Kept<'_>) {
        let Ok([number, count]) = data.skip(ICC.len()).and_then(|_| data.array()) else { return };
        if self.pieces.checked_add(1) != Some(number) || number > count {
            return;
        }
        self.pieces = number;
        self.bytes.extend(data.copied(icc::MAX_PROFILE.saturating_sub(self.bytes.len())));
        if number == count {
            // No piece follows this one.
            self.pieces = u8::MAX;
            keep_profile(&std::mem::take(&mut self.bytes), kept);
        }
    }
}

fn keep_profile(profile: &[u8], kept: &mut Kept<'_>) {
    let Some(profile) = icc::rebuilt(profile) else { return };
    let pieces = profile.chunks(MAX_PIECE);
    // With at most `MAX_PROFILE` bytes there are fewer than 255 pieces.
    let count = u8::try_from(pieces.len()).unwrap_or(u8::MAX);
    for (number, piece) in (1..=count).zip(pieces) {
        let length = u16::try_from(2 + ICC.len() + 2 + piece.len()).unwrap_or(u16::MAX);
        kept.insert(&[0xFF, 0xE2]);
        kept.insert(&length.to_be_bytes());
        kept.insert(ICC);
        kept.insert(&[number, count]);
        kept.insert(piece);
    }
}

/// Keeps the twelve bytes that say how colours are encoded, which every decoder needs.
fn adobe(mut data: Reader<'_>, kept: &mut Kept<'_>) {
    if let Ok(header) = data.array::<12>() {
        kept.insert(&[0xFF, 0xEE, 0, 14]);
        kept.insert(&header);
    }
}
