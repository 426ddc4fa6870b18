//! The colour profile `iCCP` (§11.3.2.3): a name, a zero, the number of the only compression method, and compressed data.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use crate::inspect::icc;
use crate::inspect::source::Reader;

/// The most bytes of the profile's name.
const NAME_LENGTH: usize = 79;
/// The name of every profile that is written, and the compression method.
const START: &[u8; 5] = b"icc\0\0";

/// The content of the chunk with nothing in it but colours. `None` if the profile is not kept.
pub(super) fn rebuilt(mut data: Reader<'_>) -> Option<Vec<u8>> {
    let mut name = 0;
    while data.byte().ok()? != 0 {
        name += 1;
    }
    if !(1..=NAME_LENGTH).contains(&name) || data.byte().ok()? != 0 {
        return None;
    }
    let compressed = data.copied(icc::MAX_PROFILE);
    let mut profile = Vec::new();
    // A few bytes can be the beginning of gigabytes.
    let most = u64::try_from(icc::MAX_PROFILE).ok()?;
    ZlibDecoder::new(compressed.as_slice()).take(most).read_to_end(&mut profile).ok()?;
    let mut content = ZlibEncoder::new(START.to_vec(), Compression::default());
    content.write_all(&icc::rebuilt(&profile)?).ok()?;
    content.finish().ok()
}
