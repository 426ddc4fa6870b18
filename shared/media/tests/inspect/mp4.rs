//! Inspection of MP4 files: what is accepted, what is blanked, and that no byte moves.

use aviary_media::{CleanVideo, MAX_VIDEO_SECONDS, VideoError, inspect_video};
use bytes::Bytes;

use crate::fixtures::{SECRET, contains};

fn a_box(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32 + 8).to_be_bytes(), kind.as_slice(), body].concat()
}

fn joined(boxes: &[Vec<u8>]) -> Vec<u8> {
    boxes.concat()
}

const UNITY: [u32; 9] = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x4000_0000];
const QUARTER_TURN: [u32; 9] = [0, 0x10000, 0, 0xFFFF_0000, 0, 0, 0, 0, 0x4000_0000];

/// The parts of a video file. Every date in it is the secret.
struct Film {
    brand: [u8; 4],
    seconds: u32,
    wide: bool,
    matrix: [u32; 9],
    handler: [u8; 4],
    top: Vec<Vec<u8>>,
    in_movie: Vec<Vec<u8>>,
    in_track: Vec<Vec<u8>>,
    in_media: Vec<Vec<u8>>,
    in_information: Vec<Vec<u8>>,
    in_table: Vec<Vec<u8>>,
}

fn film() -> Film {
    Film {
        brand: *b"isom",
        seconds: 12,
        wide: false,
        matrix: UNITY,
        handler: *b"vide",
        top: Vec::new(),
        in_movie: Vec::new(),
        in_track: Vec::new(),
        in_media: Vec::new(),
        in_information: Vec::new(),
        in_table: Vec::new(),
    }
}

impl Film {
    /// Version and flags, two dates, the bytes between, and the duration.
    fn times(&self, between: &[u8]) -> Vec<u8> {
        let duration = self.seconds * 600;
        if self.wide {
            let long = u64::from(duration).to_be_bytes();
            [&[1, 0, 0, 7], b"SECRET!!".as_slice(), b"SECRET!!", between, &long].concat()
        } else {
            [&[0, 0, 0, 7], b"SECR".as_slice(), b"ET!!", between, &duration.to_be_bytes()].concat()
        }
    }

    fn track(&self) -> Vec<u8> {
        let matrix: Vec<u8> = self.matrix.iter().flat_map(|n| n.to_be_bytes()).collect();
        let sides = [(640_u32 << 16).to_be_bytes(), (360_u32 << 16).to_be_bytes()].concat();
        let between = [&1_u32.to_be_bytes()[..], &[0; 4]].concat();
        let tkhd = [&self.times(&between)[..], &[0; 16], &matrix, &sides].concat();
        let hdlr = [&[0; 8][..], &self.handler, &[0; 12], b"SECRET\0"].concat();
        let stbl = [a_box(b"stco", &[0; 8]), self.in_table.concat()].concat();
        let minf = a_box(b"minf", &[a_box(b"stbl", &stbl), self.in_information.concat()].concat());
        let mdhd = a_box(b"mdhd", &[&self.times(&600_u32.to_be_bytes())[..], &[0; 4]].concat());
        let mdia = [mdhd, a_box(b"hdlr", &hdlr), minf, self.in_media.concat()].concat();
        [a_box(b"tkhd", &tkhd), a_box(b"mdia", &mdia), self.in_track.concat()].concat()
    }

    fn movie(&self) -> Vec<u8> {
        let mvhd = [&self.times(&600_u32.to_be_bytes())[..], &[0; 80]].concat();
        let trak = a_box(b"trak", &self.track());
        a_box(b"moov", &[a_box(b"mvhd", &mvhd), trak, self.in_movie.concat()].concat())
    }

    fn file(&self) -> Vec<u8> {
        let ftyp = a_box(b"ftyp", &[&self.brand[..], &[0, 0, 2, 0], &self.brand].concat());
        joined(&[ftyp, self.movie(), self.top.concat(), a_box(b"mdat", &[7; 1_000])])
    }
}

fn inspect(file: &[u8]) -> Result<CleanVideo, VideoError> {
    inspect_video(&[Bytes::copy_from_slice(file)], Some("video/mp4"))
}

