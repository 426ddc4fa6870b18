//! Tables that the decoder needs, checked so that nothing else can be carried in them.

use super::super::InspectError;
use super::super::source::Reader;

/// T.81 §B.2.4.1: one or more tables of 64 numbers, of one or two bytes each.
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

/// T.81 §B.2.4.2: one or more tables, each announcing how many codes of each length it has.
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
