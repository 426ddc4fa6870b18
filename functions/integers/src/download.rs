//! Downloads: responses that are too large, or that the request asks to get as a file, are written to the bucket and
//! answered with a signed URL.

use aviary_auth::{AccountCounts, Caller};
use aviary_media::PrivateKey;
use aviary_model::{IntegerSession, UserId};
use aviary_web::{ApiError, Fields, Form};
use bytes::Bytes;

use crate::response::{RawJsonResponse, join_members};
use crate::set_storage::CONTENT_TYPE;
use crate::state::IntegersState;

/// The most bytes of units in a response. A Lambda response may have 6 MiB, in which each of our quotes takes two
/// bytes.
pub(crate) const MAX_INLINE_RESPONSE: usize = 4_000_000;
/// How long a download's URL works. The object itself is removed after a day.
const URL_SECONDS: u32 = 3_600;

/// Whether the request asks for a file, whatever the size of the response.
///
/// # Errors
/// 400 when `download` is not a boolean.
pub(crate) fn is_requested(form: &Form) -> Result<bool, ApiError> {
    let mut fields = Fields::of(form);
    let requested = fields.boolean("download");
    fields.finish(Some(())).map(|()| requested.unwrap_or(false))
}

/// Decides whether a response with `json` bytes of units becomes a download, and counts the download. A request calls
/// it before it writes anything, so that it is never refused by this limit after the work. No round trip, one for a
/// download.
///
/// # Errors
/// 429 when the account exceeds its number or bytes of downloads.
pub(crate) async fn count(
    state: &IntegersState,
    caller: &Caller,
    json: usize,
    requested: bool,
) -> Result<bool, ApiError> {
    let is_file = requested || json > MAX_INLINE_RESPONSE;
    if is_file {
        let bytes = u64::try_from(json).unwrap_or(u64::MAX);
        state.limiter.count(caller, AccountCounts::default().download(bytes)).await?;
    }
    Ok(is_file)
}

/// Writes the response to the bucket and returns a response that names the file in place of the integers. The file is
/// the JSON that the response would have had, so it can be uploaded again unchanged. It lies in the folder of its
/// session, whose removal removes it. No round trip; one request to the bucket.
///
/// # Errors
/// When the bucket refuses the file or does not answer.
pub(crate) async fn write(
    state: &IntegersState,
    user: UserId,
    session: &IntegerSession,
    response: RawJsonResponse,
) -> Result<RawJsonResponse, ApiError> {
    let RawJsonResponse { status, members, name, json } = response;
    let around = join_members(&members, name, "")?;
    let (before, after) = around.split_at_checked(around.len().saturating_sub(1)).unwrap_or_default();
    let parts = [Bytes::from(before.to_owned()), Bytes::from(json), Bytes::from(after.to_owned())];
    let key = PrivateKey::download(user, session, u128::from_le_bytes(state.entropy.bytes::<16>()?));
    state.bucket.put_private(&key, CONTENT_TYPE, &parts).await?;
    let download = state.bucket.presign_get(&key, state.clock.now(), URL_SECONDS).await?;
    let json = serde_json::to_string(&download).map_err(ApiError::internal)?;
    Ok(RawJsonResponse { status, members, name: "download", json })
}

/// Returns the response of a read request: inline, or as a download.
///
/// # Errors
/// 429 when the account exceeds its number or bytes of downloads.
pub(crate) async fn respond(
    state: &IntegersState,
    caller: &Caller,
    session: &IntegerSession,
    response: RawJsonResponse,
    requested: bool,
) -> Result<RawJsonResponse, ApiError> {
    if count(state, caller, response.json.len(), requested).await? {
        write(state, caller.user, session, response).await
    } else {
        Ok(response)
    }
}
