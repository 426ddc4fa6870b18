//! The memory that photos and videos take: in a request, and in the function `media`.

use std::{
    io::{Cursor, Read},
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use image::{Rgb, RgbImage, codecs::jpeg::JpegEncoder};
use md5::{Digest as _, Md5};
use serde_json::{Value, json};

use super::{
    context::Context,
    events::Event,
    operation::Operation,
    photo,
    process::FunctionProcess,
    session::{Session, at_our_own_path, body_of},
    usage,
};

const MIB: u64 = 1024 * 1024;
/// Three of these are nearly what a request holds.
const PHOTO_BYTES: usize = 1_400_000;
/// 8,660 by 5,773 pixels are 50 megapixels.
const SIDES: (u32, u32) = (8_660, 5_773);
const LARGE_PHOTO_BYTES: usize = 20 * 1024 * 1024;
const VIDEO_BYTES: u64 = 512 * MIB;
/// Copying the video through the local S3 takes a while.
const WITHIN: Duration = Duration::from_secs(300);
const BOUNDARY: &str = "----aviary-bench-upload";

/// Memory at its peak, and its budget.
#[derive(Clone, Debug)]
pub(super) struct MemoryFigures {
    pub(super) what: &'static str,
    /// The peak, or what was added to what a process had before.
    pub(super) bytes: u64,
    pub(super) budget: Option<u64>,
    pub(super) took: Duration,
    pub(super) cpu: Duration,
}

/// Measures all of it. The local S3 needs some 1.5 GiB of disk for a while.
pub(super) fn measure(context: &mut Context<'_>, session: &Session) -> Result<Vec<MemoryFigures>> {
    let [ours, runtime] = three_photos(context, session)?;
    let photo = Upload { content_type: "image/jpeg", size: LARGE_PHOTO_BYTES as u64, head: large_photo()?, zeros: 0 };
    let photo = check(context, session, "media: a photo of 50 megapixels and 20 MiB", photo, 512 * MIB)?;
    let (head, zeros) = video_head();
    let video = Upload { content_type: "video/mp4", size: VIDEO_BYTES, head, zeros };
    let video = check(context, session, "media: a video of 512 MiB", video, 64 * MIB)?;
    Ok(vec![runtime, ours, photo, video])
}

/// What a request with three photos adds to the memory of `tweets`, and to that of a function that reads nothing of it:
/// that is what the Lambda runtime holds. Ours may hold a fifth of the request more.
fn three_photos(context: &mut Context<'_>, session: &Session) -> Result<[MemoryFigures; 2]> {
    let read =
        |context: &Context<'_>, name: &str| Event::read(context.workspace, name).map(|event| session.fill(event));
    let post = photo::request_of(&at_our_own_path(read(context, "tweets-post")?), "imagelinks", &[PHOTO_BYTES; 3])?;
    let size = u64::try_from(post.body().len())?;
    let unknown = post.clone().with("/api/tweets", "/no/such/path");
    let (light, lost) = (read(context, "tweets-get")?, read(context, "docs-front-door")?);
    let lost = Operation::fixed("front door", 200, &lost);
    let runtime = Operation::fixed("unknown path", 404, &unknown);
    let mut runtime = added(context, "docs", "runtime: holds of a request with three photos", &lost, &runtime)?;
    let light = Operation::fixed("tweet by id", 200, &light);
    let posted = Operation::fixed("post of three photos", 201, &post);
    let mut ours = added(context, "tweets", "tweets: holds of the same request", &light, &posted)?;
    ours.budget = Some(runtime.bytes + size / 5);
    runtime.budget = None;
    Ok([ours, runtime])
}

/// What the second operation adds to the memory of a process that has done the first.
fn added(
    context: &mut Context<'_>,
    function: &str,
    what: &'static str,
    first: &Operation,
    second: &Operation,
) -> Result<MemoryFigures> {
    let mut process = FunctionProcess::start(context, function)?;
    process.invoke(context, first, 0)?;
    let (memory, cpu) = (usage::memory(process.pid())?, usage::cpu(process.pid())?);
    let answer = process.invoke(context, second, 1)?;
    let peak = usage::memory(process.pid())?.peak;
    let cpu = usage::cpu(process.pid())?.saturating_sub(cpu);
    process.stop(context)?;
    Ok(MemoryFigures { what, bytes: peak.saturating_sub(memory.resident), budget: None, took: answer.took, cpu })
}

/// A file to upload: its beginning, and the zeros behind it.
struct Upload {
    content_type: &'static str,
    size: u64,
    head: Vec<u8>,
    zeros: u64,
}

/// Uploads a file by a ticket, and has a new process of `media` check it.
fn check(
    context: &mut Context<'_>,
    session: &Session,
    what: &'static str,
    upload: Upload,
    budget: u64,
) -> Result<MemoryFigures> {
    let event = uploaded(context, session, upload)?;
    let operation = Operation { status: None, ..Operation::new(what, 0, move |_| event.to_string().into_bytes()) };
    let mut process = FunctionProcess::start(context, "media")?;
    let cpu = |pid: u32| Ok::<_, anyhow::Error>(usage::cpu(pid)? + usage::cpu_of_children(pid)?);
    let (before, watch) = (cpu(process.pid())?, usage::Watch::of(process.pid()));
    let answer = process.invoke_within(context, &operation, 0, WITHIN)?;
    let bytes = watch.peak()?;
    let done: Value = serde_json::from_slice(&answer.body)?;
    ensure!(done.get("done").and_then(Value::as_str) == Some("ready"), "{what} ended as {done}");
    let cpu = cpu(process.pid())?.saturating_sub(before);
    process.stop(context)?;
    Ok(MemoryFigures { what, bytes, budget: Some(budget), took: answer.took, cpu })
}

/// Sends the file as a client does. Returns the event of the new object.
fn uploaded(context: &mut Context<'_>, session: &Session, upload: Upload) -> Result<Value> {
    let ask = json!({"filename": "bench", "content_type": upload.content_type, "size": upload.size});
    let create = session.fill(Event::read(context.workspace, "tweets-create")?);
    let ask = create.with("/api/tweets", "/api/tweets/media").with_body(ask.to_string(), false, "application/json");
    let operation = Operation::fixed("ticket", 201, &ask);
    let mut process = FunctionProcess::start(context, "tweets")?;
    let answer = process.invoke(context, &operation, 0)?;
    process.stop(context)?;
    let form = body_of(Some(&answer))?;
    let form = form.get("upload").context("the ticket has no form")?;
    let url = form.get("url").and_then(Value::as_str).context("the form has no URL")?;
    let fields = form.get("fields").and_then(Value::as_object).context("the form has no fields")?;
    let mut start = String::new();
    for (name, value) in fields.iter().filter_map(|(name, value)| Some((name, value.as_str()?))) {
        start.push_str(&format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
    }
    start.push_str(&format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"bench\"\r\n\r\n"
    ));
    let end = format!("\r\n--{BOUNDARY}--\r\n");
    let size = u64::try_from(upload.head.len())? + upload.zeros;
    ensure!(size == upload.size, "the file has {size} bytes in place of {}", upload.size);
    let length = u64::try_from(start.len() + end.len())? + size;
    let etag = etag(&upload);
    let mut body = Cursor::new(start.into_bytes())
        .chain(Cursor::new(upload.head))
        .chain(std::io::repeat(0).take(upload.zeros))
        .chain(Cursor::new(end.into_bytes()));
    ureq::post(url)
        .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
        .header("content-length", length.to_string())
        .send(ureq::SendBody::from_reader(&mut body))
        .context("the upload failed")?;
    let key = fields.get("key").and_then(Value::as_str).context("the form has no key")?;
    let object = json!({"key": key, "size": size, "etag": etag, "sequencer": "1"});
    Ok(json!({"detail-type": "Object Created", "source": "aws.s3", "detail": {"object": object}}))
}

/// The ETag that S3 gives the file.
fn etag(upload: &Upload) -> String {
    static ZEROS: [u8; 65_536] = [0; 65_536];
    let mut hash = Md5::new_with_prefix(&upload.head);
    let mut left = upload.zeros;
    while left > 0 {
        let next = usize::try_from(left).map_or(ZEROS.len(), |left| left.min(ZEROS.len()));
        hash.update(ZEROS.get(..next).unwrap_or_default());
        left -= next as u64;
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A baseline photo with coarse noise, filled up to its size with zeros behind its coded data.
fn large_photo() -> Result<Vec<u8>> {
    let mut random = fastrand::Rng::with_seed(1);
    let tile: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).map(|value| value / 3).take(256 * 256).collect();
    let at = |x: u32, y: u32| {
        let place = usize::try_from((y / 4 % 256) * 256 + x / 4 % 256).unwrap_or_default();
        tile.get(place).copied().unwrap_or_default()
    };
    let picture = RgbImage::from_fn(SIDES.0, SIDES.1, |x, y| Rgb([at(x, y), at(y, x), at(x, x + y)]));
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, 60).encode_image(&picture)?;
    ensure!(file.len() <= LARGE_PHOTO_BYTES, "the photo has {} bytes already", file.len());
    photo::grown(&file, LARGE_PHOTO_BYTES).context("the encoder wrote no end of image")
}

/// The beginning of a video whose one track has all bytes behind it, and their number.
fn video_head() -> (Vec<u8>, u64) {
    const SAMPLES: u32 = 120;
    let head = |first: u32, sample: u32| -> Vec<u8> {
        let matrix = numbers(&[0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x4000_0000]);
        let times = |between: &[u8]| [&[0; 12], between, &120_000_u32.to_be_bytes()].concat();
        let tkhd = [&times(&[0, 0, 0, 1, 0, 0, 0, 0])[..], &[0; 16], &matrix, &numbers(&[1_920 << 16, 1_080 << 16])];
        let avc = [&[0; 78][..], &a_box(b"avcC", b"\x01\x42\0\x1e\xff\xe0\0")].concat();
        let offsets: Vec<u32> = (0..SAMPLES).map(|number| first + number * sample).collect();
        let tables = [
            a_box(b"stsd", &[&numbers(&[0, 1])[..], &a_box(b"avc1", &avc)].concat()),
            a_box(b"stts", &numbers(&[0, 1, SAMPLES, 1_000])),
            a_box(b"stsc", &numbers(&[0, 1, 1, 1, 1])),
            a_box(b"stsz", &numbers(&[0, sample, SAMPLES])),
            a_box(b"stco", &[&numbers(&[0, SAMPLES])[..], &numbers(&offsets)].concat()),
        ];
        let mdia = [
            a_box(b"mdhd", &times(&1_000_u32.to_be_bytes())),
            a_box(b"hdlr", &[&[0; 8][..], b"vide", &[0; 13]].concat()),
            a_box(b"minf", &a_box(b"stbl", &tables.concat())),
        ];
        let track = a_box(b"trak", &[a_box(b"tkhd", &tkhd.concat()), a_box(b"mdia", &mdia.concat())].concat());
        let mvhd = a_box(b"mvhd", &[&times(&1_000_u32.to_be_bytes())[..], &[0; 80]].concat());
        let moov = a_box(b"moov", &[mvhd, track].concat());
        [a_box(b"ftyp", b"isom\0\0\x02\0isommp42"), moov].concat()
    };
    let length = u32::try_from(head(0, 0).len()).unwrap_or_default() + 8;
    let data = u32::try_from(VIDEO_BYTES).unwrap_or_default() - length;
    let mdat = [&(data + 8).to_be_bytes()[..], b"mdat"].concat();
    ([head(length, data / SAMPLES), mdat].concat(), u64::from(data))
}

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

fn a_box(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let size = u32::try_from(body.len() + 8).unwrap_or_default().to_be_bytes();
    [&size, kind.as_slice(), body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_video_has_its_size_and_its_samples_lie_in_it() {
        let (head, zeros) = video_head();
        assert_eq!(head.len() as u64 + zeros, VIDEO_BYTES);
        let size = u32::from_be_bytes(*head.last_chunk::<8>().and_then(|end| end.first_chunk()).unwrap_or(&[0; 4]));
        assert_eq!(u64::from(size), zeros + 8);
    }
}
