//! Application segments: keeps what decoders need for colours and orientation, and drops the rest.

use crate::inspect::exif::Orientation;
use crate::inspect::jpeg::segment::Segment;
use crate::inspect::kept_ranges::Kept;
use crate::inspect::source::Reader;
use crate::inspect::walked::is_icc_profile;

const JFIF: &[u8; 5] = b"JFIF\0";
const EXIF: &[u8; 5] = b"Exif\0";
const ICC: &[u8; 12] = b"ICC_PROFILE\0";
const ADOBE: &[u8; 5] = b"Adobe";

/// The state after the application segments so far.
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
            0xE2 if data.starts_with(ICC) => self.icc(segment, data, kept),
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

    /// Keeps a piece of a colour profile, if it is the next one, and the first begins like a profile.
    fn icc(&mut self, segment: &Segment, mut data: Reader<'_>, kept: &mut Kept<'_>) {
        let Ok([number, count]) = data.skip(ICC.len()).and_then(|_| data.array()) else { return };
        let is_next = self.icc_pieces.checked_add(1) == Some(number) && number <= count;
        if is_next && (number > 1 || is_icc_profile(data)) {
            self.icc_pieces = number;
            kept.range(segment.whole.clone());
        }
    }
}

/// Keeps the twelve bytes that say how colours are encoded, which every decoder needs.
fn adobe(mut data: Reader<'_>, kept: &mut Kept<'_>) {
    if let Ok(header) = data.array::<12>() {
        kept.insert(&[0xFF, 0xEE, 0, 14]);
        kept.insert(&header);
    }
}
