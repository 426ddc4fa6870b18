//! Reads bodies up to a bound.

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoBody {
    /// It is over the bound.
    TooLarge,
    /// The other side has gone, or broken the rules of HTTP.
    Broken,
}

/// Reads a body. One that is too large is read to its end, because many clients read the answer only then; but a client
/// that waits for a word before it sends the body is told at once.
pub(super) async fn read(mut body: Incoming, largest: usize, waits: bool) -> Result<Bytes, NoBody> {
    let announced = body.size_hint().exact().and_then(|length| usize::try_from(length).ok());
    let mut too_large = announced.is_some_and(|length| length > largest);
    if too_large && waits {
        return Err(NoBody::TooLarge);
    }
    let mut whole = BytesMut::with_capacity(announced.filter(|_| !too_large).unwrap_or_default());
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| NoBody::Broken)?;
        let Some(data) = frame.data_ref() else { continue };
        too_large |= whole.len() + data.len() > largest;
        if too_large {
            whole.clear();
        } else {
            whole.extend_from_slice(data);
        }
    }
    if too_large { Err(NoBody::TooLarge) } else { Ok(whole.freeze()) }
}
