//! Tables that decoders need. The checks ensure that they contain nothing else.

use crate::inspect::error::InspectError;
use crate::inspect::source::Reader;

/// Checks one or more tables of 64 numbers, of one or two bytes each (T.81 §B.2.4.1).
pub(super) fn check_quantization(data: &mut Reader<'_>) -> Result<(), InspectError> {
    loop {
        let start = data.position();
        let kind = data.byte()?;
        data.require(kind >> 4 < 2 && kind & 15 < 4, start, "a quantization table is of no known kind")?;
        data.skip(if kind >> 4 == 0 { 64 } else { 128 })?;
        if data.is_at_end() {
            return Ok(());
        }
    }
}

/// Checks one or more tables, each of which declares its number of codes of each length (T.81 §B.2.4.2).
pub(super) fn check_huffman(data: &mut Reader<'_>) -> Result<(), InspectError> {
    loop {
        let start = data.position();
        let kind = data.byte()?;
        data.require(kind >> 4 < 2 && kind & 15 < 4, start, "a Huffman table is of no known kind")?;
        let codes = data.array::<16>()?.into_iter().map(usize::from).sum();
        data.require(codes <= 256, start, "a Huffman table has more than 256 codes")?;
        data.skip(codes)?;
        if data.is_at_end() {
            return Ok(());
        }
    }
}
