#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::cast_possible_truncation)]

use super::*;

/// A profile with these tags, and the secret in every field that says nothing about colours.
fn profile(space: &[u8; 4], tags: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut header =
        [b"\0\0\0\0ADBE\x02\x40\0\0mntr".as_slice(), space, b"XYZ ", &DATE, b"acspAPPL\0\0\0\x01SECRETSE"].concat();
    header.resize(64, b'S');
    header.extend([&[0, 0, 0, 1], D50.as_slice(), b"SECR"].concat());
    header.resize(HEADER, b'S');
    let begin = HEADER + 4 + 12 * tags.len();
    let (mut table, mut data) = ((tags.len() as u32).to_be_bytes().to_vec(), Vec::new());
    for (tag, content) in tags {
        data.extend_from_slice(b"SECRET..");
        table.extend(
            [**tag, ((begin + data.len()) as u32).to_be_bytes(), (content.len() as u32).to_be_bytes()].concat(),
        );
        data.extend_from_slice(content);
    }
    let size = ((begin + data.len()) as u32).to_be_bytes();
    header[..4].copy_from_slice(&size);
    [header, table, data].concat()
}

fn color(x: u8) -> Vec<u8> {
    [b"XYZ SECR".as_slice(), &[x; 12], b"SECRET"].concat()
}

fn curve() -> Vec<u8> {
    b"curvSECR\0\0\0\x02\0\0\xff\xffSECRET".to_vec()
}

fn rgb() -> Vec<(&'static [u8; 4], Vec<u8>)> {
    vec![
        (b"desc", b"desc\0\0\0\0SECRET".to_vec()),
        (b"cprt", b"text\0\0\0\0SECRET".to_vec()),
        (b"serl", b"text\0\0\0\0SECRET".to_vec()),
        (b"wtpt", color(1)),
        (b"rXYZ", color(2)),
        (b"gXYZ", color(3)),
        (b"bXYZ", color(4)),
        (b"rTRC", curve()),
        (
            b"gTRC",
            b"paraSECR\0\x03SE\x01\x01\x01\x01\x02\x02\x02\x02\x03\x03\x03\x03\x04\x04\x04\x04\x05\x05\x05\x05SECRET"
                .to_vec(),
        ),
        (b"bTRC", curve()),
        (b"A2B0", b"text\0\0\0\0SECRET".to_vec()),
    ]
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn a_profile_keeps_its_colours_and_nothing_else() {
    let rebuilt_once = rebuilt(&profile(b"RGB ", &rgb())).unwrap();
    for secret in [b"SECR".as_slice(), b"SE", b"ADBE", b"APPL", b"serl"] {
        assert!(!has(&rebuilt_once, secret), "{}", String::from_utf8_lossy(secret));
    }
    for kept in [[1; 12], [2; 12], [3; 12], [4; 12]] {
        assert!(has(&rebuilt_once, &kept));
    }
    assert!(has(&rebuilt_once, b"curv\0\0\0\0\0\0\0\x02\0\0\xff\xff"));
    assert!(has(&rebuilt_once, b"para\0\0\0\0\0\x03\0\0\x01\x01\x01\x01"));
    assert_eq!(rebuilt_once.windows(4).filter(|window| window == b"curv").count(), 1, "equal curves are one");
    assert_eq!(rebuilt(&rebuilt_once).as_ref(), Some(&rebuilt_once), "it changes no more");
}

#[test]
fn a_table_of_colours_has_the_length_that_it_says() {
    let wide = |grid: u8, entries: usize| {
        let sizes = [&[4, 3, grid, b'S'][..], &[7; 36], &[0, 2, 0, 3]].concat();
        [b"mft2SECR".as_slice(), &sizes, &vec![9; 2 * entries], b"SECRET"].concat()
    };
    let sound = wide(2, 4 * 2 + 16 * 3 + 3 * 3);
    let press = rebuilt(&profile(b"CMYK", &[(b"A2B0", sound)])).unwrap();
    assert!(!has(&press, b"SECR") && has(&press, &[9; 2 * 65]) && !has(&press, &[9; 2 * 65 + 1]));
    let short = wide(9, 10);
    assert_eq!(rebuilt(&profile(b"CMYK", &[(b"A2B0", short)])), None);
    let narrow = [b"mft1\0\0\0\0\x01\x03\x02\0".as_slice(), &[7; 36], &vec![9; 256 * 4 + 2 * 3], b"SECRET"].concat();
    let grey = rebuilt(&profile(b"GRAY", &[(b"A2B0", narrow)])).unwrap();
    assert!(!has(&grey, b"SECR") && has(&grey, &[9; 256 * 4 + 6]));
}

#[test]
fn what_is_no_profile_of_a_picture_is_dropped() {
    let sound = profile(b"RGB ", &rgb());
    assert!(rebuilt(&sound).is_some());
    for (at, byte) in [(8, 5), (12, b'x'), (20, b'x'), (36, b'x'), (67, 9), (3, 0xFF), (0, 0xFF)] {
        let mut changed = sound.clone();
        changed[at] = byte;
        assert_eq!(rebuilt(&changed), None, "byte {at}");
    }
    assert_eq!(rebuilt(&profile(b"RGB ", &rgb()[..6])), None, "a colour is missing");
    assert_eq!(rebuilt(&profile(b"CMYK", &rgb())), None, "it has no table");
    for end in 0..sound.len() {
        assert_eq!(rebuilt(&sound[..end]), None);
    }
}
