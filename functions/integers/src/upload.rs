//! `/integers/upload/` (not in the documents): a form with which a client sends input that is too large for a request.

use std::future::ready;

use aviary_auth::{AccountCounts, Unconfirmed};
use aviary_media::{PresignedPost, PrivateKey, UploadTerms};
use aviary_model::{Timestamp, UploadId, UserId};
use aviary_store::IdempotencyClaim;
use aviary_web::{ApiError, Fields, IdempotencyKey, IdempotentRequest, Params, body, joined_body};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::arithmetic::unit::MAX_SENT_BYTES;
use crate::download::CONTENT_TYPE;
use crate::request::session_ref::{UserFields, check_user};
use crate::state::IntegersState;

/// How long the form can be sent.
const FORM_SECONDS: u32 = 3_600;
/// How long the object is kept, counted from the creation of the form.
const OBJECT_SECONDS: i64 = 2 * 3_600;

body! {
    /// How much is uploaded.
    pub(crate) struct SizeFields {
        /// The number of bytes: those of the JSON that `POST /integers/set/` or `/integers/session/` would take.
        #[schema(minimum = 1, maximum = 67_108_864, example = 20_000_000)]
        size: u64 = required_by(u64, |fields, name| fields.required(name, parse_size)),
    }
}

joined_body! {
    /// An upload to begin.
    pub struct UploadBody: SizeFields, UserFields;
}

/// The form of an upload.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShownUpload {
    /// The id to name in the next request, within two hours.
    pub upload_id: String,
    /// The form to send.
    pub upload: PresignedPost,
    /// When the form expires.
    #[schema(format = DateTime)]
    pub expires_at: String,
}

/// What is stored with an idempotency key. The form itself is a permission and is signed anew.
#[derive(Debug, Serialize, Deserialize)]
struct StoredUpload {
    upload: UploadId,
    size: u64,
    at: Timestamp,
}

/// Creates a form with which the caller can send one object of at most `size` bytes. Three round trips, one more with
/// an idempotency key. A repeated request with its key gets the same upload, whose form expires when the first one
/// does, and counts as none.
#[utoipa::path(post, path = "/integers/upload", tag = "integers", request_body = UploadBody, responses(
    (status = 201, description = "The form", body = ShownUpload),
    (status = 400, description = "What is wrong with `size`"),
    (status = 401, description = "Missing or invalid credential"),
    (status = 403, description = "`user_id` is somebody else"),
    (status = 429, description = "Too many uploads within an hour, or too many bytes within a day"),
))]
pub async fn create_upload(
    State(state): State<IntegersState>,
    unconfirmed: Unconfirmed,
    key: IdempotencyKey,
    Params(form): Params,
) -> Result<(StatusCode, Json<ShownUpload>), ApiError> {
    let mut fields = Fields::of(&form);
    let size = SizeFields::read(&mut fields).size;
    let size = fields.finish(size);
    let counts = AccountCounts::default().uploaded(size.as_ref().map_or(0, |size| *size));
    let (caller, ()) = unconfirmed.with_form(&form).confirm_counting(ready(Ok(())), |()| counts).await?;
    let size = size?;
    check_user(&state, &caller, &form).await?;
    let now = state.clock.now();
    let credentials = &state.authenticator.credentials;
    let body = || form.digest(&[]);
    let claim = match key.claim(credentials, "integers-upload", Some(caller.user), body, now).await? {
        IdempotentRequest::New(claim) => claim,
        IdempotentRequest::Repeat(stored) => {
            state.limiter.uncount(&caller).await?;
            let stored: StoredUpload = serde_json::from_str(&stored).map_err(ApiError::internal)?;
            return show(&state, caller.user, &stored).await;
        }
    };
    let begun = begin(&state, caller.user, size, now, claim.as_ref()).await;
    if let (Err(_), Some(claim)) = (&begun, &claim) {
        credentials.release_idempotency_key(claim).await?;
    }
    show(&state, caller.user, &begun?).await
}

/// Writes the upload's job. It exists before the form is handed out, so every object is removed.
async fn begin(
    state: &IntegersState,
    user: UserId,
    size: u64,
    at: Timestamp,
    claim: Option<&IdempotencyClaim>,
) -> Result<StoredUpload, ApiError> {
    let stored = StoredUpload { upload: state.integers.new_upload(at)?, size, at };
    let result = serde_json::to_string(&stored).map_err(ApiError::internal)?;
    let settled = claim.map(|claim| (claim, &state.authenticator.credentials, result));
    state.integers.announce_upload(user, stored.upload, at, OBJECT_SECONDS, settled).await?;
    Ok(stored)
}

async fn show(
    state: &IntegersState,
    user: UserId,
    stored: &StoredUpload,
) -> Result<(StatusCode, Json<ShownUpload>), ApiError> {
    let StoredUpload { upload, size, at } = stored;
    let key = PrivateKey::integers_upload(user, *upload);
    let terms =
        UploadTerms { key: &key, content_type: CONTENT_TYPE, max_bytes: *size, now: *at, seconds: FORM_SECONDS };
    let form = state.bucket.presign_post(&terms).await?;
    let expires_at = terms.expires_at().to_string();
    Ok((StatusCode::CREATED, Json(ShownUpload { upload_id: upload.to_string(), upload: form, expires_at })))
}

fn parse_size(text: &str) -> Result<u64, Vec<String>> {
    let text = text.trim();
    let max = u64::try_from(MAX_SENT_BYTES).unwrap_or(u64::MAX);
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(vec!["A valid integer is required.".to_owned()]);
    }
    match text.parse::<u64>() {
        Ok(size) if (1..=max).contains(&size) => Ok(size),
        Ok(0) => Err(vec!["Ensure this value is greater than or equal to 1.".to_owned()]),
        _ if text.starts_with('-') => Err(vec!["Ensure this value is greater than or equal to 1.".to_owned()]),
        _ => Err(vec![format!("Ensure this value is less than or equal to {max}.")]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_a_number_of_bytes_within_the_bound() {
        assert_eq!(parse_size("1"), Ok(1));
        assert_eq!(parse_size(" 67108864 "), Ok(67_108_864));
        for (text, part) in [
            ("0", "greater than or equal to 1."),
            ("-5", "greater than or equal to 1."),
            ("-99999999999999999999999", "greater than or equal to 1."),
            ("67108865", "less than or equal to 67108864."),
            ("99999999999999999999999", "less than or equal to 67108864."),
            ("1.5", "valid integer"),
            ("1e3", "valid integer"),
            ("-", "valid integer"),
            ("ten", "valid integer"),
        ] {
            let errors = parse_size(text).err().unwrap_or_default();
            assert!(errors.iter().any(|error| error.contains(part)), "{text}: {errors:?}");
        }
    }
}
