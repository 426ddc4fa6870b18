//! Inspection of MP4 files: what is accepted, what is blanked, and that the tables lead to the samples.

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

    /// Ten samples in two chunks of the data, whose position is written by `file`.
    fn tables(&self) -> Vec<u8> {
        let own = |kind: &[u8; 4]| self.in_table.iter().any(|table| table[4..8] == *kind);
        let entry = match &self.handler {
            b"soun" => a_box(b"mp4a", &[&[0; 28][..], &sound()].concat()),
            _ => a_box(b"avc1", &[&[0; 78][..], &a_box(b"avcC", AVC)].concat()),
        };
        let rows = |numbers: &[u32]| numbers.iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<u8>>();
        let (offset, width) = if self.wide { (vec![0, 0, 0, 500], b"co64") } else { (vec![0, 500], b"stco") };
        let tables = [
            a_box(b"stsd", &counted(0, 1, &entry)),
            a_box(b"stts", &counted(0, 1, &rows(&[10, 60]))),
            a_box(b"stsc", &counted(0, 1, &rows(&[1, 5, 1]))),
            a_box(b"stsz", &[&[0; 4], &rows(&[100, 10])[..]].concat()),
            a_box(width, &counted(0, 2, &rows(&offset))),
        ];
        tables.into_iter().filter(|table| !own(table[4..8].try_into().unwrap())).collect::<Vec<_>>().concat()
    }

    fn track(&self) -> Vec<u8> {
        let matrix: Vec<u8> = self.matrix.iter().flat_map(|n| n.to_be_bytes()).collect();
        let sides = [(640_u32 << 16).to_be_bytes(), (360_u32 << 16).to_be_bytes()].concat();
        let between = [&1_u32.to_be_bytes()[..], &[0; 4]].concat();
        let tkhd = [&self.times(&between)[..], &[0; 16], &matrix, &sides].concat();
        let hdlr = [&[0; 8][..], &self.handler, &[0; 12], b"SECRET\0"].concat();
        let stbl = [self.tables(), self.in_table.concat()].concat();
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
        with_positions(joined(&[ftyp, self.movie(), self.top.concat(), a_box(b"mdat", &[7; 1_000])]))
    }
}

/// The settings of H.264 with no parameter sets.
const AVC: &[u8] = b"\x01\x42\0\x1e\xff\xe0\0";

/// A description of AAC.
fn sound() -> Vec<u8> {
    a_box(b"esds", b"\0\0\0\0\x03\x16\0\x01\0\x04\x11\x40\x15\0\0\0\0\0\0\0\0\0\0\0\x05\x02\x12\x10")
}

/// Adds the position of the data to all positions in the file's tables.
fn with_positions(mut file: Vec<u8>) -> Vec<u8> {
    let data = file.windows(4).rposition(|window| window == b"mdat").unwrap() as u32 + 4;
    for (kind, width) in [(b"stco", 4), (b"co64", 8)] {
        let tables: Vec<usize> = file.windows(4).enumerate().filter(|(_, w)| *w == kind).map(|(at, _)| at).collect();
        for table in tables {
            for row in 0..2 {
                let at = table + 12 + row * width + width - 4;
                let position = u32::from_be_bytes(file[at..at + 4].try_into().unwrap()) + data;
                file[at..at + 4].copy_from_slice(&position.to_be_bytes());
            }
        }
    }
    file
}

/// The samples of the first track, where its table of positions says that they are.
fn samples(file: &[u8]) -> Vec<u8> {
    let (table, width) = [(b"stco", 4), (b"co64", 8)]
        .into_iter()
        .find_map(|(kind, width)| Some((file.windows(4).position(|window| window == kind)?, width)))
        .unwrap();
    let chunk = |row: usize| {
        let at = table + 12 + row * width + width - 4;
        let start = u32::from_be_bytes(file[at..at + 4].try_into().unwrap()) as usize;
        &file[start..start + 500]
    };
    [chunk(0), chunk(1)].concat()
}

