//! Requests with large photos, up to the largest size that Lambda accepts.

use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::STANDARD};

use super::events::Event;

/// Lambda's limit for a request, base64 included.
const LARGEST_REQUEST: usize = 6 * 1024 * 1024;
/// Space for the rest of the event.
const REST_OF_EVENT: usize = 8 * 1024;
const BOUNDARY: &str = "----aviary-bench-boundary";

/// The sample event with its photo enlarged until the request has the size of Lambda's limit.
pub(super) fn full_request(sample: &Event, field: &str) -> Result<Event> {
    let room = (LARGEST_REQUEST - REST_OF_EVENT) / 4 * 3;
    let frame = form(field, &[&[]]).len();
    request_of(sample, field, &[room - frame])
}

/// The sample event with photos of these sizes in its form, and nothing else.
pub(super) fn request_of(sample: &Event, field: &str, sizes: &[usize]) -> Result<Event> {
    let sent = STANDARD.decode(sample.body()).context("the sample event's body is not base64")?;
    let photo = find_jpeg(&sent).context("the sample event has no JPEG")?;
    let photos = sizes.iter().map(|size| grown(photo, *size).context("the sample event's JPEG has no end"));
    let photos = photos.collect::<Result<Vec<_>>>()?;
    let body = form(field, &photos.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
    Ok(sample.clone().with_body(STANDARD.encode(body), true, &content_type))
}

fn form(field: &str, photos: &[&[u8]]) -> Vec<u8> {
    let disposition = format!("form-data; name=\"{field}\"; filename=\"large.jpg\"");
    let head = format!("--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\nContent-Type: image/jpeg\r\n\r\n");
    let mut body = Vec::new();
    for photo in photos {
        body.extend([head.as_bytes(), photo, b"\r\n"].concat());
    }
    body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
    body
}

/// From the start of the image to its last end marker.
fn find_jpeg(form: &[u8]) -> Option<&[u8]> {
    let start = form.windows(3).position(|bytes| bytes == [0xff, 0xd8, 0xff])?;
    let rest = form.get(start..)?;
    let end = rest.windows(2).rposition(|bytes| bytes == [0xff, 0xd9])?;
    rest.get(..end + 2)
}

/// The image with zeros after its coded data, where they cannot form a marker.
pub(super) fn grown(photo: &[u8], size: usize) -> Option<Vec<u8>> {
    let data = photo.strip_suffix(&[0xff, 0xd9])?;
    let mut grown = data.to_vec();
    grown.resize(size.saturating_sub(2).max(data.len()), 0);
    grown.extend_from_slice(&[0xff, 0xd9]);
    Some(grown)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const PHOTO: [u8; 8] = [0xff, 0xd8, 0xff, 0xe0, 1, 2, 0xff, 0xd9];

    #[test]
    fn the_photo_is_found_in_its_form() {
        let form = [b"--x\r\n\r\n".as_slice(), &PHOTO, b"\r\n--x--"].concat();
        assert_eq!(find_jpeg(&form), Some(PHOTO.as_slice()));
        assert_eq!(find_jpeg(b"--x\r\n"), None);
    }

    #[test]
    fn it_grows_to_the_very_size_and_keeps_its_ends() {
        let large = grown(&PHOTO, 1000).unwrap();
        assert_eq!(large.len(), 1000);
        assert!(large.starts_with(&PHOTO[..6]) && large.ends_with(&[0, 0xff, 0xd9]));
    }
}
