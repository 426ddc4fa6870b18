//! `POST /integers/upload/` (beyond the documents): a form by which a client sends what no request can hold.

use aviary_auth::Unconfirmed;
use aviary_media::{PresignedPost, PrivateKey, UploadTerms};
use aviary_model::UploadId;
use aviary_web::{ApiError, Fields, Params};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::IntegersState;
use crate::content::CONTENT_TYPE;
use crate::place::check_user;
use crate::unit::MAX_BYTES;

/// For how long the form may be sent.
const FORM_SECONDS: u32 = 3_600;
/// For how long what was sent is kept, counted from the form.
const KEPT_SECONDS: i64 = 2 * 3_600;

/// What is to be sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct UploadBody {
    /// How many bytes it has: the JSON that `POST /integers/set/` or `/integers/session/` would take.
    #[schema(minimum = 1, maximum = 67_108_864, example = 20_000_000)]
    pub size: u64,
    /// The caller's id, username or device token, if sent.
    #[schema(required = false)]
    pub user_id: String,
}

/// How to send it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShownUpload {
    /// What the next request names; for two hours.
    pub upload_id: String,
    /// The form that sends it.
    pub upload: PresignedPost,
    /// Until when the form may be sent.
    #[schema(format = DateTime)]
    pub expires_at: String,
}

/// Lets the caller send one object of at most `size` bytes. Two steps. Sent again it gives another form: nothing is
/// kept of the first but a job that removes what came by it.
#[utoipa::path(post, path = "/integers/upload", tag = "integers", request_body = UploadBody, responses(
    (status = 201, description = "The form", body = ShownUpload),
    (status = 400, description = "What is wrong with `size`"),
    (status = 401, description = "No credential, or one that does not count"),
    (status = 403, description = "`user_id` is somebody else"),
    (status = 429, description = "Too many uploads within an hour, or too many bytes within a day"),
))]
pub async fn upload(
    State(state): State<IntegersState>,
    unconfirmed: Unconfirmed,
    Params(form): Params,
) -> Result<(StatusCode, Json<ShownUpload>), ApiError> {
    let mut fields = Fields::of(&form);
    let size = fields.required("size", size);
    let size = fields.finish(size);
    let account = unconfirmed.user().to_string();
    let within = async {
        match &size {
            Ok(size) => state.limiter.begin_upload(&account, *size).await,
            Err(_) => Ok(()),
        }
    };
    let (caller, within) = futures_util::join!(unconfirmed.with_form(&form).confirm(), within);
    let (caller, size) = (caller?, size?);
    within?;
    check_user(&state, &caller, &form).await?;
    let now = state.clock.now();
    // Before the form is given out: what comes by it can't be left behind.
    let upload: UploadId = state.integers.announce_upload(caller.user, now, KEPT_SECONDS).await?;
    let key = PrivateKey::integers_upload(caller.user, upload);
    let terms = UploadTerms { key: &key, content_type: CONTENT_TYPE, max_bytes: size, now, seconds: FORM_SECONDS };
    let form = state.bucket.presign_post(&terms).await?;
    let expires_at = terms.expires_at().to_string();
    Ok((StatusCode::CREATED, Json(ShownUpload { upload_id: upload.to_string(), upload: form, expires_at })))
}

fn size(text: &str) -> Result<u64, Vec<String>> {
    let text = text.trim();
    let most = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX);
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(vec!["A valid integer is required.".to_owned()]);
    }
    match text.parse::<u64>() {
        Ok(size) if (1..=most).contains(&size) => Ok(size),
        Ok(0) => Err(vec!["Ensure this value is greater than or equal to 1.".to_owned()]),
        _ if text.starts_with('-') => Err(vec!["Ensure this value is greater than or equal to 1.".to_owned()]),
        _ => Err(vec![format!("Ensure this value is less than or equal to {most}.")]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_a_number_of_bytes_within_the_bound() {
        assert_eq!(size("1"), Ok(1));
        assert_eq!(size(" 67108864 "), Ok(67_108_864));
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
            let errors = size(text).err().unwrap_or_default();
            assert!(errors.iter().any(|error| error.contains(part)), "{text}: {errors:?}");
        }
    }
}
