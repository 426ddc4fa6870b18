//! Pictures to inspect, and their pixels as a viewer sees them.

use std::io::Cursor;

use aviary_media::{CleanImage, ImageFormat, InspectError, inspect};
use bytes::Bytes;
use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{AnimationDecoder, DynamicImage, RgbImage, RgbaImage};

pub(crate) const PROGRESSIVE_JPEG: &[u8] = include_bytes!("../data/progressive.jpg");
pub(crate) const ANIMATED_PNG: &[u8] = include_bytes!("../data/animated.png");
pub(crate) const ANIMATED_GIF: &[u8] = include_bytes!("../data/animated.gif");
pub(crate) const ANIMATED_WEBP: &[u8] = include_bytes!("../data/animated.webp");
pub(crate) const LOSSY_WEBP: &[u8] = include_bytes!("../data/lossy-alpha.webp");

/// The word that all metadata of these tests contains.
pub(crate) const SECRET: &[u8] = b"SECRET";

pub(crate) const FORMATS: [ImageFormat; 4] = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP];

/// A picture that compresses badly, so that its data contains many different bytes.
pub(crate) fn picture(width: u32, height: u32) -> RgbImage {
    let mut state = 1_u32;
    RgbImage::from_fn(width, height, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        image::Rgb([(state >> 24) as u8, (x * 5) as u8, (y * 7) as u8])
    })
}

/// A picture as a file without metadata.
pub(crate) fn encoded(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
    let picture = DynamicImage::from(picture(width, height));
    let mut file = Cursor::new(Vec::new());
    match format {
        ImageFormat::Jpeg => picture.write_with_encoder(JpegEncoder::new_with_quality(&mut file, 95)),
        ImageFormat::Png => picture.write_to(&mut file, image::ImageFormat::Png),
        ImageFormat::Gif => picture.write_to(&mut file, image::ImageFormat::Gif),
        ImageFormat::WebP => picture.write_to(&mut file, image::ImageFormat::WebP),
    }
    .unwrap();
    file.into_inner()
}

/// All real files of these tests.
pub(crate) fn all_files() -> Vec<(ImageFormat, Vec<u8>)> {
    let made = FORMATS.map(|format| (format, encoded(format, 37, 23)));
    let stored = [
        (ImageFormat::Jpeg, PROGRESSIVE_JPEG),
        (ImageFormat::Png, ANIMATED_PNG),
        (ImageFormat::Gif, ANIMATED_GIF),
        (ImageFormat::WebP, ANIMATED_WEBP),
        (ImageFormat::WebP, LOSSY_WEBP),
    ];
    made.into_iter().chain(stored.map(|(format, file)| (format, file.to_vec()))).collect()
}

pub(crate) fn inspect_file(file: &[u8]) -> Result<CleanImage, InspectError> {
    inspect(&[Bytes::copy_from_slice(file)], None)
}

pub(crate) fn joined(image: &CleanImage) -> Vec<u8> {
    image.parts.concat()
}

/// Inspects a file, and checks that its pixels are unchanged and the secret is removed.
pub(crate) fn clean(file: &[u8]) -> (CleanImage, Vec<u8>) {
    let image = inspect_file(file).unwrap();
    let output = joined(&image);
    assert_eq!(output.len() as u64, image.length);
    assert_eq!(frames(image.format, &output), frames(image.format, file), "the picture has changed");
    assert!(!contains(&output, SECRET), "the secret is still there");
    (image, output)
}

/// The pixels of every frame, as stored, without applying an orientation.
pub(crate) fn frames(format: ImageFormat, file: &[u8]) -> Vec<RgbaImage> {
    let reader = Cursor::new(file);
    let animated = match format {
        ImageFormat::Gif => Some(GifDecoder::new(reader).unwrap().into_frames()),
        ImageFormat::WebP => {
            let decoder = WebPDecoder::new(reader).unwrap();
            decoder.has_animation().then(|| decoder.into_frames())
        }
        ImageFormat::Png => {
            let decoder = PngDecoder::new(reader).unwrap();
            decoder.is_apng().unwrap().then(|| decoder.apng().unwrap().into_frames())
        }
        ImageFormat::Jpeg => None,
    };
    match animated {
        Some(frames) => frames.map(|frame| frame.unwrap().into_buffer()).collect(),
        None => vec![image::load_from_memory(file).unwrap().into_rgba8()],
    }
}

/// Checks that a profile has the colours of another one, and neither its texts nor its makers.
pub(crate) fn assert_only_colours(before: &[u8], after: &[u8]) {
    assert!(contains(before, b"cprt") && after.len() < before.len());
    let tag = |profile: &[u8], name: &[u8; 4]| {
        let place = 132 + profile[132..].chunks(12).position(|entry| entry[..4] == *name).unwrap() * 12;
        let number = |at: usize| u32::from_be_bytes(profile[at..at + 4].try_into().unwrap()) as usize;
        profile[number(place + 4)..][..number(place + 8)].to_vec()
    };
    for name in [b"rXYZ", b"gXYZ", b"bXYZ", b"wtpt", b"rTRC", b"gTRC", b"bTRC"] {
        assert_eq!(tag(after, name), tag(before, name), "{}", String::from_utf8_lossy(name));
    }
    assert_ne!(tag(after, b"desc"), tag(before, b"desc"));
    assert!(after[4..8] == [0; 4] && after[48..64] == [0; 16] && after[80..128] == [0; 48], "who made it");
}

pub(crate) fn contains(file: &[u8], word: &[u8]) -> bool {
    file.windows(word.len()).any(|window| window == word)
}

/// The file with `piece` inserted at `offset`.
pub(crate) fn with(file: &[u8], offset: usize, piece: &[u8]) -> Vec<u8> {
    [&file[..offset], piece, &file[offset..]].concat()
}

/// Exif data with an orientation, a camera and a GPS position (little-endian).
pub(crate) fn exif_with_position(orientation: u8) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0\x03\0".to_vec();
    tiff.extend(b"\x0f\x01\x02\0\x07\0\0\0\x32\0\0\0");
    tiff.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
    tiff.extend(b"\x25\x88\x04\0\x01\0\0\0\x3a\0\0\0\0\0\0\0");
    tiff.extend(b"SECRET\0\0");
    tiff.extend(b"\x01\0\x1b\0\x07\0\x06\0\0\0\x4c\0\0\0\0\0\0\0SECRET");
    tiff
}

pub(crate) fn malformed(result: Result<CleanImage, InspectError>) -> &'static str {
    match result {
        Err(InspectError::Malformed { reason, .. }) => reason,
        other => panic!("expected a malformed file, found {other:?}"),
    }
}
