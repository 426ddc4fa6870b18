//! Application segments: what decoders need for the right colours and the right side up, and nothing else.

use super::super::exif::Orientation;
use super::super::keep::Kept;
use super::super::source::Reader;
use super::Segment;

const JFIF: &[u8; 5] = b"JFIF\0";
const EXIF: &[u8; 5] = b"Exif\0";
const ICC: &[u8; 12] = b"ICC_PROFILE\0";
const ADOBE: &[u8; 5] = b"Adobe";

/// The bytes of a colour profile before the mark that every profile has (ICC.1 §7.2.11).
const ICC_SIGNATURE_OFFSET: usize = 36;

/// What application segments have said so far.
#[derive(Default)]
pub(super) struct Application {
    has_jfif: bool,
    has_exif: bool,
    orientation: Option<Orientation>,
    icc_pieces: u8,
}

impl Application {
    pub(super) fn orientation(&self) -> Option<Orientation> {
        self.orientation
    }

    /// Keeps of a segment what is needed. Decoders stop looking at the first scan, so whatever comes later is dropped.
    pub(super) fn take(&mut self, segment: &Segment, file: &Reader<'_>, kept: &mut Kept<'_>, has_scan: bool) {
        if has_scan {
            return;
        }
        let data = file.within(&segment.data);
        match segment.code {
            0xE0 if data.starts_with(JFIF) => self.jfif(data, kept),
            0xE1 if data.starts_with(EXIF) => self.exif(data, kept),
            0xE2 if data.starts_with(ICC) => self.icc(segment, data, kept),
            0xEE if data.starts_with(ADOBE) => adobe(data, kept),
            _ => {}
        }
    }

    /// The JFIF header without its thumbnail, which may show what was cut away from the picture.
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

    /// The first Exif segment counts; only its orientation is written again.
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

    /// One piece of a colour profile, if it is the next one and, for the first, begins as a profile does.
    fn icc(&mut self, segment: &Segment, mut data: Reader<'_>, kept: &mut Kept<'_>) {
        let Ok([number, count]) = data.skip(ICC.len()).and_then(|_| data.array()) else { return };
        let is_next = self.icc_pieces.checked_add(1) == Some(number) && number <= count;
        if is_next && (number > 1 || is_icc_profile(data)) {
            self.icc_pieces = number;
            kept.range(segment.whole.clone());
        }
    }
}

/// Says how colours are encoded; twelve bytes that no decoder does without.
fn adobe(mut data: Reader<'_>, kept: &mut Kept<'_>) {
    if let Ok(header) = data.array::<12>() {
        kept.insert(&[0xFF, 0xEE, 0, 14]);
        kept.insert(&header);
    }
}

/// Whether this begins like a colour profile.
pub(in super::super) fn is_icc_profile(mut data: Reader<'_>) -> bool {
    data.skip(ICC_SIGNATURE_OFFSET).is_ok() && data.starts_with(b"acsp")
}
