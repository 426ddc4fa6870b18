//! Inspection of JPEG files.

use std::io::Cursor;

use aviary_media::{ImageFormat, InspectError, MAX_SCANNED_PIXELS, MAX_SCANS};
use image::ImageDecoder;
use image::codecs::jpeg::JpegDecoder;
use image::metadata::Orientation;

use crate::fixtures::{
    PROGRESSIVE_JPEG, assert_only_colours, clean, contains, encoded, exif_with_position, inspect_file, malformed, with,
};

fn segment(code: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len() + 2).unwrap().to_be_bytes();
    [&[0xFF, code], &length[..], data].concat()
}

fn exif(orientation: u8) -> Vec<u8> {
    segment(0xE1, &[b"Exif\0\0", exif_with_position(orientation).as_slice()].concat())
}

/// A file with these segments after its first marker.
fn jpeg_with(segments: &[Vec<u8>]) -> Vec<u8> {
    with(&encoded(ImageFormat::Jpeg, 30, 20), 2, &segments.concat())
}

fn decoder(file: &[u8]) -> JpegDecoder<Cursor<&[u8]>> {
    JpegDecoder::new(Cursor::new(file)).unwrap()
}

/// The position of the first marker with this code.
fn marker(file: &[u8], code: u8) -> usize {
    file.windows(2).position(|pair| pair == [0xFF, code]).unwrap()
}

#[test]
fn all_metadata_is_dropped() {
    let file = jpeg_with(&[
        segment(0xE0, b"JFXX\0\x13SECRET thumbnail"),
        exif(1),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>SECRET</x>"),
        segment(0xE2, b"MPF\0SECRET"),
        segment(0xE3, b"SECRET"),
        segment(0xEB, b"JP\0\0SECRET"),
        segment(0xEC, b"Ducky SECRET"),
        segment(0xED, b"Photoshop 3.0\08BIM SECRET"),
        segment(0xEE, b"SECRET"),
        segment(0xEF, b"SECRET"),
        segment(0xFE, b"SECRET"),
    ]);
    let (image, output) = clean(&file);
    assert_eq!(output, encoded(ImageFormat::Jpeg, 30, 20));
    assert_eq!((image.width, image.height), (30, 20));
}

#[test]
fn metadata_between_and_after_scans_is_dropped() {
    let file = encoded(ImageFormat::Jpeg, 30, 20);
    let end = file.len() - 2;
    let (_, output) =
        clean(&with(&file, end, &[exif(6), segment(0xFE, b"SECRET"), segment(0xE0, b"JFIF\0SECRET--")].concat()));
    assert_eq!(output, file);
}

#[test]
fn a_second_picture_is_dropped() {
    let file = encoded(ImageFormat::Jpeg, 30, 20);
    let (_, output) = clean(&[file.clone(), jpeg_with(&[exif(1)])].concat());
    assert_eq!(output, file);
}

#[test]
fn of_exif_only_the_orientation_is_kept() {
    for value in 2..=8 {
        let (image, output) = clean(&jpeg_with(&[exif(value)]));
        assert_eq!(decoder(&output).orientation().unwrap(), Orientation::from_exif(value).unwrap());
        let expected = if value >= 5 { (20, 30) } else { (30, 20) };
        assert_eq!((image.width, image.height), expected, "orientation {value}");
        assert_eq!(decoder(&output).exif_metadata().unwrap().unwrap().len(), 26);
    }
}

#[test]
fn exif_without_a_rotation_is_dropped() {
    for value in [0, 1, 9] {
        assert!(!contains(&clean(&jpeg_with(&[exif(value)])).1, b"Exif"));
    }
}

#[test]
fn only_the_first_exif_counts() {
    let (image, output) = clean(&jpeg_with(&[exif(3), exif(6)]));
    assert_eq!(decoder(&output).orientation().unwrap(), Orientation::Rotate180);
    assert_eq!((image.width, image.height), (30, 20));
}

#[test]
fn the_header_loses_its_thumbnail_and_keeps_its_density() {
    let mut file = encoded(ImageFormat::Jpeg, 30, 20);
    let header = segment(0xE0, &[b"JFIF\0\x01\x02\x01\0\x48\0\x48\x02\x01", b"SECRET".as_slice()].concat());
    file.splice(2..20, header);
    let (_, output) = clean(&file);
    assert_eq!(output[2..20], *b"\xff\xe0\0\x10JFIF\0\x01\x02\x01\0\x48\0\x48\0\0");
}

#[test]
fn a_progressive_picture_keeps_its_colour_profile_and_orientation() {
    let (image, output) = clean(PROGRESSIVE_JPEG);
    assert_eq!((image.width, image.height), (24, 40));
    let profile = decoder(PROGRESSIVE_JPEG).icc_profile().unwrap().unwrap();
    assert_only_colours(&profile, &decoder(&output).icc_profile().unwrap().unwrap());
    assert_eq!(decoder(&output).orientation().unwrap(), Orientation::Rotate90);
}

/// A large profile takes several segments. What follows the last piece belongs to no profile.
#[test]
fn a_profile_in_pieces_is_read_whole_and_foreign_pieces_are_dropped() {
    let profile = decoder(PROGRESSIVE_JPEG).icc_profile().unwrap().unwrap();
    let (first, second) = profile.split_at(200);
    let piece = |number: u8, data: &[u8]| segment(0xE2, &[b"ICC_PROFILE\0", [number, 2].as_slice(), data].concat());
    let secret = piece(3, b"SECRET");
    let (_, output) = clean(&jpeg_with(&[piece(1, first), piece(2, second), secret, piece(1, b"SECRET")]));
    let whole = jpeg_with(&[segment(0xE2, &[b"ICC_PROFILE\0\x01\x01", profile.as_slice()].concat())]);
    assert_eq!(output, clean(&whole).1);
    assert_only_colours(&profile, &decoder(&output).icc_profile().unwrap().unwrap());
    assert!(!contains(&clean(&jpeg_with(&[piece(1, first)])).1, b"ICC_PROFILE"), "the second piece is missing");
}