/// Inspects a file, and checks that it only changed to zeros and to the type `free`.
#[track_caller]
fn clean(file: &[u8]) -> CleanVideo {
    let video = inspect(file).unwrap();
    let output = video.parts.concat();
    assert_eq!((output.len(), video.length), (file.len(), file.len() as u64), "bytes have moved");
    let differs = output.iter().zip(file).filter(|(new, old)| new != old).map(|(new, _)| *new);
    assert!(differs.into_iter().all(|new| new == 0 || b"free".contains(&new)));
    assert!(!contains(&output, b"SECR"), "the secret is still there");
    assert!(contains(&output, &[7; 1_000]), "the samples are gone");
    video
}

#[test]
fn a_video_has_its_dimensions_and_duration() {
    for wide in [false, true] {
        for brand in [*b"isom", *b"mp42", *b"avc1"] {
            let video = clean(&Film { wide, brand, ..film() }.file());
            assert_eq!((video.width, video.height, video.duration_millis), (640, 360, 12_000));
        }
    }
    let turned = clean(&Film { matrix: QUARTER_TURN, ..film() }.file());
    assert_eq!((turned.width, turned.height), (360, 640));
}

/// H.264 and AAC as a common encoder writes them, with a location, a title, dates and named handlers.
#[test]
fn a_real_film_keeps_its_samples_and_loses_its_metadata() {
    let file: &[u8] = include_bytes!("../data/film.mp4");
    let location = b"loci";
    assert!(contains(file, SECRET) && contains(file, location));
    let video = inspect(file).unwrap();
    assert_eq!((video.width, video.height, video.length), (48, 32, file.len() as u64));
    assert!((1_500..1_600).contains(&video.duration_millis), "{}", video.duration_millis);
    let output = video.parts.concat();
    assert!(!contains(&output, SECRET) && !contains(&output, location));
    for kept in [b"avcC".as_slice(), b"esds", b"stts", b"stsc", b"stsz", b"stco", b"mdat"] {
        assert!(contains(&output, kept));
    }
    let data = file.windows(4).position(|window| window == b"mdat").unwrap();
    let size = u32::from_be_bytes(file[data - 4..data].try_into().unwrap()) as usize;
    assert_eq!(output[data..data - 4 + size], file[data..data - 4 + size], "the samples have changed");
}

#[test]
fn a_video_may_come_in_pieces_and_have_64_bit_sizes() {
    let file = film().file();
    let whole = inspect(&file).unwrap().parts.concat();
    for length in [1, 3, 100] {
        let chunks: Vec<Bytes> = file.chunks(length).map(Bytes::copy_from_slice).collect();
        assert_eq!(inspect_video(&chunks, None).unwrap().parts.concat(), whole);
    }
    let large = [&1_u32.to_be_bytes()[..], b"mdat", &1_016_u64.to_be_bytes(), &[7; 1_000]].concat();
    let to_the_end = [&[0; 4][..], b"mdat", &[7; 1_000]].concat();
    let head = &file[..file.len() - 1_008];
    for data in [large, to_the_end] {
        clean(&[head, &data].concat());
    }
}

#[test]
fn metadata_is_blanked_wherever_it_is() {
    let location = || a_box(b"udta", &a_box(&[0xA9, b'x', b'y', b'z'], b"\0\x12\x15\xc7+27.59+086.56/SECRET"));
    let meta = || a_box(b"meta", b"SECRET");
    let uuid = || a_box(b"uuid", b"SECRETSECRETSECRETSECRET");
    let free = || a_box(b"free", b"SECRET of a program that only renamed it");
    let unknown = || a_box(b"xyzw", b"SECRET");
    let everywhere = || vec![location(), meta(), uuid(), free()];
    let film = Film {
        top: [everywhere(), vec![unknown()]].concat(),
        in_movie: [everywhere(), vec![unknown()]].concat(),
        in_track: [everywhere(), vec![unknown()]].concat(),
        in_table: everywhere(),
        ..film()
    };
    let file = film.file();
    assert!(contains(&file, SECRET));
    let output = clean(&file).parts.concat();
    for kind in [b"udta", b"meta", b"uuid", b"xyzw"] {
        assert!(!contains(&output, kind), "{}", String::from_utf8_lossy(kind));
    }
    assert!(contains(&output, b"stco") && contains(&output, b"mvhd"));
}

