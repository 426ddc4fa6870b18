//! Minimal videos: the boxes that a player needs, and a position that the service must remove.

/// The place where it was filmed.
const PLACE: &[u8] = b"\0\x12\x15\xc7+27.5916+086.5640/";
/// What a telephone measured while it filmed.
const MEASURED: &[u8] = b"+27.5916 measured ";
const CHUNKS: u32 = 4;
const CHUNK_BYTES: u32 = 1_000;
/// The settings of H.264 with no parameter sets.
const AVC: &[u8] = b"\x01\x42\0\x1e\xff\xe0\0";

fn a_box(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let size = u32::try_from(body.len() + 8).expect("a short box").to_be_bytes();
    [&size, kind.as_slice(), body].concat()
}

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

/// Version and dates, the bytes between, and the duration in milliseconds.
fn times(between: &[u8], seconds: u32) -> Vec<u8> {
    [&[0; 12], between, &(seconds * 1_000).to_be_bytes()].concat()
}

/// A track whose chunks begin at `first` and follow each other at `every` bytes.
fn track(handler: &[u8; 4], seconds: u32, (width, height): (u32, u32), (first, every): (u32, u32)) -> Vec<u8> {
    let matrix = numbers(&[0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x4000_0000]);
    let sides = numbers(&[width << 16, height << 16]);
    let tkhd = [&times(&[0, 0, 0, 1, 0, 0, 0, 0], seconds)[..], &[0; 16], &matrix, &sides].concat();
    let hdlr = [&[0; 8][..], handler, &[0; 13]].concat();
    let entry = match handler {
        b"vide" => a_box(b"avc1", &[&[0; 78][..], &a_box(b"avcC", AVC)].concat()),
        _ => a_box(b"mebx", &[0; 8]),
    };
    let offsets: Vec<u32> = (0..CHUNKS).map(|chunk| first + chunk * every).collect();
    let tables = [
        a_box(b"stsd", &[&numbers(&[0, 1])[..], &entry].concat()),
        a_box(b"stts", &numbers(&[0, 1, CHUNKS, seconds * 1_000 / CHUNKS])),
        a_box(b"stsc", &numbers(&[0, 1, 1, 1, 1])),
        a_box(b"stsz", &numbers(&[0, CHUNK_BYTES, CHUNKS])),
        a_box(b"stco", &[&numbers(&[0, CHUNKS])[..], &numbers(&offsets)].concat()),
    ];
    let minf = a_box(b"minf", &a_box(b"stbl", &tables.concat()));
    let mdia = [a_box(b"mdhd", &times(&1_000_u32.to_be_bytes(), seconds)), a_box(b"hdlr", &hdlr), minf].concat();
    a_box(b"trak", &[a_box(b"tkhd", &tkhd), a_box(b"mdia", &mdia)].concat())
}

fn movie(seconds: u32, tracks: &[Vec<u8>]) -> Vec<u8> {
    let mvhd = [&times(&1_000_u32.to_be_bytes(), seconds)[..], &[0; 80]].concat();
    let udta = a_box(b"udta", &a_box(&[0xA9, b'x', b'y', b'z'], PLACE));
    a_box(b"moov", &[a_box(b"mvhd", &mvhd), tracks.concat(), udta].concat())
}

/// An MP4 of this length and size that contains the place where it was filmed.
#[must_use]
pub fn mp4_with_position(seconds: u32, width: u32, height: u32) -> Vec<u8> {
    let ftyp = a_box(b"ftyp", b"isom\0\0\x02\0isommp42");
    let moov = |first: u32| movie(seconds, &[track(b"vide", seconds, (width, height), (first, CHUNK_BYTES))]);
    let first = u32::try_from(ftyp.len() + moov(0).len() + 8).expect("a short file");
    [ftyp, moov(first), a_box(b"mdat", &[42; (CHUNKS * CHUNK_BYTES) as usize])].concat()
}

/// A movie as a telephone writes it: QuickTime's brand, a track of positions between the pictures, and `moov` at the end.
#[must_use]
pub fn mov_with_position(seconds: u32, width: u32, height: u32) -> Vec<u8> {
    let ftyp = a_box(b"ftyp", b"qt  \0\0\0\0qt  ");
    let wide = a_box(b"wide", b"");
    let measured: Vec<u8> = MEASURED.iter().copied().cycle().take(CHUNK_BYTES as usize).collect();
    let data = [vec![42; CHUNK_BYTES as usize], measured].concat().repeat(CHUNKS as usize);
    let first = u32::try_from(ftyp.len() + wide.len() + 8).expect("a short file");
    let moov = movie(
        seconds,
        &[
            track(b"meta", seconds, (0, 0), (first + CHUNK_BYTES, 2 * CHUNK_BYTES)),
            track(b"vide", seconds, (width, height), (first, 2 * CHUNK_BYTES)),
        ],
    );
    [ftyp, wide, a_box(b"mdat", &data), moov].concat()
}

/// Does the file contain the position of these videos?
#[must_use]
pub fn says_where_it_was_filmed(bytes: &[u8]) -> bool {
    bytes.windows(8).any(|window| window == b"+27.5916")
}

/// The samples of these videos, where the table of positions says that they are.
#[must_use]
pub fn samples_of(file: &[u8]) -> Vec<u8> {
    let number =
        |at: usize| u32::from_be_bytes(*file.get(at..).and_then(<[u8]>::first_chunk).expect("a number")) as usize;
    let table = file.windows(4).position(|window| window == b"stco").expect("a table of positions");
    let chunk =
        |chunk: usize| file.get(number(table + 12 + chunk * 4)..).and_then(|rest| rest.get(..CHUNK_BYTES as usize));
    (0..CHUNKS as usize).flat_map(|at| chunk(at).expect("a chunk").to_vec()).collect()
}

/// The samples of these videos as they were filmed.
#[must_use]
pub fn filmed_samples() -> Vec<u8> {
    vec![42; (CHUNKS * CHUNK_BYTES) as usize]
}