#[test]
fn an_invalid_colour_profile_is_dropped() {
    let file =
        jpeg_with(&[segment(0xE2, b"ICC_PROFILE\0\x01\x01SECRET"), segment(0xE2, b"ICC_PROFILE\0\x02\x02SECRET")]);
    assert!(!contains(&clean(&file).1, b"ICC_PROFILE"));
}

#[test]
fn adobes_segment_is_kept_without_trailing_bytes() {
    let alone = segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01");
    let with_trailing = segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01SECRET");
    assert_eq!(clean(&jpeg_with(&[with_trailing])).1, jpeg_with(&[alone]));
}

#[test]
fn fill_bytes_before_markers_are_dropped() {
    let file = encoded(ImageFormat::Jpeg, 30, 20);
    assert_eq!(clean(&with(&file, 2, &[0xFF, 0xFF, 0xFF])).1, file);
}

#[test]
fn dimensions_beyond_the_limits_are_refused() {
    let file = encoded(ImageFormat::Jpeg, 30, 20);
    let frame = marker(&file, 0xC0);
    for (height, width) in [(0, 30), (20, 0), (16_385, 1), (1, 16_385), (16_384, 16_384)] {
        let mut file = file.clone();
        file[frame + 5..frame + 7].copy_from_slice(&u16::to_be_bytes(height));
        file[frame + 7..frame + 9].copy_from_slice(&u16::to_be_bytes(width));
        let (width, height) = (width.into(), height.into());
        assert_eq!(inspect_file(&file), Err(InspectError::Dimensions { format: ImageFormat::Jpeg, width, height }));
    }
}

#[test]
fn malformed_structure_is_refused() {
    let file = encoded(ImageFormat::Jpeg, 30, 20);
    let (frame, scan, end) = (marker(&file, 0xC0), marker(&file, 0xDA), file.len() - 2);
    let mut arithmetic = file.clone();
    arithmetic[frame + 1] = 0xC9;
    let mut deep = file.clone();
    deep[frame + 4] = 12;
    let mut parts = file.clone();
    parts[scan + 4] = 9;
    let frame_length = usize::from(u16::from_be_bytes([file[frame + 2], file[frame + 3]])) + 2;
    for (file, expected) in [
        (b"\xff\xd8\xff\xd9".to_vec(), "there is no picture in it"),
        (with(&file, 20, b"x"), "there is no marker where one must be"),
        (with(&file, 2, b"\xff\xe5\0\x01"), "a segment is shorter than its own length field"),
        (with(&file, 2, b"\xff\xd8"), "a marker that has no place between segments"),
        (with(&file, 2, b"\xff\xd0"), "a marker that has no place between segments"),
        (with(&file, 2, b"\xff\xdc\0\x04\0\x14"), "a marker that no picture on the web has"),
        (with(&file, 2, b"\xff\xdd\0\x05\0\0\0"), "a restart interval is no number"),
        (with(&file, 2, b"\xff\xdb\0\x03\x40"), "a quantization table is of no known kind"),
        (with(&file, 2, b"\xff\xc4\0\x03\x20"), "a Huffman table is of no known kind"),
        (with(&file, frame, &file[frame..frame + frame_length]), "there is more than one frame"),
        ([&file[..frame], &file[scan..]].concat(), "a scan comes before its frame"),
        ([&file[..scan], &file[end..]].concat(), "there is no picture in it"),
        (with(&file[..end], scan, &[]), "truncated"),
        (arithmetic, "a marker that no picture on the web has"),
        (deep, "samples do not have 8 bits"),
        (parts, "a scan header is malformed"),
    ] {
        if expected == "truncated" {
            assert!(matches!(inspect_file(&file), Err(InspectError::Truncated { .. })));
        } else {
            assert_eq!(malformed(inspect_file(&file)), expected);
        }
    }
}

/// A progressive picture in grey with so many scans of one byte each.
fn with_scans(width: u16, height: u16, scans: usize) -> Vec<u8> {
    let frame = [&[8][..], &height.to_be_bytes(), &width.to_be_bytes(), b"\x01\x01\x11\0"].concat();
    let scan = [segment(0xDA, b"\x01\x01\0\x01\x3f\x01"), vec![0]].concat();
    [&b"\xff\xd8"[..], &segment(0xC2, &frame), &scan.repeat(scans), b"\xff\xd9"].concat()
}

/// A decoder visits every block of each scan, so few bytes can cost minutes.
#[test]
fn scans_are_bounded_by_their_number_and_by_the_pixels_that_they_pass_over() {
    let too_many = Err(InspectError::TooManyScans { format: ImageFormat::Jpeg });
    let most = usize::try_from(MAX_SCANS).unwrap();
    assert!(inspect_file(&with_scans(8, 8, most)).is_ok());
    assert_eq!(inspect_file(&with_scans(8, 8, most + 1)), too_many);
    // 7,001 pixels are 876 blocks.
    let scans = usize::try_from(MAX_SCANNED_PIXELS / (7_008 * 7_008)).unwrap();
    assert!(inspect_file(&with_scans(7_001, 7_001, scans)).is_ok());
    let refused = inspect_file(&with_scans(7_001, 7_001, scans + 1));
    assert_eq!(refused, too_many);
    assert!(refused.unwrap_err().client_message().contains("too many scans"));
}
