//! Direct uploads of files that ffmpeg and ImageMagick make: odd, but valid.
//!
//! `cargo xtask test --full -- media_full` runs them.

use std::path::Path;
use std::process::Command;

use e2e::acts::media::upload_media;
use e2e::{Service, jpeg};
use serde_json::{Value, json};

/// Runs a program in a folder, and fails with what it says.
fn run(folder: &Path, program: &str, arguments: &[&str]) -> String {
    let done = Command::new(program).args(arguments).current_dir(folder).output();
    let done = done.unwrap_or_else(|error| panic!("{program} is needed: {error}"));
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{program} {arguments:?}: {said}");
    said
}

/// ImageMagick's `convert`, beside its `identify`: other programs are called `convert` too.
fn convert() -> String {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let identify = std::env::split_paths(&path).map(|folder| folder.join("identify")).find(|file| file.is_file());
    let identify = identify.expect("ImageMagick is needed: there is no `identify` on the PATH");
    identify.with_file_name("convert").to_str().expect("a path in UTF-8").to_owned()
}

/// Makes a film with ffmpeg from a moving picture and a tone.
fn film(folder: &Path, name: &str, arguments: &[&str]) -> Vec<u8> {
    let sources = ["-v", "error", "-y", "-f", "lavfi", "-i", "testsrc=s=320x240:d=3:r=30"];
    let sound = ["-f", "lavfi", "-i", "sine=d=3", "-f", "lavfi", "-i", "sine=f=880:d=3"];
    let place = [
        "-metadata",
        "location=+27.5916+086.5640/",
        "-metadata",
        "title=SECRET",
        "-metadata:s:v",
        "handler_name=SECRET",
    ];
    run(folder, "ffmpeg", &[&sources[..], &sound, &place, arguments, &[name]].concat());
    std::fs::read(folder.join(name)).unwrap()
}

/// Turns a film by a quarter, by the matrix in the header of its first track, as a telephone does that is held upright.
fn turn(file: &mut [u8]) {
    let numbers = |matrix: [u32; 9]| matrix.iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<u8>>();
    let unity = numbers([0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x4000_0000]);
    let quarter = numbers([0, 0x10000, 0, 0xFFFF_0000, 0, 0, 240 << 16, 0, 0x4000_0000]);
    let header = file.windows(4).position(|window| window == b"tkhd").unwrap();
    let at = header + file[header..].windows(unity.len()).position(|window| window == unity).unwrap();
    file[at..at + quarter.len()].copy_from_slice(&quarter);
}

fn contains(file: &[u8], needle: &[u8]) -> bool {
    file.windows(needle.len()).any(|window| window == needle)
}

#[tokio::test]
#[ignore = "needs ffmpeg"]
async fn films_of_ffmpeg_are_played_without_an_error() {
    let service = Service::running();
    let account = service.signup().await;
    let folder = tempfile::tempdir().unwrap();
    let h264 = ["-map", "0:v", "-c:v", "libx264", "-pix_fmt", "yuv420p"];
    let hevc =
        ["-map", "0:v", "-c:v", "libx265", "-x265-params", "log-level=none", "-tag:v", "hvc1", "-pix_fmt", "yuv420p"];
    let aac = ["-map", "1:a", "-c:a", "aac"];
    for (name, kind, arguments, sides) in [
        ("last.mp4", "video/mp4", [&h264[..], &aac].concat(), (320, 240)),
        ("first.mp4", "video/mp4", [&h264[..], &aac, &["-movflags", "faststart"]].concat(), (320, 240)),
        ("silent.mp4", "video/mp4", h264.to_vec(), (320, 240)),
        ("frames.mp4", "video/mp4", [&h264[..], &aac, &["-bf", "3", "-g", "10"]].concat(), (320, 240)),
        ("tracks.mp4", "video/mp4", [&h264[..], &aac, &["-map", "2:a"]].concat(), (320, 240)),
        ("iphone.mov", "video/quicktime", [&hevc[..], &aac].concat(), (240, 320)),
        ("timecode.mov", "video/quicktime", [&h264[..], &aac, &["-timecode", "01:02:03:04"]].concat(), (320, 240)),
    ] {
        let mut file = film(folder.path(), name, &arguments);
        assert!(contains(&file, b"SECRET"), "{name} is no test");
        if sides.0 < sides.1 {
            turn(&mut file);
            std::fs::write(folder.path().join(name), &file).unwrap();
        }
        let media = upload_media(&service, &account, kind, &file).await;
        assert_eq!(media["state"], "ready", "{name}: {media}");
        assert_eq!((&media["width"], &media["height"]), (&json!(sides.0), &json!(sides.1)), "{name}");
        let stored = service.fetch(media["url"].as_str().unwrap()).await.with_status(200).body;
        assert!(!contains(&stored, b"SECRET") && !contains(&stored, b"+27.5916"), "{name}");
        std::fs::write(folder.path().join("stored.mp4"), &stored).unwrap();
        let digest = |name: &str| {
            let made = ["-v", "error", "-y", "-i", name, "-map", "0:v:0", "-map", "0:a:0?", "-f", "md5", "sum.txt"];
            let said = run(folder.path(), "ffmpeg", &made);
            (said, std::fs::read_to_string(folder.path().join("sum.txt")).unwrap())
        };
        let (said, sum) = digest("stored.mp4");
        assert_eq!(said, "", "{name} is not played cleanly");
        assert_eq!(sum, digest(name).1, "{name} looks or sounds another way");
    }
    for (name, arguments) in [
        ("vp9.mp4", vec!["-map", "0:v", "-c:v", "libvpx-vp9"]),
        ("mp3.mp4", [&h264[..], &["-map", "1:a", "-c:a", "libmp3lame"]].concat()),
        ("fragments.mp4", [&h264[..], &["-movflags", "frag_keyframe+empty_moov"]].concat()),
    ] {
        let file = film(folder.path(), name, &arguments);
        let media = upload_media(&service, &account, "video/mp4", &file).await;
        assert_eq!(media["state"], "rejected", "{name}: {media}");
    }
}

