//! Answers that no response can hold, or that are wanted as a file: written to the bucket, and lent.

use aviary_media::PrivateKey;
use aviary_model::{IntegerSession, UserId};
use aviary_web::{ApiError, Fields, Form};
use bytes::Bytes;

use crate::IntegersState;
use crate::answer::{Answer, spliced};
use crate::content::CONTENT_TYPE;

/// A response holds 6 MiB, in which each quote of ours is two bytes.
pub(crate) const MAX_ANSWER: usize = 4_000_000;
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

/// Says before anything is written whether an answer with so much JSON will be a file, and counts it then: nobody hears of
/// a limit after the work. No step; one for a file.
///
/// # Errors
/// 429 when the account has been lent too much.
pub(crate) async fn permit(state: &IntegersState, user: UserId, json: usize, wanted: bool) -> Result<bool, ApiError> {
    let is_file = wanted || json > MAX_ANSWER;
    if is_file {
        let bytes = u64::try_from(json).unwrap_or(u64::MAX);
        state.limiter.begin_download(&user.to_string(), bytes).await?;
    }
    Ok(is_file)
}

/// The answer, or in place of its integers where they can be fetched: the same JSON as the answer would be, which can
/// be uploaded again as it is. It lies with its session's. No step; a file is one request to the bucket.
///
/// # Errors
/// When the bucket does not take the file.
pub(crate) async fn lend(
    state: &IntegersState,
    user: UserId,
    session: &IntegerSession,
    answer: Answer,
) -> Result<Answer, ApiError> {
    let Answer { status, members, name, json } = answer;
    let around = spliced(&members, name, "")?;
    let (before, after) = around.split_at_checked(around.len().saturating_sub(1)).unwrap_or_default();
    let parts = [Bytes::from(before.to_owned()), Bytes::from(json), Bytes::from(after.to_owned())];
    let key = PrivateKey::download(user, session, u128::from_le_bytes(state.entropy.bytes::<16>()?));
    state.bucket.put_private(&key, CONTENT_TYPE, &parts).await?;
    let download = state.bucket.presign_get(&key, state.clock.now(), LENT_SECONDS).await?;
    let json = serde_json::to_string(&download).map_err(ApiError::internal)?;
    Ok(Answer { status, members, name: "download", json })
}

/// What is answered of a session that was read: as it is, or lent.
///
/// # Errors
/// 429 when the account has been lent too much.
pub(crate) async fn offer(
    state: &IntegersState,
    user: UserId,
    session: &IntegerSession,
    answer: Answer,
    wanted: bool,
) -> Result<Answer, ApiError> {
    if permit(state, user, answer.json.len(), wanted).await? {
        lend(state, user, session, answer).await
    } else {
        Ok(answer)
    }
}
