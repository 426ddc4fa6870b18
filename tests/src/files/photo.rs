//! Pictures that decoders accept, with and without metadata.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{ImageFormat, RgbImage};

/// An Exif segment with the name of a camera and a GPS position.
const EXIF: &[u8] = b"Exif\0\0MM\0*\0\0\0\x08\0\x02\
    \x01\x0f\0\x02\0\0\0\x08\0\0\0\x26\
    \x88\x25\0\x04\0\0\0\x01\0\0\0\x2e\
    \0\0\0\0\
    Example\0\
    \0\x02\
    \0\x01\0\x02\0\0\0\x02N\0\0\0\
    \0\x02\0\x05\0\0\0\x03\0\0\0\x4c\
    \0\0\0\0\
    \0\0\0\x30\0\0\0\x01\0\0\0\x33\0\0\0\x01\0\0\0\x1e\0\0\0\x01";

/// A picture whose colours differ from those of another `seed`.
fn pixels(width: u32, height: u32, seed: u8) -> RgbImage {
    let shade = |value: u32| u8::try_from(value % 256).unwrap_or_default();
    RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([shade(x * 3 + u32::from(seed)), shade(y * 5), shade(x + y + u32::from(seed) * 2)])
    })
}

/// A JPEG without metadata, as a program makes it.
#[must_use]
pub fn jpeg(width: u32, height: u32, seed: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 90).encode_image(&pixels(width, height, seed)).expect("a JPEG");
    bytes
}

/// The same picture with the metadata of a camera, among them the place where it was taken.
#[must_use]
pub fn jpeg_with_gps(width: u32, height: u32, seed: u8) -> Vec<u8> {
    let plain = jpeg(width, height, seed);
    let (start, rest) = plain.split_at(2);
    let length = u16::try_from(EXIF.len() + 2).expect("a short segment").to_be_bytes();
    [start, b"\xff\xe1", &length, EXIF, rest].concat()
}

/// A PNG without metadata.
#[must_use]
pub fn png(width: u32, height: u32, seed: u8) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    pixels(width, height, seed).write_to(&mut bytes, ImageFormat::Png).expect("a PNG");
    bytes.into_inner()
}

/// Do both files have the same pixels?
#[must_use]
pub fn is_same_picture(one: &[u8], other: &[u8]) -> bool {
    let pixels = |bytes: &[u8]| image::load_from_memory(bytes).expect("a picture").into_rgb8();
    pixels(one) == pixels(other)
}

/// Does the file contain any of the metadata of [`jpeg_with_gps`]?
#[must_use]
pub fn says_where_it_was_taken(bytes: &[u8]) -> bool {
    [b"Exif".as_slice(), b"Example"].iter().any(|mark| bytes.windows(mark.len()).any(|window| window == *mark))
}
