//! Decodes pictures in a process of its own, whose memory and time are bounded.
//!
//! A file of a few kilobytes can make a decoder take gigabytes or minutes, in ways that no estimate foresees. In the
//! function's own process that would end the function, and its event would come again. The process that decodes gets no
//! environment, so the credentials are not in its memory either.

use std::io::{self, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitCode, ExitStatus, Stdio};

use aviary_media::{CleanImage, inspect};
use bytes::Bytes;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::Signal;
use serde::{Deserialize, Serialize};

use crate::thumbnail::{Thumbnail, ThumbnailError, thumbnail};

/// The argument with which the function's program decodes standard input.
pub const DECODE: &str = "decode-standard-input";
/// What decoding may take beside the program itself: the file three times, what a decoder may take by its estimate, its
/// threads, and the thumbnail.
const MEMORY: u64 = 448 * 1024 * 1024;
/// A progressive photo of 50 megapixels and 15 to 18 MB took four to five. A made-up one of 1,600 bytes took eleven.
const CPU_SECONDS: u64 = 10;

/// The line before the thumbnail's bytes.
#[derive(Debug, Serialize, Deserialize)]
enum Said {
    Thumbnail { blurhash: String },
    TooLarge { bytes: u64 },
    Broken(String),
}

/// Makes a thumbnail of an image in another process, and returns the image too.
///
/// # Errors
/// When that process cannot be started: the event comes again.
pub(crate) async fn thumbnail_of(image: CleanImage) -> io::Result<(CleanImage, Result<Thumbnail, ThumbnailError>)> {
    let decoded = image.clone();
    let made = tokio::task::spawn_blocking(move || elsewhere(&decoded)).await;
    Ok((image, made.map_err(io::Error::other)??))
}

fn elsewhere(image: &CleanImage) -> io::Result<Result<Thumbnail, ThumbnailError>> {
    // The program itself, even if a newer build has taken its place on the disk.
    let program = if cfg!(target_os = "linux") { "/proc/self/exe".into() } else { std::env::current_exe()? };
    let mut process = Command::new(program)
        .arg(DECODE)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(mut input) = process.stdin.take() {
        // A process that has ended takes no more; its status says why.
        let _ = image.parts.iter().try_for_each(|part| input.write_all(part));
    }
    let output = process.wait_with_output()?;
    let Some(end) = output.stdout.iter().position(|byte| *byte == b'\n').filter(|_| output.status.success()) else {
        return failed(output.status).map(Err);
    };
    let (line, file) = output.stdout.split_at(end + 1);
    Ok(match serde_json::from_slice(line)? {
        Said::Thumbnail { blurhash } => inspect(&[Bytes::copy_from_slice(file)], None)
            .map(|file| Thumbnail { file, blurhash })
            .map_err(ThumbnailError::from),
        Said::TooLarge { bytes } => Err(ThumbnailError::TooLarge { bytes }),
        Said::Broken(reason) => Err(ThumbnailError::Broken(reason)),
    })
}

/// Why there is no thumbnail, if the picture is the reason.
fn failed(status: ExitStatus) -> io::Result<ThumbnailError> {
    const PANICKED: i32 = 101;
    let signals = [Signal::SIGABRT, Signal::SIGKILL, Signal::SIGSEGV, Signal::SIGXCPU];
    let signal = status.signal().and_then(|signal| Signal::try_from(signal).ok());
    match status.code() {
        _ if signal.is_some_and(|signal| signals.contains(&signal)) => {
            Ok(ThumbnailError::Exhausting(status.to_string()))
        }
        Some(PANICKED) => Ok(ThumbnailError::Broken("the decoder panicked".to_owned())),
        _ => Err(io::Error::other(format!("the process that decodes ended with {status}"))),
    }
}

/// What the process does that decodes: reads a picture from standard input, and writes its thumbnail to standard
/// output.
#[must_use]
pub fn decode_standard_input() -> ExitCode {
    match bound().and_then(|()| decode()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Bounds this process. An allocation beyond the bound ends it.
fn bound() -> io::Result<()> {
    let now = std::fs::read_to_string("/proc/self/statm").ok();
    let pages = now.and_then(|text| text.split(' ').next()?.parse::<u64>().ok());
    // Only Linux says how much it is; elsewhere developers run the function without this bound.
    if let Some(pages) = pages {
        let most = pages * 4_096 + MEMORY;
        setrlimit(Resource::RLIMIT_AS, most, most)?;
    }
    setrlimit(Resource::RLIMIT_CPU, CPU_SECONDS, CPU_SECONDS)?;
    Ok(())
}

fn decode() -> io::Result<()> {
    let mut file = Vec::new();
    io::stdin().lock().read_to_end(&mut file)?;
    let made = inspect(&[Bytes::from(file)], None).map_err(ThumbnailError::from).and_then(|image| thumbnail(&image));
    let (said, file) = match made {
        Ok(Thumbnail { file, blurhash }) => (Said::Thumbnail { blurhash }, file.parts),
        Err(ThumbnailError::TooLarge { bytes }) => (Said::TooLarge { bytes }, Vec::new()),
        Err(error) => (Said::Broken(error.to_string()), Vec::new()),
    };
    let mut output = io::stdout().lock();
    writeln!(output, "{}", serde_json::to_string(&said)?)?;
    file.iter().try_for_each(|part| output.write_all(part))?;
    output.flush()
}