fn inspect(file: &[u8]) -> Result<CleanVideo, VideoError> {
    inspect_video(&[Bytes::copy_from_slice(file)], Some("video/mp4"))
}

/// Inspects a file, and checks that the result has its samples, `moov` before them, and no secret.
#[track_caller]
fn clean(file: &[u8]) -> CleanVideo {
    let video = inspect(file).unwrap();
    let output = video.parts.concat();
    assert_eq!(video.length, output.len() as u64);
    assert!(!contains(&output, b"SECR"), "the secret is still there");
    assert_eq!(samples(&output), [7; 1_000], "the samples are gone");
    let position = |kind: &[u8]| output.windows(4).position(|window| window == kind).unwrap();
    assert!(output.starts_with(b"\0\0\0\x1cftypisom") && position(b"moov") < position(b"mdat"));
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
    assert_eq!((video.width, video.height), (48, 32));
    assert!((1_500..1_600).contains(&video.duration_millis), "{}", video.duration_millis);
    let output = video.parts.concat();
    assert!(!contains(&output, SECRET) && !contains(&output, location));
    for kept in [b"avcC".as_slice(), b"esds", b"stts", b"stsc", b"stsz", b"stco", b"mdat"] {
        assert!(contains(&output, kept));
    }
    let data = |file: &[u8]| {
        let at = file.windows(4).position(|window| window == b"mdat").unwrap();
        let size = u32::from_be_bytes(file[at - 4..at].try_into().unwrap()) as usize;
        file[at + 4..at - 4 + size].to_vec()
    };
    assert_eq!(data(&output), data(file), "the samples have changed");
    assert_eq!(inspect(&output).unwrap().parts.concat(), output, "a second look changes nothing");
}

#[test]
fn a_video_may_come_in_pieces_and_have_64_bit_sizes() {
    let file = film().file();
    let whole = inspect(&file).unwrap().parts.concat();
    for length in [1, 3, 100] {
        let chunks: Vec<Bytes> = file.chunks(length).map(Bytes::copy_from_slice).collect();
        assert_eq!(inspect_video(&chunks, None).unwrap().parts.concat(), whole);
    }
    let to_the_end = [&[0; 4][..], b"mdat", &[7; 1_000]].concat();
    clean(&[&file[..file.len() - 1_008], &to_the_end].concat());
    let film =
        Film { top: vec![[&1_u32.to_be_bytes()[..], b"free", &20_u64.to_be_bytes(), b"SECR"].concat()], ..film() };
    clean(&film.file());
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
        a_box(b"avcC", &[AVC, b"SECRET"].concat()),
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
    let grouping =
        |kind: &[u8; 4]| a_box(b"sgpd", &[&[1, 0, 0, 0], &kind[..], b"\0\0\0\x02\0\0\0\x01\0\x01SECRET"].concat());
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
            a_box(b"stts", &counted(0, 1, b"\0\0\0\x0a\0\0\0\x05SECRET")),
            a_box(
                b"stsz",
                &[counted(0, 0, &[&10_u32.to_be_bytes()[..], &[0, 0, 0, 100].repeat(10)].concat()), b"SECRET".to_vec()]
                    .concat(),
            ),
            a_box(b"sdtp", b"\0\0\0\0SECRET"),
            grouping(b"roll"),
            a_box(b"sbgp", b"\0\0\0\0roll\0\0\0\x01\0\0\0\x0a\0\0\0\x01SECRET"),
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
        b"avcC\x01\x42\0\x1e",
        b"url \0\0\0\0",
        b"nclx\0\x01",
        b"roll",
        b"\0\0\0\x0a\0\0\0\x05",
    ] {
        assert!(contains(&output, kept), "{}", String::from_utf8_lossy(kept));
    }
    assert_eq!(clean(&output).parts.concat(), output, "a second look changes nothing");
}

