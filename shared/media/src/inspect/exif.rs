//! Exif: only the orientation is kept. Without it an image may be shown lying on its side.

use crate::inspect::error::InspectError;
use crate::inspect::source::Reader;

/// The tag of the orientation (Exif 2.32 §4.6.4).
const ORIENTATION: [u8; 2] = [0x01, 0x12];
const SHORT: u16 = 3;

/// How an image is rotated and mirrored before it is shown: 2 to 8. The value 1 (unchanged) is not represented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Orientation(u8);

impl Orientation {
    /// Reads the orientation from Exif data, which is a TIFF structure. Invalid data has no orientation, as in every
    /// decoder.
    pub(super) fn read(tiff: Reader<'_>) -> Option<Self> {
        find(tiff).ok().flatten()
    }

    /// Whether width and height are exchanged.
    pub(super) fn is_sideways(self) -> bool {
        self.0 >= 5
    }

    /// Exif's number; 1 for an image that is shown as it is.
    pub(super) fn number(orientation: Option<Self>) -> u8 {
        orientation.map_or(1, |orientation| orientation.0)
    }

    /// The smallest TIFF structure with this orientation.
    pub(super) fn to_tiff(self) -> [u8; 26] {
        let mut tiff = *b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0?\0\0\0\0\0\0";
        if let Some(value) = tiff.get_mut(19) {
            *value = self.0;
        }
        tiff
    }
}

fn find(tiff: Reader<'_>) -> Result<Option<Orientation>, InspectError> {
    let mut directory = Numbers::open(tiff)?;
    let entries = directory.u16()?;
    for _ in 0..entries {
        let tag = directory.u16()?;
        let kind = directory.u16()?;
        let count = directory.u32()?;
        let value = directory.u16()?;
        directory.u16()?;
        if tag == u16::from_be_bytes(ORIENTATION) {
            let value = u8::try_from(value).ok().filter(|value| kind == SHORT && count == 1 && (2..=8).contains(value));
            return Ok(value.map(Orientation));
        }
    }
    Ok(None)
}

/// Reads numbers in the byte order that the structure declares.
struct Numbers<'a> {
    reader: Reader<'a>,
    little_endian: bool,
}

impl<'a> Numbers<'a> {
    /// Reads the header and moves to the first directory.
    fn open(mut reader: Reader<'a>) -> Result<Self, InspectError> {
        let start = reader.position();
        let little_endian = match &reader.array()? {
            b"II" => true,
            b"MM" => false,
            _ => return Err(reader.malformed(start, "Exif data has no byte order")),
        };
        let mut numbers = Self { reader, little_endian };
        if numbers.u16()? != 42 {
            return Err(numbers.reader.malformed(start, "Exif data has no TIFF header"));
        }
        let offset = usize::try_from(numbers.u32()?).unwrap_or(usize::MAX);
        numbers.reader.skip(offset.saturating_sub(8))?;
        Ok(numbers)
    }

    fn u16(&mut self) -> Result<u16, InspectError> {
        let bytes = self.reader.array()?;
        Ok(if self.little_endian { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    }

    fn u32(&mut self) -> Result<u32, InspectError> {
        let bytes = self.reader.array()?;
        Ok(if self.little_endian { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use bytes::Bytes;

    use super::*;
    use crate::inspect::format::ImageFormat;
    use crate::inspect::source::Source;

    fn read(tiff: &[u8]) -> Option<Orientation> {
        let chunks = [Bytes::copy_from_slice(tiff)];
        Orientation::read(Reader::new(&Source::new(&chunks), ImageFormat::Jpeg))
    }

    #[test]
    fn a_written_orientation_is_read_back() {
        for value in 2..=8 {
            assert_eq!(read(&Orientation(value).to_tiff()), Some(Orientation(value)));
        }
    }

    #[test]
    fn both_byte_orders_and_other_tags_are_read() {
        let tiff = b"II*\0\x0a\0\0\0??\x02\0\x0f\x01\x02\0\x04\0\0\0abc\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        assert_eq!(read(tiff), Some(Orientation(6)));
        assert!(read(tiff).unwrap().is_sideways());
    }

    #[test]
    fn an_unchanged_or_invalid_orientation_is_none() {
        assert_eq!(read(&Orientation(1).to_tiff()), None);
        assert_eq!(read(&Orientation(9).to_tiff()), None);
        assert_eq!(read(b""), None);
        assert_eq!(read(b"MM\0*\xff\xff\xff\xff\0\x01"), None);
        for cut in 0..20 {
            assert_eq!(read(Orientation(6).to_tiff().get(..cut).unwrap()), None);
        }
    }
}
