//! Inspection of WebP files.

use std::io::Cursor;

use aviary_media::{ImageFormat, InspectError};
use image::ImageDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;

use crate::fixtures::{
    ANIMATED_WEBP, LOSSY_WEBP, assert_only_colours, clean, contains, encoded, exif_with_position, frames, inspect_file,
    joined, malformed,
};

type Chunk = ([u8; 4], Vec<u8>);

fn chunks(body: &[u8]) -> Vec<Chunk> {
    let mut rest = body;
    let mut found = Vec::new();
    while !rest.is_empty() {
        let length = u32::from_le_bytes(rest[4..8].try_into().unwrap()) as usize;
        found.push((rest[..4].try_into().unwrap(), rest[8..8 + length].to_vec()));
        rest = &rest[8 + length + length % 2..];
    }
    found
}

fn written(chunks: &[Chunk]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, data) in chunks {
        body.extend_from_slice(name);
        body.extend_from_slice(&u32::try_from(data.len()).unwrap().to_le_bytes());
        body.extend_from_slice(data);
        body.resize(body.len().next_multiple_of(2), 0);
    }
    body
}

fn webp(chunks: &[Chunk]) -> Vec<u8> {
    let body = written(chunks);
    let length = u32::try_from(body.len() + 4).unwrap().to_le_bytes();
    [b"RIFF", &length[..], b"WEBP", &body].concat()
}

fn simple() -> Vec<Chunk> {
    chunks(&encoded(ImageFormat::WebP, 30, 20)[12..])
}

fn canvas(flags: u8) -> Chunk {
    (*b"VP8X", vec![flags, 0, 0, 0, 29, 0, 0, 19, 0, 0])
}

fn secret(name: &[u8; 4]) -> Chunk {
    (*name, b"SECRET!".to_vec())
}

fn names(file: &[u8]) -> Vec<[u8; 4]> {
    chunks(&file[12..]).into_iter().map(|(name, _)| name).collect()
}

fn decoder(file: &[u8]) -> WebPDecoder<Cursor<&[u8]>> {
    WebPDecoder::new(Cursor::new(file)).unwrap()
}

#[test]
fn a_simple_file_keeps_only_its_picture() {
    let picture = simple();
    let (image, output) = clean(&webp(&[picture[0].clone(), secret(b"EXIF"), secret(b"XMP "), secret(b"what")]));
    assert_eq!(output, webp(&picture));
    assert_eq!((image.width, image.height), (30, 20));
}

#[test]
fn metadata_and_its_flags_are_dropped() {
    let exif = (*b"EXIF", exif_with_position(1));
    let file = [canvas(0x2C), secret(b"ICCP"), secret(b"what"), simple()[0].clone(), exif, secret(b"XMP ")];
    assert_eq!(clean(&webp(&file)).1, webp(&[canvas(0), simple()[0].clone()]));
}

#[test]
fn of_exif_only_the_orientation_is_kept() {
    for value in 2..=8 {
        for prefix in [b"".as_slice(), b"Exif\0\0"] {
            let exif = (*b"EXIF", [prefix, &exif_with_position(value)].concat());
            let (image, output) = clean(&webp(&[canvas(8), simple()[0].clone(), exif]));
            assert_eq!(decoder(&output).orientation().unwrap(), Orientation::from_exif(value).unwrap());
            let expected = if value >= 5 { (20, 30) } else { (30, 20) };
            assert_eq!((image.width, image.height), expected);
            assert_eq!(chunks(&output[12..])[0], canvas(8));
        }
    }
}

#[test]
fn a_lossy_picture_keeps_transparency_profile_and_orientation() {
    let (image, output) = clean(LOSSY_WEBP);
    assert_eq!((image.width, image.height), (24, 40));
    assert_eq!(names(LOSSY_WEBP), [*b"VP8X", *b"ICCP", *b"ALPH", *b"VP8 ", *b"EXIF", *b"XMP "]);
    assert_eq!(names(&output), [*b"VP8X", *b"ICCP", *b"ALPH", *b"VP8 ", *b"EXIF"]);
    let profile = |file: &[u8]| decoder(file).icc_profile().unwrap().unwrap();
    assert_only_colours(&profile(LOSSY_WEBP), &profile(&output));
    assert_eq!(decoder(&output).orientation().unwrap(), Orientation::Rotate270);
}

#[test]
fn the_flags_are_those_of_the_kept_chunks() {
    let parts = chunks(&LOSSY_WEBP[12..]);
    for flags in [0x10, 0x3E ^ 0x02] {
        let mut file = parts.clone();
        file[0].1[0] = flags;
        // Profile, transparency and Exif; no XMP.
        assert_eq!(chunks(&joined(&inspect_file(&webp(&file)).unwrap())[12..])[0].1[0], 0x38);
    }
}