#[test]
fn a_quicktime_movie_becomes_an_mp4() {
    let movie = Film { brand: *b"qt  ", ..film() }.file();
    let output = inspect_video(&[Bytes::from(movie)], Some("video/quicktime")).unwrap().parts.concat();
    assert!(!contains(&output, b"qt  ") && output[8..].starts_with(b"isom"));
}

/// A telephone writes tracks of what it measured, whose samples stand between those of the picture.
#[test]
fn tracks_of_other_data_are_dropped_with_their_samples() {
    let other = Film { handler: *b"meta", ..film() };
    let film = Film { in_movie: vec![a_box(b"trak", &other.track())], ..film() };
    let mut file = film.file();
    // Its two chunks are the position and what follows it, behind those of the picture.
    let last = file.windows(4).rposition(|window| window == b"stco").unwrap();
    for row in 0..2 {
        let at = last + 12 + row * 4;
        let position = u32::from_be_bytes(file[at..at + 4].try_into().unwrap()) + 1_000;
        file[at..at + 4].copy_from_slice(&position.to_be_bytes());
    }
    let data = file.windows(4).rposition(|window| window == b"mdat").unwrap();
    file[data - 4..data].copy_from_slice(&2_008_u32.to_be_bytes());
    file.extend(b"SECRET 12".repeat(200).iter().take(1_000));
    assert!(contains(&file, SECRET));
    let video = clean(&file);
    assert!(video.length < file.len() as u64 - 1_000);
}

#[test]
fn bytes_between_samples_are_dropped() {
    let file = film().file();
    let data = file.windows(4).rposition(|window| window == b"mdat").unwrap();
    let mut file = [&file[..data + 4], &file[data + 4..], &b"SECRET".repeat(100)].concat();
    file[data - 4..data].copy_from_slice(&1_608_u32.to_be_bytes());
    clean(&file);
}

#[test]
fn other_codecs_are_refused() {
    let described = |kind: &[u8; 4]| a_box(b"stsd", &counted(0, 1, &a_box(kind, &[0; 78])));
    for kind in [b"av01", b"mp4v", b"jpeg", b"mp4a"] {
        let film = Film { in_table: vec![described(kind)], ..film() };
        assert_eq!(inspect(&film.file()), Err(VideoError::Codec));
    }
    for kind in [b"avc3", b"hvc1", b"hev1"] {
        clean(&Film { in_table: vec![described(kind)], ..film() }.file());
    }
    let with_sound = |table: Vec<Vec<u8>>| {
        let sound = Film { handler: *b"soun", in_table: table, ..film() };
        Film { in_movie: vec![a_box(b"trak", &sound.track())], ..film() }.file()
    };
    clean(&with_sound(Vec::new()));
    let mp3 = [&[0; 28][..], &sound().iter().map(|b| if *b == 0x40 { 0x6B } else { *b }).collect::<Vec<u8>>()].concat();
    for entry in [a_box(b"Opus", &[0; 28]), a_box(b"mp4a", &[0; 28]), a_box(b"mp4a", &mp3)] {
        let file = with_sound(vec![a_box(b"stsd", &counted(0, 1, &entry))]);
        assert_eq!(inspect(&file), Err(VideoError::Codec));
    }
}

#[test]
fn tables_that_lead_elsewhere_are_refused() {
    let sized =
        |size: u32, count: u32| a_box(b"stsz", &[&[0; 4], &size.to_be_bytes()[..], &count.to_be_bytes()].concat());
    for tables in [
        // Samples behind the end of the data, more samples than chunks hold, fewer, and none.
        vec![sized(1_000, 10)],
        vec![sized(1, 11)],
        vec![sized(1, 9)],
        vec![sized(1, 0)],
        vec![a_box(b"stsz", &[0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF])],
        vec![a_box(b"stsc", &counted(0, 0, b""))],
        vec![a_box(b"stsc", &counted(0, 1, b"\0\0\0\x02\0\0\0\x05\0\0\0\x01"))],
        vec![a_box(b"stsc", &counted(0, 1, b"\0\0\0\x01\xff\xff\xff\xff\0\0\0\x01"))],
    ] {
        let file = Film { in_table: tables, ..film() }.file();
        assert!(matches!(inspect(&file), Err(VideoError::Malformed { .. })), "{:?}", inspect(&file));
    }
    // The position of a chunk within `moov`.
    let mut file = film().file();
    let table = file.windows(4).position(|window| window == b"stco").unwrap();
    file[table + 12..table + 16].copy_from_slice(&40_u32.to_be_bytes());
    assert!(matches!(inspect(&file), Err(VideoError::Malformed { reason: "samples lie outside of the data", .. })));
}

