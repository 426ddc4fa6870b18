//! The codecs of a track's samples: H.264 or HEVC, and AAC.

use std::ops::Range;

use crate::inspect::mp4::boxes::{Boxes, Mp4Box};
use crate::inspect::mp4::samples::{SOUND_FIELDS, more_sound_fields};
use crate::inspect::mp4::samples_kept::{child, descendant};
use crate::inspect::source::Source;

/// MPEG-4 and MPEG-2 AAC (ISO/IEC 14496-1, table of object types).
const AAC: [u8; 4] = [0x40, 0x66, 0x67, 0x68];

/// The kind of a track, and whether its codec is one that is played everywhere.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TrackKind {
    Picture { known: bool },
    Sound { known: bool },
    Other,
}

impl TrackKind {
    /// Looks into a track without changing it.
    pub(super) fn of(source: &Source<'_>, trak: &Mp4Box) -> Self {
        let handler = descendant(source, &trak.body, &[b"mdia", b"hdlr"]);
        let handler = handler.and_then(|found| source.array::<4>(found.body.start + 8));
        let entries = || {
            let stsd = descendant(source, &trak.body, &[b"mdia", b"minf", b"stbl", b"stsd"])?;
            let body = stsd.body.start.saturating_add(8)..stsd.body.end;
            Some(Boxes::within(source, &body))
        };
        let known = |test: fn(&Source<'_>, &Mp4Box) -> bool| {
            let Some(mut entries) = entries() else { return false };
            let mut count = 0;
            while let Ok(Some(entry)) = entries.next_box() {
                count += 1;
                if !test(source, &entry) {
                    return false;
                }
            }
            count > 0
        };
        match handler.as_ref() {
            Some(b"vide") => Self::Picture { known: known(|_, entry| is_picture(entry)) },
            Some(b"soun") => Self::Sound { known: known(is_aac) },
            _ => Self::Other,
        }
    }
}

fn is_picture(entry: &Mp4Box) -> bool {
    matches!(&entry.kind, b"avc1" | b"avc3" | b"hvc1" | b"hev1")
}

fn is_aac(source: &Source<'_>, entry: &Mp4Box) -> bool {
    let fields = SOUND_FIELDS + more_sound_fields(source, entry);
    let body = entry.body.start.saturating_add(fields).min(entry.body.end)..entry.body.end;
    // QuickTime wraps the settings once more.
    let esds = child(source, &body, b"esds").or_else(|| descendant(source, &body, &[b"wave", b"esds"]));
    entry.kind == *b"mp4a"
        && esds.is_some_and(|esds| {
            object_type(source, &(esds.body.start + 4..esds.body.end)).is_some_and(|kind| AAC.contains(&kind))
        })
}

/// The object type in a description of a stream (ISO/IEC 14496-1 §7.2.6).
fn object_type(source: &Source<'_>, body: &Range<usize>) -> Option<u8> {
    let stream = Descriptor::read(source, body)?;
    let [_, _, flags] = source.array(stream.body.start)?;
    // The flags announce two bytes, a text with its length, and two bytes more.
    if stream.tag != 3 || flags & 0xE0 != 0 {
        return None;
    }
    let decoder = Descriptor::read(source, &(stream.body.start + 3..stream.body.end))?;
    let [kind] = source.array(decoder.body.start)?;
    (decoder.tag == 4).then_some(kind)
}

/// A tag with a length in up to four bytes of seven bits, and its content.
pub(super) struct Descriptor {
    tag: u8,
    pub(super) body: Range<usize>,
}

impl Descriptor {
    pub(super) fn read(source: &Source<'_>, body: &Range<usize>) -> Option<Self> {
        let [tag] = source.array(body.start)?;
        let mut length = 0_usize;
        for count in 1..=4 {
            let [byte] = source.array(body.start + count)?;
            length = length << 7 | usize::from(byte & 0x7F);
            if byte & 0x80 == 0 {
                let start = body.start + count + 1;
                let end = start.checked_add(length).filter(|end| *end <= body.end)?;
                return Some(Self { tag, body: start..end });
            }
        }
        None
    }
}
