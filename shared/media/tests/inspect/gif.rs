//! Inspection of GIF files.

use aviary_media::{ImageFormat, InspectError};

use crate::fixtures::{ANIMATED_GIF, clean, contains, encoded, frames, inspect_file, joined, malformed, with};

const CONTROL: &[u8] = b"\x21\xf9\x04\x05\x0a\0\x02\0";
const COMMENT: &[u8] = b"\x21\xfe\x06SECRET\x03---\0";
const XMP: &[u8] = b"\x21\xff\x0bXMP DataXMP\x06SECRET\0";
const PLAIN_TEXT: &[u8] = b"\x21\x01\x0c\0\0\0\0\x01\0\x01\0\x08\x08\x01\0\x06SECRET\0";
const LOOP: &[u8] = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x07\0\0";

/// The header, a screen of 2 by 2 pixels and a table of two colours.
const START: &[u8] = b"GIF89a\x02\0\x02\0\x80\0\0\0\0\0\xff\xff\xff";
/// One frame of 2 by 2 pixels.
const FRAME: &[u8] = b"\x2c\0\0\0\0\x02\0\x02\0\0\x02\x03\x44\x02\x05\0";

fn gif(blocks: &[&[u8]]) -> Vec<u8> {
    [START, &blocks.concat(), b"\x3b"].concat()
}

#[test]
fn all_metadata_is_dropped() {
    let (image, output) = clean(&gif(&[COMMENT, XMP, PLAIN_TEXT, FRAME, COMMENT, FRAME, XMP]));
    assert_eq!(output, gif(&[FRAME, FRAME]));
    assert_eq!((image.width, image.height), (2, 2));
}

/// The decoder of these tests refuses such a file; browsers ignore unknown extensions.
#[test]
fn unknown_extensions_are_dropped() {
    let unknown: &[u8] = b"\x21\x42\x06SECRET\0";
    assert_eq!(joined(&inspect_file(&gif(&[unknown, FRAME, unknown])).unwrap()), gif(&[FRAME]));
}

#[test]
fn an_animation_keeps_its_frames_and_rounds() {
    let (image, output) = clean(ANIMATED_GIF);
    assert_eq!((image.width, image.height), (40, 24));
    assert_eq!(frames(ImageFormat::Gif, &output).len(), 3);
    let rounds = b"NETSCAPE2.0\x03\x01\x03\0\0";
    assert!(contains(ANIMATED_GIF, rounds) && contains(&output, rounds));
    assert!(contains(ANIMATED_GIF, b"SECRET"));
}

#[test]
fn only_the_first_number_of_rounds_is_kept() {
    let with_more: &[u8] = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x07\0\x06SECRET\0";
    let other: &[u8] = b"\x21\xff\x0bNETSCAPE2.0\x06SECRET\0";
    assert_eq!(clean(&gif(&[other, with_more, LOOP, FRAME])).1, gif(&[LOOP, FRAME]));
}

#[test]
fn a_control_stays_with_its_frame() {
    assert_eq!(clean(&gif(&[CONTROL, COMMENT, FRAME])).1, gif(&[CONTROL, FRAME]));
    assert_eq!(clean(&gif(&[CONTROL, PLAIN_TEXT, FRAME])).1, gif(&[FRAME]), "the control belongs to the text");
    let earlier: &[u8] = b"\x21\xf9\x04\x09\x0b\0\x03\0";
    assert_eq!(joined(&inspect_file(&gif(&[earlier, CONTROL, FRAME])).unwrap()), gif(&[CONTROL, FRAME]));
}

#[test]
fn dimensions_beyond_the_limits_are_refused() {
    for (width, height) in [(0_u16, 2_u16), (2, 0), (16_385, 1), (16_384, 16_384)] {
        let mut file = gif(&[FRAME]);
        file[6..8].copy_from_slice(&width.to_le_bytes());
        file[8..10].copy_from_slice(&height.to_le_bytes());
        let (width, height) = (width.into(), height.into());
        assert_eq!(inspect_file(&file), Err(InspectError::Dimensions { format: ImageFormat::Gif, width, height }));
    }
}

#[test]
fn a_script_that_begins_like_a_gif_is_refused() {
    let script = b"GIF89a=1;/*\x01\0\x01\0\0*/alert('SECRET')//";
    assert!(matches!(inspect_file(script), Err(InspectError::Malformed { .. } | InspectError::Dimensions { .. })));
    let script = b"GIF89a/*\x01\0\0\0*/=1;alert('SECRET')//                                     ";
    assert!(inspect_file(script).is_err());
}

#[test]
fn malformed_structure_is_refused() {
    let frame = |offset: usize, byte: u8| {
        let mut frame = FRAME.to_vec();
        frame[offset] = byte;
        gif(&[&frame])
    };
    let no_colours = b"GIF89a\x02\0\x02\0\0\0\0".to_vec();
    for (file, expected) in [
        (gif(&[]), "there is no picture in it"),
        (gif(&[COMMENT]), "there is no picture in it"),
        (gif(&[b"\0", FRAME]), "there is no block where one must be"),
        (gif(&[b"\x21\xf9\x03\0\0\0\0", FRAME]), "a graphic control extension is malformed"),
        (frame(1, 1), "a frame does not fit"),
        (frame(7, 3), "a frame does not fit"),
        (frame(5, 0), "a frame does not fit"),
        (frame(10, 0), "a frame's code size is out of range"),
        (frame(10, 9), "a frame's code size is out of range"),
        (frame(11, 0), "a frame is empty"),
        ([&no_colours, FRAME, b"\x3b"].concat(), "a frame has no colours"),
    ] {
        assert_eq!(malformed(inspect_file(&file)), expected);
    }
}

#[test]
fn a_comment_in_a_real_file_is_dropped() {
    let file = encoded(ImageFormat::Gif, 30, 20);
    assert_eq!(clean(&with(&file, file.len() - 1, COMMENT)).1, file);
}
