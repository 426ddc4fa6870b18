//! Inspection of PNG files.

use std::io::Cursor;

use aviary_media::{ImageFormat, InspectError};
use image::ImageDecoder;
use image::codecs::png::PngDecoder;

use crate::fixtures::{
    ANIMATED_PNG, SECRET, assert_only_colours, clean, contains, encoded, exif_with_position, frames, inspect_file,
    joined, malformed, with,
};

/// A chunk's name and data.
type Chunk = ([u8; 4], Vec<u8>);

/// The position after the signature and the header.
const AFTER_HEADER: usize = 33;

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    let body = [kind, data].concat();
    [&length[..], &body, &crc32fast::hash(&body).to_be_bytes()].concat()
}

/// The chunks of a file.
fn chunks(file: &[u8]) -> Vec<Chunk> {
    let mut rest = &file[8..];
    let mut found = Vec::new();
    while !rest.is_empty() {
        let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
        found.push((rest[4..8].try_into().unwrap(), rest[8..8 + length].to_vec()));
        rest = &rest[12 + length..];
    }
    found
}

fn assembled(chunks: &[Chunk]) -> Vec<u8> {
    let written: Vec<Vec<u8>> = chunks.iter().map(|(kind, data)| chunk(kind, data)).collect();
    [b"\x89PNG\r\n\x1a\n", written.concat().as_slice()].concat()
}

fn plain() -> Vec<u8> {
    encoded(ImageFormat::Png, 30, 20)
}

fn header(width: u32, height: u32, rest: [u8; 5]) -> Vec<u8> {
    [&width.to_be_bytes()[..], &height.to_be_bytes(), &rest].concat()
}

