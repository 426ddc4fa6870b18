//! A request body that consists of parts, which are never joined.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use aws_smithy_types::base64;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// A body that the SDK can create again for a retry. Copies no bytes: a [`Bytes`] is a counted reference.
pub(super) fn retryable(parts: &[Bytes]) -> SdkBody {
    let parts = parts.to_vec();
    SdkBody::retryable(move || SdkBody::from_body_1_x(PartsBody::new(parts.clone())))
}

/// The CRC-32 of all parts, as S3's checksum headers have it.
pub(super) fn crc32(parts: &[Bytes]) -> String {
    let mut hasher = crc32fast::Hasher::new();
    for part in parts {
        hasher.update(part);
    }
    base64::encode(hasher.finalize().to_be_bytes())
}

/// A body with one frame per part. Its exact size is known, so that the request has a `Content-Length`.
struct PartsBody {
    parts: std::vec::IntoIter<Bytes>,
    remaining: u64,
}

impl PartsBody {
    fn new(mut parts: Vec<Bytes>) -> Self {
        parts.retain(|part| !part.is_empty());
        let remaining = parts.iter().map(|part| part.len() as u64).sum();
        Self { parts: parts.into_iter(), remaining }
    }
}

impl Body for PartsBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let part = self.parts.next();
        self.remaining = self.remaining.saturating_sub(part.as_ref().map_or(0, |part| part.len() as u64));
        Poll::Ready(part.map(|part| Ok(Frame::data(part))))
    }

    fn is_end_stream(&self) -> bool {
        self.remaining == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.remaining)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use http_body_util::BodyExt;

    use super::*;

    fn parts() -> Vec<Bytes> {
        ["1234", "", "56", "789"].map(Bytes::from).to_vec()
    }

    #[tokio::test]
    async fn every_attempt_sends_all_parts_with_their_exact_size() {
        let body = retryable(&parts());
        for _ in 0..2 {
            let attempt = body.try_clone().unwrap();
            assert_eq!(attempt.size_hint().exact(), Some(9));
            assert_eq!(attempt.collect().await.unwrap().to_bytes(), "123456789");
        }
    }

    #[tokio::test]
    async fn parts_are_sent_without_a_copy() {
        let part = Bytes::from(vec![7_u8; 1000]);
        let mut body = retryable(std::slice::from_ref(&part)).try_clone().unwrap();
        let sent = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(sent.as_ptr(), part.as_ptr());
    }

    /// The expected value is the published check value of CRC-32 for these nine digits.
    #[test]
    fn the_checksum_is_that_of_the_joined_parts() {
        assert_eq!(base64::decode(crc32(&parts())).unwrap(), 0xCBF4_3926_u32.to_be_bytes());
    }
}
