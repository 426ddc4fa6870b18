//! How long the settings of a codec are, by their own fields. What a box holds beyond them is no decoder's.

use std::ops::Range;

use crate::inspect::mp4::codec::Descriptor;
use crate::inspect::source::Source;

/// The length of `avcC` (ISO/IEC 14496-15 §5.3.3.1): the parameter sets, and four bytes more in some profiles.
pub(super) fn avc_length(source: &Source<'_>, body: &Range<usize>) -> usize {
    let read = || {
        let [_, profile, _, _, _, sets] = source.array::<6>(body.start)?;
        let mut at = body.start + 6;
        for _ in 0..sets & 0x1F {
            at = after_unit(source, at)?;
        }
        let [sets] = source.array(at)?;
        at += 1;
        for _ in 0..sets {
            at = after_unit(source, at)?;
        }
        Some(at - body.start + if [100, 110, 122, 144].contains(&profile) { 4 } else { 0 })
    };
    read().unwrap_or_default()
}

/// The length of `hvcC` (§8.3.3.1): fixed fields, and lists of parameter sets.
pub(super) fn hevc_length(source: &Source<'_>, body: &Range<usize>) -> usize {
    let read = || {
        let [lists] = source.array(body.start + 22)?;
        let mut at = body.start + 23;
        for _ in 0..lists {
            let [_, high, low] = source.array(at)?;
            at += 3;
            for _ in 0..u16::from_be_bytes([high, low]) {
                at = after_unit(source, at)?;
            }
        }
        Some(at - body.start)
    };
    read().unwrap_or_default()
}

/// The length of `esds`: version, flags, and one description.
pub(super) fn stream_length(source: &Source<'_>, body: &Range<usize>) -> usize {
    let description = Descriptor::read(source, &(body.start + 4..body.end));
    description.map(|description| description.body.end - body.start).unwrap_or_default()
}

/// The position after a unit, whose length stands in its first two bytes.
fn after_unit(source: &Source<'_>, at: usize) -> Option<usize> {
    let length = u16::from_be_bytes(source.array(at)?);
    Some(at + 2 + usize::from(length))
}
