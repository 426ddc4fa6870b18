//! Reads the size of a picture from the first bytes of its compressed data.

use crate::inspect::error::InspectError;
use crate::inspect::source::Reader;

/// The size of a picture in pixels.
pub(super) struct Picture {
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Picture {
    /// Reads the beginning of a chunk. Returns `None` if the chunk is not a picture.
    pub(super) fn read(name: &[u8; 4], data: Reader<'_>) -> Result<Option<Self>, InspectError> {
        match name {
            b"VP8 " => lossy(data).map(Some),
            b"VP8L" => lossless(data).map(Some),
            _ => Ok(None),
        }
    }
}

/// Reads a lossy picture, which must be a visible key frame (RFC 6386 §9.1).
fn lossy(mut data: Reader<'_>) -> Result<Picture, InspectError> {
    let start = data.position();
    let available = data.length();
    let [t0, t1, t2, s0, s1, s2, w0, w1, h0, h1] = data.array()?;
    let tag = u32::from_le_bytes([t0, t1, t2, 0]);
    let (is_inter_frame, version, is_shown, first_partition) = (tag & 1, tag >> 1 & 7, tag >> 4 & 1, tag >> 5);
    let sound = is_inter_frame == 0 && version <= 3 && is_shown == 1 && [s0, s1, s2] == [0x9D, 0x01, 0x2A];
    data.require(sound, start, "a lossy picture does not begin like one")?;
    let fits = usize::try_from(first_partition).is_ok_and(|length| length > 0 && length < available);
    data.require(fits, start, "a lossy picture is cut off")?;
    // The two bits above each side request scaling, which WebP ignores.
    let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3FFF);
    Ok(Picture { width: side(w0, w1), height: side(h0, h1) })
}

/// Reads a lossless picture (RFC 9649 §3.4).
fn lossless(mut data: Reader<'_>) -> Result<Picture, InspectError> {
    let start = data.position();
    let [signature, bits @ ..]: [u8; 5] = data.array()?;
    let bits = u32::from_le_bytes(bits);
    data.require(signature == 0x2F && bits >> 29 == 0, start, "a lossless picture does not begin like one")?;
    data.require(!data.is_at_end(), start, "a lossless picture is empty")?;
    Ok(Picture { width: (bits & 0x3FFF) + 1, height: (bits >> 14 & 0x3FFF) + 1 })
}