/// The content of a full box with this version, a number, and data.
fn counted(version: u8, number: u32, data: &[u8]) -> Vec<u8> {
    [&[version, 0, 0, 0], &number.to_be_bytes()[..], data].concat()
}

/// A description of H.264 pictures with its settings, the name of a program, and boxes that no decoder needs.
fn pictures() -> Vec<u8> {
    let fields =
        [&[0; 8][..], b"SECRETSECRET\0\0\0\0", &[0; 18], &[31; 1], b"SECRET of the program, in 31 by", &[0; 4]];
    let boxes = [
        a_box(b"avcC", b"settings"),
        a_box(b"pasp", b"\0\0\0\x01\0\0\0\x01SECRET"),
        a_box(b"colr", b"nclx\0\x01\0\x01\0\x01\0SECRET"),
        a_box(b"colr", b"prof SECRET profile"),
        a_box(b"uuid", b"SECRETSECRETSECRETSECRET"),
        a_box(b"udta", b"SECRET"),
        b"\0\0\0\0".to_vec(),
    ];
    a_box(b"avc1", &[fields.concat(), boxes.concat()].concat())
}

#[test]
fn what_is_on_no_list_is_blanked_at_every_level() {
    let reference =
        |kind: &[u8; 4], flags: u8| a_box(kind, &[&[0, 0, 0, flags], &b"file:///Users/SECRET"[..]].concat());
    let references = counted(0, 2, &[reference(b"url ", 0), reference(b"alis", 1)].concat());
    let edits =
        [a_box(b"elst", &counted(0, 1, b"\0\0\0\x0c\0\0\0\0\0\x01\0\0SECRET")), a_box(b"uuid", b"+48.85 SECRET")];
    let grouping = |kind: &[u8; 4]| a_box(b"sgpd", &[&[1, 0, 0, 0], &kind[..], b"\0\0\0\x02\0\0\0\x01\0\x01"].concat());
    let film = Film {
        in_movie: vec![a_box(b"iods", b"SECRET")],
        in_track: vec![a_box(b"edts", &edits.concat()), a_box(b"tref", &a_box(b"cdsc", b"SECRET"))],
        in_media: vec![a_box(b"elng", b"SECRET")],
        in_information: vec![
            a_box(b"vmhd", b"\0\0\0\x01\0\0\0\0\0\0\0\0SECRET"),
            a_box(b"hdlr", b"SECRET"),
            a_box(b"dinf", &[a_box(b"dref", &references), a_box(b"xyzw", b"SECRET")].concat()),
        ],
        in_table: vec![
            a_box(b"stsd", &counted(0, 1, &pictures())),
            a_box(b"stts", &counted(0, 1, b"\0\0\0\x05\0\0\0\x05SECRET")),
            a_box(b"stsz", &[counted(0, 0, b"\0\0\0\x01\0\0\0\x09"), b"SECRET".to_vec()].concat()),
            grouping(b"roll"),
            a_box(b"sgpd", b"\x01\0\0\0mineSECRET"),
            a_box(b"xyzw", b"SECRET"),
        ],
        top: vec![a_box(b"ftyp", b"isomSECRETSE")],
        ..film()
    };
    let output = clean(&film.file()).parts.concat();
    for gone in [b"uuid".as_slice(), b"iods", b"tref", b"elng", b"prof", b"mine", b"file:", b"xyzw"] {
        assert!(!contains(&output, gone), "{}", String::from_utf8_lossy(gone));
    }
    for kept in [
        b"elst\0\0\0\0\0\0\0\x01\0\0\0\x0c".as_slice(),
        b"avcCsettings",
        b"url \0\0\0\0",
        b"nclx\0\x01",
        b"roll",
        b"\0\0\0\x05",
    ] {
        assert!(contains(&output, kept), "{}", String::from_utf8_lossy(kept));
    }
    assert_eq!(clean(&output).parts.concat(), output, "a second look changes nothing");
}

#[test]
fn a_brand_that_is_none_is_blanked() {
    let ftyp = a_box(b"ftyp", b"isom\0\0\x02\0isomSECRETxx");
    let file = [&ftyp[..], &film().file()[20..]].concat();
    assert!(contains(&clean(&file).parts.concat(), b"isom\0\0\x02\0isom\0\0\0\0\0\0\0\0"));
}