#[test]
fn a_header_that_hides_the_length_does_not_help() {
    let seconds = |seconds: u32| [&10_u32.to_be_bytes()[..], &(seconds * 60).to_be_bytes()].concat();
    let film = Film { in_table: vec![a_box(b"stts", &counted(0, 1, &seconds(141)))], ..film() };
    assert_eq!(inspect(&film.file()), Err(VideoError::TooLong { millis: 141_000 }));
}

#[test]
fn a_description_that_is_cut_off_is_refused() {
    let short = Film { in_table: vec![a_box(b"stsd", &counted(0, 1, &a_box(b"avc1", &[0; 77])))], ..film() };
    assert!(matches!(inspect(&short.file()), Err(VideoError::Malformed { reason: "a header is too short", .. })));
}

#[test]
fn a_video_of_wrong_duration_or_tracks_is_refused() {
    let longest = u32::try_from(MAX_VIDEO_SECONDS).unwrap();
    assert!(inspect(&Film { seconds: longest, ..film() }.file()).is_ok());
    let too_long = inspect(&Film { seconds: longest + 1, ..film() }.file());
    assert_eq!(too_long, Err(VideoError::TooLong { millis: (MAX_VIDEO_SECONDS + 1) * 1_000 }));
    assert!(matches!(inspect(&Film { seconds: 0, ..film() }.file()), Err(VideoError::Malformed { .. })));
    assert!(matches!(inspect(&Film { handler: *b"soun", ..film() }.file()), Err(VideoError::Malformed { .. })));
    assert!(matches!(inspect(&Film { handler: *b"meta", ..film() }.file()), Err(VideoError::Malformed { .. })));
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
    assert!(matches!(inspect(&many.file()), Err(VideoError::Malformed { reason: "too many boxes", .. })));
    let many = Film { in_track: vec![a_box(b"free", b""); 200_000], ..film() };
    assert!(matches!(inspect(&many.file()), Err(VideoError::Malformed { reason: "too many boxes", .. })));
    clean(&Film { top: vec![a_box(b"free", &b"SECRET".repeat(100_001))], ..film() }.file());
}

#[test]
fn other_files_are_not_videos() {
    let files: [&[u8]; 5] = [
        b"x",
        b"\x1a\x45\xdf\xa3 webm",
        b"RIFF\x04\0\0\0AVI ",
        &a_box(b"mdat", b"no type"),
        &a_box(b"ftyp", b"avif\0\0\0\0avifmif1"),
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

/// After any cut or change the result is an error or a file that passes a second look unchanged, never a panic.
#[test]
fn a_damaged_video_is_refused_or_sound() {
    let file = Film { in_movie: vec![a_box(b"udta", b"SECRET")], ..film() }.file();
    for end in 0..file.len() {
        assert!(inspect(&file[..end]).is_err(), "cut at {end}");
    }
    for at in 0..file.len() - 1_000 {
        for value in [0, 1, 0x7F, 0xFF] {
            let mut broken = file.clone();
            broken[at] = value;
            if let Ok(video) = inspect(&broken) {
                let output = video.parts.concat();
                assert!(!contains(&output, SECRET));
                assert_eq!(inspect(&output).map(|video| video.parts.concat()), Ok(output), "byte {at} is {value}");
            }
        }
    }
}
