//! Properties that hold for every file, valid or not.

use aviary_media::{ImageFormat, InspectError, inspect};
use bytes::Bytes;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::fixtures::{all_files, encoded, frames, inspect_file, joined};

/// A kind of damage to a file.
#[derive(Debug, Clone)]
enum Damage {
    Set(Index, u8),
    Cut(Index),
    Remove(Index, u8),
    Repeat(Index, u8),
    Insert(Index, Vec<u8>),
}

/// Bytes with a meaning in these formats.
const MARKERS: &[u8] = &[0, 1, 0x21, 0x2C, 0x3B, 0x7F, 0x80, 0xD9, 0xDA, 0xE1, 0xFE, 0xFF];

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        4 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Set(at, byte)),
        4 => (any::<Index>(), prop::sample::select(MARKERS)).prop_map(|(at, byte)| Damage::Set(at, byte)),
        1 => any::<Index>().prop_map(Damage::Cut),
        2 => (any::<Index>(), 1..64_u8).prop_map(|(at, length)| Damage::Remove(at, length)),
        2 => (any::<Index>(), 1..64_u8).prop_map(|(at, length)| Damage::Repeat(at, length)),
        2 => (any::<Index>(), prop::collection::vec(any::<u8>(), 1..40))
            .prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
    ]
}

fn apply(file: &mut Vec<u8>, damage: &Damage) {
    if file.is_empty() {
        return;
    }
    let piece =
        |at: &Index, length: u8| at.index(file.len())..(at.index(file.len()) + usize::from(length)).min(file.len());
    match damage {
        Damage::Set(at, byte) => {
            let at = at.index(file.len());
            file[at] = *byte;
        }
        Damage::Cut(at) => file.truncate(at.index(file.len())),
        Damage::Remove(at, length) => drop(file.drain(piece(at, *length))),
        Damage::Repeat(at, length) => file.extend_from_within(piece(at, *length)),
        Damage::Insert(at, bytes) => {
            let at = at.index(file.len());
            file.splice(at..at, bytes.iter().copied());
        }
    }
}

/// Corrects the checksums of a PNG as far as its chunks are found: they would reveal nearly all damage.
fn fix_checksums(file: &mut [u8]) {
    let mut at = 8;
    while let Some(length) = file.get(at..at + 4) {
        let length = u32::from_be_bytes(length.try_into().unwrap()) as usize;
        let Some(body) = file.get(at + 4..(at + 8).saturating_add(length)) else { return };
        let checksum = crc32fast::hash(body).to_be_bytes();
        at += 8 + length;
        let Some(stored) = file.get_mut(at..at + 4) else { return };
        stored.copy_from_slice(&checksum);
        at += 4;
    }
}

/// Checks that the inspection of a cleaned file changes nothing.
fn check(file: Vec<u8>) {
    let input = [Bytes::from(file)];
    let Ok(image) = inspect(&input, None) else { return };
    let output = joined(&image);
    assert_eq!(image.length, output.len() as u64);
    assert!(output.len() <= input[0].len() + 300, "it grew from {} to {}", input[0].len(), output.len());
    let again = inspect_file(&output).expect("a cleaned file passes");
    assert_eq!((again.format, joined(&again)), (image.format, output));
    assert_eq!((again.width, again.height), (image.width, image.height));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_are_refused_or_cleaned(
        (which, damages, fix) in (any::<Index>(), prop::collection::vec(damage(), 1..6), any::<bool>())
    ) {
        let files = all_files();
        let (format, mut file) = files[which.index(files.len())].clone();
        damages.iter().for_each(|damage| apply(&mut file, damage));
        if fix && format == ImageFormat::Png {
            fix_checksums(&mut file);
        }
        check(file);
    }

    #[test]
    fn noise_after_a_signature_is_refused_or_cleaned(
        start in prop::sample::select(vec![
            b"\xff\xd8\xff".to_vec(),
            b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec(),
            b"GIF89a".to_vec(),
            b"RIFF\x40\0\0\0WEBPVP8 ".to_vec(),
            b"RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0".to_vec(),
        ]),
        noise in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        check([start, noise].concat());
    }

    #[test]
    fn the_division_into_chunks_does_not_matter(
        (which, cuts) in (any::<Index>(), prop::collection::vec(any::<Index>(), 0..20))
    ) {
        let files = all_files();
        let file = Bytes::from(files[which.index(files.len())].1.clone());
        let whole = inspect(std::slice::from_ref(&file), None).unwrap();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(file.len())).chain([0, file.len()]).collect();
        cuts.sort_unstable();
        let chunks: Vec<Bytes> = cuts.windows(2).map(|cut| file.slice(cut[0]..cut[1])).collect();
        let pieced = inspect(&chunks, None).unwrap();
        assert_eq!(joined(&pieced), joined(&whole));
        assert_eq!((pieced.width, pieced.height, pieced.length), (whole.width, whole.height, whole.length));
    }
}

#[test]
fn a_file_in_chunks_of_one_byte_is_read() {
    for (_, file) in all_files() {
        let chunks: Vec<Bytes> = file.iter().map(|byte| Bytes::copy_from_slice(&[*byte])).collect();
        assert_eq!(joined(&inspect(&chunks, None).unwrap()), joined(&inspect_file(&file).unwrap()));
    }
}

#[test]
fn a_file_that_is_cut_off_is_refused() {
    for (format, file) in all_files() {
        let whole = joined(&inspect_file(&file).unwrap());
        for length in 0..whole.len() {
            let error = inspect_file(&whole[..length]).expect_err("it is cut off");
            let expected = match error {
                InspectError::Empty | InspectError::NotAnImage => length < 12,
                InspectError::Truncated { format: found, .. } => found == format,
                _ => false,
            };
            assert!(expected, "{length} of {} bytes: {error}", whole.len());
        }
    }
}

#[test]
fn bytes_after_the_image_are_dropped() {
    let archive = b"PK\x03\x04SECRET.txt<script>SECRET</script>";
    for (format, file) in all_files() {
        let clean = joined(&inspect_file(&file).unwrap());
        let image = inspect_file(&[&clean[..], archive].concat()).unwrap();
        assert_eq!(joined(&image), clean, "{format}");
    }
}

#[test]
fn a_clean_file_passes_unchanged_without_a_copy() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP] {
        let file = Bytes::from(encoded(format, 120, 90));
        let image = inspect(std::slice::from_ref(&file), Some(format.content_type())).unwrap();
        assert_eq!(joined(&image), file);
        assert_eq!((image.width, image.height), (120, 90));
        let inside = file.as_ptr_range();
        let copied: usize = image.parts.iter().filter(|part| !inside.contains(&part.as_ptr())).map(Bytes::len).sum();
        assert!(copied < 256, "{copied} of {} bytes were copied", file.len());
        assert_eq!(frames(format, &joined(&image)).len(), 1);
    }
}