#[tokio::test]
#[ignore = "needs ImageMagick and ffmpeg"]
async fn pictures_of_imagemagick_are_taken() {
    let convert = convert();
    let service = Service::running();
    let account = service.signup().await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.jpg"), jpeg(640, 480, 5)).unwrap();
    for (name, kind, arguments) in [
        ("cmyk.jpg", "image/jpeg", vec!["-colorspace", "CMYK"]),
        ("grey.jpg", "image/jpeg", vec!["-colorspace", "Gray"]),
        ("progressive.jpg", "image/jpeg", vec!["-interlace", "Plane"]),
        ("sampled.jpg", "image/jpeg", vec!["-sampling-factor", "4:2:0"]),
        ("deep.png", "image/png", vec!["-depth", "16"]),
        ("interlaced.png", "image/png", vec!["-interlace", "PNG"]),
        ("palette.png", "image/png", vec!["-colors", "16", "-type", "Palette"]),
        ("bits.png", "image/png", vec!["-monochrome"]),
        ("animated.gif", "image/gif", vec!["-duplicate", "3", "-loop", "0"]),
        ("lossless.webp", "image/webp", vec!["-define", "webp:lossless=true"]),
        ("lossy.webp", "image/webp", vec!["-quality", "60"]),
    ] {
        let made = [&["in.jpg"], &arguments[..], &["-set", "comment", "SECRET", name]].concat();
        run(folder.path(), &convert, &made);
        let file = std::fs::read(folder.path().join(name)).unwrap();
        let media = upload_media(&service, &account, kind, &file).await;
        assert_eq!(media["state"], "ready", "{name}: {media}");
        assert_eq!((&media["width"], &media["height"]), (&json!(640), &json!(480)), "{name}");
        let stored = service.fetch(media["url"].as_str().unwrap()).await.with_status(200).body;
        assert!(!contains(&stored, b"SECRET"), "{name}");
        let thumbnail = media["thumbnail_url"].as_str().unwrap_or_else(|| panic!("{name}: {media}"));
        let small = service.fetch(thumbnail).await.with_status(200).body;
        for (stored, as_name) in [(&stored, name), (&small, "thumbnail.jpg")] {
            std::fs::write(folder.path().join(as_name), stored).unwrap();
        }
        // The thumbnail shows what the picture shows: the mean of all its pixels is nearly the same.
        let mean = |name: &str| {
            let first = format!("{name}[0]");
            let shown = ["-colorspace", "sRGB", "-resize", "1x1!", "-depth", "8", "-type", "TrueColor", "rgb:mean"];
            run(folder.path(), &convert, &[&[first.as_str()], &shown[..]].concat());
            std::fs::read(folder.path().join("mean")).unwrap()
        };
        for (picture, thumbnail) in mean(name).iter().zip(mean("thumbnail.jpg")) {
            assert!(picture.abs_diff(thumbnail) < 30, "{name}: {:?} {:?}", mean(name), mean("thumbnail.jpg"));
        }
    }
    // A film of many frames is no picture.
    let arguments = ["-v", "error", "-y", "-f", "lavfi", "-i", "testsrc=s=16x16:d=100:r=25", "many.gif"];
    run(folder.path(), "ffmpeg", &arguments);
    let media: Value =
        upload_media(&service, &account, "image/gif", &std::fs::read(folder.path().join("many.gif")).unwrap()).await;
    assert_eq!(media["reason"], "Ensure this animation has no more than 2000 frames.", "{media}");
}
