//! Answers that no response can hold, or that are wanted as a file: written to the bucket, and lent.

use aviary_media::PrivateKey;
use aviary_web::{ApiError, Fields, Form};
use bytes::Bytes;

use crate::IntegersState;
use crate::answer::{Answer, spliced};
use crate::content::CONTENT_TYPE;

/// A response holds 6 MiB, in which each quote of ours is two bytes.
const MAX_ANSWER: usize = 4_000_000;
/// For how long an answer can be fetched; after a day it is removed.
const LENT_SECONDS: u32 = 3_600;

/// Does the request want a file, whatever the size?
///
/// # Errors
/// 400 when it says neither yes nor no.
pub(crate) fn is_wanted(form: &Form) -> Result<bool, ApiError> {
    let mut fields = Fields::of(form);
    let wanted = fields.boolean("download");
    fields.finish(Some(())).map(|()| wanted.unwrap_or(false))
}

/// The answer, or in place of its integers where they can be fetched: the same JSON as the answer would be, which can
/// be uploaded again as it is. No step; a file is one request to the bucket.
///
/// # Errors
/// When the bucket does not take the file.
pub(crate) async fn offer(state: &IntegersState, answer: Answer, wanted: bool) -> Result<Answer, ApiError> {
    if !wanted && answer.json.len() <= MAX_ANSWER {
        return Ok(answer);
    }
    let Answer { status, members, name, json } = answer;
    let around = spliced(&members, name, "")?;
    let (before, after) = around.split_at_checked(around.len().saturating_sub(1)).unwrap_or_default();
    let parts = [Bytes::from(before.to_owned()), Bytes::from(json), Bytes::from(after.to_owned())];
    let key = PrivateKey::download(u128::from_le_bytes(state.entropy.bytes::<16>()?));
    state.bucket.put_private(&key, CONTENT_TYPE, &parts).await?;
    let download = state.bucket.presign_get(&key, state.clock.now(), LENT_SECONDS).await?;
    let json = serde_json::to_string(&download).map_err(ApiError::internal)?;
    Ok(Answer { status, members, name: "download", json })
}