#[test]
fn an_alpha_chunk_for_a_lossless_picture_is_dropped() {
    let picture = simple()[0].clone();
    let file = webp(&[canvas(0x10), secret(b"ALPH"), picture.clone()]);
    assert_eq!(joined(&inspect_file(&file).unwrap()), webp(&[canvas(0x10), picture]));
}

#[test]
fn an_animation_keeps_its_frames() {
    let (image, output) = clean(ANIMATED_WEBP);
    assert_eq!((image.width, image.height), (40, 24));
    assert_eq!(frames(ImageFormat::WebP, &output).len(), 3);
    assert_eq!(names(&output), [*b"VP8X", *b"ANIM", *b"ANMF", *b"ANMF", *b"ANMF"]);
}

#[test]
fn metadata_inside_a_frame_is_dropped() {
    let expected = clean(ANIMATED_WEBP).1;
    let mut stuffed = chunks(&expected[12..]);
    for (name, data) in &mut stuffed {
        if name == b"ANMF" {
            data.extend(written(&[secret(b"what")]));
        }
    }
    assert_eq!(clean(&webp(&stuffed)).1, expected);
}

#[test]
fn the_container_ends_the_file() {
    let mut file = webp(&simple());
    file.extend(b"SECRET");
    assert_eq!(clean(&file).1, webp(&simple()));
    file.truncate(file.len() - 8);
    assert!(matches!(inspect_file(&file), Err(InspectError::Truncated { .. })));
}

#[test]
fn dimensions_beyond_the_limits_are_refused() {
    for (width, height) in [(16_385_u32, 1_u32), (1, 16_385), (16_384, 16_384), (1 << 24, 1 << 24)] {
        let (w, h) = ((width - 1).to_le_bytes(), (height - 1).to_le_bytes());
        let size = [&[0; 4], &w[..3], &h[..3]].concat();
        let result = inspect_file(&webp(&[(*b"VP8X", size), simple()[0].clone()]));
        assert_eq!(result, Err(InspectError::Dimensions { format: ImageFormat::WebP, width, height }));
    }
    let mut lossy = chunks(&joined(&inspect_file(LOSSY_WEBP).unwrap())[12..]).remove(3);
    lossy.1[6..8].copy_from_slice(&[0, 0]);
    assert!(matches!(inspect_file(&webp(&[lossy])), Err(InspectError::Dimensions { width: 0, height: 24, .. })));
}

#[test]
fn malformed_structure_is_refused() {
    let picture = simple()[0].clone();
    let animated = chunks(&joined(&inspect_file(ANIMATED_WEBP).unwrap())[12..]);
    let lossy = chunks(LOSSY_WEBP.get(12..).unwrap()).remove(3);
    let changed = |chunk: &Chunk, offset: usize, byte: u8| {
        let mut chunk = chunk.clone();
        chunk.1[offset] = byte;
        chunk
    };
    let mut odd = webp(std::slice::from_ref(&picture));
    odd[4] += 1;
    odd.push(0);
    for (file, expected) in [
        (odd, "the container's length is odd"),
        (webp(&[secret(b"what"), picture.clone()]), "it does not begin with a picture"),
        (webp(&[canvas(0)]), "there is no picture in it"),
        (webp(&[canvas(0), picture.clone(), picture.clone()]), "a chunk is out of place"),
        (webp(&[canvas(0), canvas(0), picture.clone()]), "a chunk is out of place"),
        (webp(&[canvas(2), picture.clone()]), "a chunk is out of place"),
        (webp(&[canvas(0), lossy.clone()]), "the picture does not fit the canvas"),
        (webp(&[canvas(0), (*b"ANIM", vec![0; 6])]), "the animation's settings are out of place or malformed"),
        (webp(&[canvas(2), (*b"ANMF", vec![0; 16])]), "a frame comes without an animation"),
        (webp(&[animated[0].clone(), animated[1].clone(), changed(&animated[2], 6, 200)]), "a frame does not fit"),
        (
            webp(&[animated[0].clone(), animated[1].clone(), changed(&animated[2], 6, 3)]),
            "a frame has no picture of its size",
        ),
        (webp(&[changed(&lossy, 0, lossy.1[0] | 1)]), "a lossy picture does not begin like one"),
        (webp(&[changed(&lossy, 3, 0)]), "a lossy picture does not begin like one"),
        (webp(&[changed(&lossy, 2, 0xFF)]), "a lossy picture is cut off"),
        (webp(&[changed(&picture, 0, 0)]), "a lossless picture does not begin like one"),
        (webp(&[changed(&picture, 4, picture.1[4] | 0xE0)]), "a lossless picture does not begin like one"),
    ] {
        assert_eq!(malformed(inspect_file(&file)), expected);
    }
}

#[test]
fn the_original_files_contain_the_secret() {
    assert!(contains(LOSSY_WEBP, b"SECRET") && contains(ANIMATED_WEBP, b"SECRET"));
}