#[test]
fn a_description_that_is_cut_off_is_refused() {
    let short = Film { in_table: vec![a_box(b"stsd", &counted(0, 1, &a_box(b"avc1", &[0; 77])))], ..film() };
    assert_eq!(
        inspect(&short.file()).map(|_| ()).unwrap_err().to_string().split(": ").nth(1),
        Some("a header is too short")
    );
}

#[test]
fn a_video_of_wrong_duration_or_tracks_is_refused() {
    let longest = u32::try_from(MAX_VIDEO_SECONDS).unwrap();
    assert!(inspect(&Film { seconds: longest, ..film() }.file()).is_ok());
    let too_long = inspect(&Film { seconds: longest + 1, ..film() }.file());
    assert_eq!(too_long, Err(VideoError::TooLong { millis: (MAX_VIDEO_SECONDS + 1) * 1_000 }));
    assert!(matches!(inspect(&Film { seconds: 0, ..film() }.file()), Err(VideoError::Malformed { .. })));
    assert!(matches!(inspect(&Film { handler: *b"soun", ..film() }.file()), Err(VideoError::Malformed { .. })));
    assert_eq!(inspect(&Film { handler: *b"meta", ..film() }.file()), Err(VideoError::OtherTrack));
    let fragmented = Film { top: vec![a_box(b"moof", &[0; 8])], ..film() };
    assert_eq!(inspect(&fragmented.file()), Err(VideoError::Fragmented));
    let fragmented = Film { in_movie: vec![a_box(b"mvex", &[0; 8])], ..film() };
    assert_eq!(inspect(&fragmented.file()), Err(VideoError::Fragmented));
    let twice = Film { top: vec![film().movie()], ..film() };
    assert!(matches!(inspect(&twice.file()), Err(VideoError::Malformed { reason: "a second moov", .. })));
}

#[test]
fn many_unneeded_boxes_are_refused_and_a_large_one_is_blanked() {
    let many = Film { top: vec![a_box(b"free", b""); 200_000], ..film() };
    assert_eq!(inspect(&many.file()), Err(VideoError::Malformed { offset: 0, reason: "too many boxes" }));
    clean(&Film { top: vec![a_box(b"free", &b"SECRET".repeat(100_001))], ..film() }.file());
}

#[test]
fn other_files_are_not_videos() {
    let files: [&[u8]; 6] = [
        b"x",
        b"\x1a\x45\xdf\xa3 webm",
        b"RIFF\x04\0\0\0AVI ",
        &a_box(b"mdat", b"no type"),
        &a_box(b"ftyp", b"avif\0\0\0\0avifmif1"),
        &a_box(b"ftyp", b"qt  \0\0\0\0qt  "),
    ];
    for file in files {
        assert_eq!(inspect(file), Err(VideoError::NotAVideo), "{}", String::from_utf8_lossy(file));
    }
    assert_eq!(inspect_video(&[], None), Err(VideoError::Empty));
    let file = [Bytes::from(film().file())];
    for declared_type in [None, Some(""), Some("application/octet-stream"), Some("VIDEO/MP4; codecs=avc1")] {
        assert!(inspect_video(&file, declared_type).is_ok(), "{declared_type:?}");
    }
    let error = inspect_video(&file, Some("image/png")).unwrap_err();
    assert_eq!(error, VideoError::TypeMismatch { declared_type: "image/png".to_owned() });
}

/// After any cut or change the result is an error or a file of the same length, never a panic.
#[test]
fn a_damaged_video_is_refused_or_keeps_its_length() {
    let file = Film { in_movie: vec![a_box(b"udta", b"SECRET")], ..film() }.file();
    for end in 0..file.len() {
        assert!(inspect(&file[..end]).is_err(), "cut at {end}");
    }
    for at in 0..file.len() - 1_000 {
        for value in [0, 1, 0x7F, 0xFF] {
            let mut broken = file.clone();
            broken[at] = value;
            if let Ok(video) = inspect(&broken) {
                assert_eq!(video.parts.concat().len(), file.len());
            }
        }
    }
}
