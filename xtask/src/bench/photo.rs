//! A request with a photo of the largest size that Lambda accepts.

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
    let form = STANDARD.decode(sample.body()).context("the sample event's body is not base64")?;
    let photo = find_jpeg(&form).context("the sample event has no JPEG")?;
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"large.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"
    );
    let tail = format!("\r\n--{BOUNDARY}--\r\n");
    let room = (LARGEST_REQUEST - REST_OF_EVENT) / 4 * 3 - head.len() - tail.len();
    let mut body = head.into_bytes();
    body.extend(grown(photo, room).context("the sample event's JPEG has no end")?);
    body.extend_from_slice(tail.as_bytes());
    let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
    Ok(sample.clone().with_body(STANDARD.encode(body), true, &content_type))
}

/// From the start of the image to its last end marker.
fn find_jpeg(form: &[u8]) -> Option<&[u8]> {
    let start = form.windows(3).position(|bytes| bytes == [0xff, 0xd8, 0xff])?;
    let rest = form.get(start..)?;
    let end = rest.windows(2).rposition(|bytes| bytes == [0xff, 0xd9])?;
    rest.get(..end + 2)
}

/// The image with zeros after its coded data, where they cannot form a marker.
fn grown(photo: &[u8], size: usize) -> Option<Vec<u8>> {
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
