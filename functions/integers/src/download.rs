//! Downloads: responses that are too large, or that the request asks to get as a file, are written to the bucket and
//! answered with a signed URL.

use aviary_auth::{AccountCounts, Caller};
use aviary_media::PrivateKey;
use aviary_model::{IntegerSession, UserId};
use aviary_web::{ApiError, Fields, Form, body};
use bytes::Bytes;

use crate::response::{RawJsonResponse, join_members};
use crate::state::IntegersState;

/// The most bytes of units in a response. A Lambda response may have 6 MiB, in which each of our quotes takes two
/// bytes.
const MAX_INLINE_RESPONSE: u64 = 4_000_000;
/// The content type of objects.
pub(crate) const CONTENT_TYPE: &str = "application/json";
/// How long a download's URL works. The object itself is removed after a day.
const URL_SECONDS: u32 = 3_600;

body! {
    /// How a request wants its answer.
    pub(crate) struct DownloadFields {
        /// Whether to answer with a file in place of the integers.
        download: bool = boolean(),
    }
}

/// Whether the request asks for a file, whatever the size of the response.
///
/// # Errors
/// 400 when `download` is not a boolean.
pub(crate) fn is_requested(form: &Form) -> Result<bool, ApiError> {
    let mut fields = Fields::of(form);
    let requested = DownloadFields::read(&mut fields).download;
    fields.finish(Some(())).map(|()| requested.unwrap_or(false))
}

/// How a response with units is returned: inline, or as a file, which counts as a download. It is decided and counted
/// before the work, by the size of the units, so that nobody is refused by this limit after the work.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delivery {
    json: u64,
    is_file: bool,
}

impl Delivery {
    /// For a response with `json` bytes of units.
    pub(crate) fn of(json: u64, wants_file: bool) -> Self {
        Self { json, is_file: wants_file || json > MAX_INLINE_RESPONSE }
    }

    /// Whether the response becomes a file.
    pub(crate) fn is_file(self) -> bool {
        self.is_file
    }

    /// What the delivery counts for the caller.
    pub(crate) fn counts(self) -> AccountCounts {
        let none = AccountCounts::default();
        if self.is_file { none.download(self.json) } else { none }
    }

    /// Counts the delivery alone. No round trip, one for a file.
    ///
    /// # Errors
    /// 429 when the account exceeds its number or bytes of downloads.
    pub(crate) async fn count(self, state: &IntegersState, caller: &Caller) -> Result<Self, ApiError> {
        state.limiter.count(caller, self.counts()).await.map(|()| self)
    }

    /// Returns the response. No round trip; one request to the bucket for a file, and a count where the units have
    /// grown too large for a response since the delivery was decided.
    ///
    /// # Errors
    /// 429 when the account exceeds its number or bytes of downloads.
    pub(crate) async fn respond(
        self,
        state: &IntegersState,
        caller: &Caller,
        session: &IntegerSession,
        response: RawJsonResponse,
    ) -> Result<RawJsonResponse, ApiError> {
        let now = Self::of(u64::try_from(response.json.len()).unwrap_or(u64::MAX), self.is_file);
        if now.is_file && !self.is_file {
            now.count(state, caller).await?;
        }
        if now.is_file { write(state, caller.user, session, response).await } else { Ok(response) }
    }
}

/// Writes the response to the bucket and returns a response that names the file in place of the integers. The file is
/// the JSON that the response would have had, so it can be uploaded again unchanged. It lies in the folder of its
/// session, whose removal removes it. No round trip; one request to the bucket.
///
/// # Errors
/// When the bucket refuses the file or does not answer.
async fn write(
    state: &IntegersState,
    user: UserId,
    session: &IntegerSession,
    response: RawJsonResponse,
) -> Result<RawJsonResponse, ApiError> {
    let RawJsonResponse { status, members, name, json } = response;
    let around = join_members(&members, name, "")?;
    let (before, after) = around.split_at_checked(around.len().saturating_sub(1)).unwrap_or_default();
    let parts = [Bytes::from(before.to_owned()), json.into_bytes(), Bytes::from(after.to_owned())];
    let key = PrivateKey::download(user, session, u128::from_le_bytes(state.entropy.bytes::<16>()?));
    state.bucket.put_private(&key, CONTENT_TYPE, &parts).await?;
    let download = state.bucket.presign_get(&key, state.clock.now(), URL_SECONDS).await?;
    let json = serde_json::to_string(&download).map_err(ApiError::internal)?;
    Ok(RawJsonResponse { status, members, name: "download", json: json.into() })
}
