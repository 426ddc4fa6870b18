//! A minimal video: the boxes that a player needs, and a position that the service must remove.

/// The place where it was filmed.
const PLACE: &[u8] = b"\0\x12\x15\xc7+27.5916+086.5640/";

fn a_box(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let size = u32::try_from(body.len() + 8).expect("a short box").to_be_bytes();
    [&size, kind.as_slice(), body].concat()
}

/// Version and dates, the bytes between, and the duration in milliseconds.
fn times(between: &[u8], seconds: u32) -> Vec<u8> {
    [&[0; 12], between, &(seconds * 1_000).to_be_bytes()].concat()
}

/// An MP4 of this length and size that contains the place where it was filmed.
#[must_use]
pub fn mp4_with_position(seconds: u32, width: u32, height: u32) -> Vec<u8> {
    let matrix: Vec<u8> =
        [0x10000_u32, 0, 0, 0, 0x10000, 0, 0, 0, 0x4000_0000].iter().flat_map(|n| n.to_be_bytes()).collect();
    let sides = [(width << 16).to_be_bytes(), (height << 16).to_be_bytes()].concat();
    let tkhd = [&times(&[0, 0, 0, 1, 0, 0, 0, 0], seconds)[..], &[0; 16], &matrix, &sides].concat();
    let timescale = 1_000_u32.to_be_bytes();
    let hdlr = [&[0; 8][..], b"vide", &[0; 13]].concat();
    let minf = a_box(b"minf", &a_box(b"stbl", &a_box(b"stco", &[0; 8])));
    let mdia = [a_box(b"mdhd", &times(&timescale, seconds)), a_box(b"hdlr", &hdlr), minf].concat();
    let trak = [a_box(b"tkhd", &tkhd), a_box(b"mdia", &mdia)].concat();
    let mvhd = [&times(&timescale, seconds)[..], &[0; 80]].concat();
    let udta = a_box(b"udta", &a_box(&[0xA9, b'x', b'y', b'z'], PLACE));
    let moov = [a_box(b"mvhd", &mvhd), a_box(b"trak", &trak), udta].concat();
    let ftyp = a_box(b"ftyp", b"isom\0\0\x02\0isommp42");
    [ftyp, a_box(b"moov", &moov), a_box(b"mdat", &[42; 4_000])].concat()
}

/// Does the file contain the position of [`mp4_with_position`]?
#[must_use]
pub fn says_where_it_was_filmed(bytes: &[u8]) -> bool {
    bytes.windows(8).any(|window| window == b"+27.5916")
}