/// A picture of one pixel in one of three colours, with these chunks before its data.
fn with_palette(before_data: &[Vec<u8>]) -> Vec<u8> {
    let pixel = b"\x78\x01\x01\x02\0\xfd\xff\0\0\0\x02\0\x01";
    let start = [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", &header(1, 1, [8, 3, 0, 0, 0])).as_slice()].concat();
    [start, before_data.concat(), chunk(b"IDAT", pixel), chunk(b"IEND", b"")].concat()
}

#[test]
fn all_metadata_is_dropped() {
    let metadata = [
        chunk(b"tEXt", b"Comment\0SECRET"),
        chunk(b"zTXt", b"Comment\0\0SECRET"),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0SECRET"),
        chunk(b"eXIf", &exif_with_position(1)),
        chunk(b"tIME", &[7, 233, 1, 2, 3, 4, 5]),
        chunk(b"prVt", b"SECRET"),
        chunk(b"iCCP", b"SECRET"),
        chunk(b"gAMA", b"SECRET"),
    ]
    .concat();
    let file = plain();
    assert_eq!(clean(&with(&file, AFTER_HEADER, &metadata)).1, file);
    assert_eq!(clean(&with(&file, file.len() - 12, &metadata)).1, file);
}

/// The decoder of these tests refuses such a file; browsers show the picture.
#[test]
fn frames_without_an_animation_are_dropped() {
    let file = plain();
    let frames = [chunk(b"fcTL", b"SECRET"), chunk(b"fdAT", b"SECRET"), chunk(b"acTL", b"SECRET")].concat();
    assert_eq!(joined(&inspect_file(&with(&file, file.len() - 12, &frames)).unwrap()), file);
}

#[test]
fn chunks_that_change_the_looks_are_kept_once() {
    let looks = [
        chunk(b"gAMA", &45_455_u32.to_be_bytes()),
        chunk(b"cHRM", &[0; 32]),
        chunk(b"sRGB", &[0]),
        chunk(b"sBIT", &[8, 8, 8]),
        chunk(b"pHYs", &[0, 0, 11, 19, 0, 0, 11, 19, 1]),
        chunk(b"bKGD", &[0, 1, 0, 2, 0, 3]),
        chunk(b"tRNS", &[0, 1, 0, 2, 0, 3]),
    ];
    let file = with(&plain(), AFTER_HEADER, &looks.concat());
    assert_eq!(clean(&file).1, file);
    let twice = with(&file, AFTER_HEADER + looks.concat().len(), &chunk(b"pHYs", b"SECRET..."));
    assert_eq!(clean(&twice).1, file);
}

#[test]
fn a_palette_and_its_transparency_are_kept() {
    let file = with_palette(&[chunk(b"PLTE", &[1, 2, 3, 4, 5, 6, 7, 8, 9]), chunk(b"tRNS", &[0, 127])]);
    let (image, output) = clean(&file);
    assert_eq!((image.width, image.height, output), (1, 1, file));
    let too_long = with_palette(&[chunk(b"PLTE", &[1, 2, 3]), chunk(b"tRNS", &[255, 255])]);
    assert!(!contains(&joined(&inspect_file(&too_long).unwrap()), b"tRNS"));
}

#[test]
fn an_animation_keeps_its_frames_and_its_colour_profile() {
    let (image, output) = clean(ANIMATED_PNG);
    // The file says that it lies on its side.
    assert_eq!((image.width, image.height, image.orientation), (24, 40, 6));
    assert_eq!(frames(ImageFormat::Png, &output).len(), 3);
    let profile = |file: &[u8]| PngDecoder::new(Cursor::new(file.to_vec())).unwrap().icc_profile().unwrap();
    assert_only_colours(&profile(ANIMATED_PNG).unwrap(), &profile(&output).unwrap());
    assert!(contains(ANIMATED_PNG, SECRET) && !contains(&output, SECRET));
}

#[test]
fn the_orientation_is_kept_alone_and_once() {
    let exif = chunk(b"eXIf", &exif_with_position(8));
    let file = plain();
    for at in [AFTER_HEADER, file.len() - 12] {
        let (image, output) = clean(&with(&file, at, &[&exif[..], &exif].concat()));
        let orientation: Vec<Vec<u8>> =
            chunks(&output).into_iter().filter(|(kind, _)| *kind == *b"eXIf").map(|(_, data)| data).collect();
        assert_eq!((image.orientation, orientation.len()), (8, 1));
        assert_eq!(orientation[0].len(), 26, "only the smallest structure");
        assert_eq!(clean(&output).1, output);
    }
}

#[test]
fn an_animation_must_be_complete_and_in_order() {
    let original = chunks(&joined(&inspect_file(ANIMATED_PNG).unwrap()));
    let positions =
        |kind: &[u8; 4]| -> Vec<usize> { (0..original.len()).filter(|at| original[*at].0 == *kind).collect() };
    let (controls, data) = (positions(b"fcTL"), positions(b"fdAT"));
    let changed = |change: &dyn Fn(&mut Vec<Chunk>)| {
        let mut chunks = original.clone();
        change(&mut chunks);
        malformed(inspect_file(&assembled(&chunks)))
    };
    let announced = positions(b"acTL")[0];
    assert_eq!(changed(&|chunks| chunks[announced].1[3] = 0), "the announcement of the animation is malformed");
    assert_eq!(changed(&|chunks| chunks[announced].1[3] = 2), "there are more frames than announced");
    assert_eq!(
        changed(&|chunks| chunks[announced].1[3] = 4),
        "the animation has another number of frames than it says"
    );
    assert_eq!(changed(&|chunks| chunks.swap(controls[1], controls[2])), "the animation's chunks are out of order");
    assert_eq!(changed(&|chunks| drop(chunks.remove(data[0]))), "the animation's chunks are out of order");
    assert_eq!(changed(&|chunks| chunks[controls[1]].1[7] = 41), "a frame does not fit");
    assert_eq!(changed(&|chunks| chunks[controls[0]].1[7] = 39), "a frame does not fit");
    assert_eq!(changed(&|chunks| chunks[controls[1]].1[24] = 3), "a frame's control is malformed");
}

/// Renumbers the chunks of an animation, so that their numbers are correct.
fn renumbered(mut chunks: Vec<Chunk>) -> Vec<u8> {
    let mut numbers = 0_u32..;
    for (kind, data) in &mut chunks {
        if kind == b"fcTL" || kind == b"fdAT" {
            data[..4].copy_from_slice(&numbers.next().unwrap().to_be_bytes());
        }
    }
    assembled(&chunks)
}

#[test]
fn every_frame_has_one_control_followed_by_data() {
    let original = chunks(&joined(&inspect_file(ANIMATED_PNG).unwrap()));
    assert_eq!(renumbered(original.clone()), assembled(&original));
    let position = |kind: &[u8; 4]| original.iter().position(|chunk| chunk.0 == *kind).unwrap();
    let (first_control, first_data, picture) = (position(b"fcTL"), position(b"fdAT"), position(b"IDAT"));

    let mut without_data = original.clone();
    without_data.remove(first_data);
    assert_eq!(malformed(inspect_file(&renumbered(without_data))), "a frame has no data");
    let mut two_controls = original.clone();
    two_controls.insert(first_control, original[first_control].clone());
    assert_eq!(malformed(inspect_file(&renumbered(two_controls))), "a frame has no data");
    let mut without_control = original.clone();
    without_control.remove(first_data - 1);
    assert_eq!(malformed(inspect_file(&renumbered(without_control))), "a frame's data is out of place");
    let mut before_picture = original.clone();
    before_picture.insert(picture, original[first_data].clone());
    assert_eq!(malformed(inspect_file(&renumbered(before_picture))), "a frame's data is out of place");
}

#[test]
fn an_invalid_colour_profile_is_dropped() {
    let file = plain();
    let long_name = [[b'n'; 80].as_slice(), b"\0\0data"].concat();
    for profile in [b"\0\0data".as_slice(), b"name\0\x01data", b"name\0\0", b"name\0", b"name", b"", &long_name] {
        let output = joined(&inspect_file(&with(&file, AFTER_HEADER, &chunk(b"iCCP", profile))).unwrap());
        assert_eq!(output, file, "{profile:?}");
    }
    let (_, sound) = chunks(ANIMATED_PNG).into_iter().find(|(kind, _)| kind == b"iCCP").unwrap();
    let compressed = sound.iter().position(|byte| *byte == 0).unwrap() + 2;
    let named = |name: &[u8]| chunk(b"iCCP", &[name, b"\0\0", &sound[compressed..]].concat());
    let output = clean(&with(&file, AFTER_HEADER, &named(b"SECRET profile of somebody"))).1;
    assert!(contains(&output, b"iCCPicc\0\0"));
    let twice = [named(&[b'n'; 79]), named(b"SECRET")].concat();
    assert_eq!(clean(&with(&file, AFTER_HEADER, &twice)).1, output);
    assert_eq!(clean(&with(&file, AFTER_HEADER, &named(&[b'n'; 80]))).1, file);
    // A file is unpacked once: thousands of profiles, each of some bytes, would unpack to gigabytes.
    let second = [chunk(b"iCCP", b"name\0\0no data"), named(b"sound")].concat();
    assert_eq!(clean(&with(&file, AFTER_HEADER, &second)).1, file);
}

#[test]
fn a_wrong_checksum_is_refused() {
    let file = plain();
    for offset in [20, AFTER_HEADER + 20, file.len() - 1] {
        let mut file = file.clone();
        file[offset] ^= 1;
        assert_eq!(malformed(inspect_file(&file)), "a chunk's checksum is wrong", "byte {offset}");
    }
}

#[test]
fn dimensions_beyond_the_limits_are_refused() {
    for (width, height) in [(0, 1), (1, 0), (16_385, 1), (1, 16_385), (10_001, 10_000), (u32::MAX, u32::MAX)] {
        let file = [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", &header(width, height, [8, 2, 0, 0, 0])).as_slice()].concat();
        assert_eq!(inspect_file(&file), Err(InspectError::Dimensions { format: ImageFormat::Png, width, height }));
    }
}

#[test]
fn malformed_structure_is_refused() {
    let file = plain();
    let original = chunks(&file);
    let end = file.len() - 12;
    let rebuilt = |rest: [u8; 5]| {
        let mut chunks = original.clone();
        chunks[0].1 = header(30, 20, rest);
        assembled(&chunks)
    };
    let long_header = [header(30, 20, [8, 2, 0, 0, 0]), vec![0]].concat();
    for (file, expected) in [
        (assembled(&original[1..]), "it does not begin with its header"),
        (rebuilt([3, 2, 0, 0, 0]), "there is no such colour type with such a depth"),
        (rebuilt([8, 5, 0, 0, 0]), "there is no such colour type with such a depth"),
        (rebuilt([8, 2, 1, 0, 0]), "the header is malformed"),
        (rebuilt([8, 2, 0, 0, 2]), "the header is malformed"),
        (rebuilt([8, 3, 0, 0, 0]), "the palette is missing"),
        (assembled(&[(*b"IHDR", long_header)]), "the header is malformed"),
        (with(&file, AFTER_HEADER, &chunk(b"ABCD", b"")), "a critical chunk that is out of place or unknown"),
        (
            with(&file, AFTER_HEADER, &chunk(b"IHDR", &original[0].1)),
            "a critical chunk that is out of place or unknown",
        ),
        (with(&file, AFTER_HEADER, &chunk(b"PLTE", &[1, 2])), "the palette is out of place or of a wrong size"),
        (with(&file, end, &chunk(b"PLTE", &[1, 2, 3])), "the palette is out of place or of a wrong size"),
        (with_palette(&[chunk(b"PLTE", &[0; 257 * 3])]), "the palette is out of place or of a wrong size"),
        (with(&file, AFTER_HEADER, &chunk(b"a1Bc", b"")), "a chunk's name is not made of letters"),
        (with(&file, AFTER_HEADER, b"\x80\0\0\0tEXt"), "a chunk's length is out of range"),
        (with(&file, end, &[chunk(b"tEXt", b""), chunk(b"IDAT", b"x")].concat()), "the image's data is interrupted"),
        (assembled(&[original[0].clone(), (*b"IEND", Vec::new())]), "there is no picture in it"),
        ([&file[..end], &chunk(b"IEND", b"x")].concat(), "the last chunk is not empty"),
    ] {
        assert_eq!(malformed(inspect_file(&file)), expected);
    }
}
