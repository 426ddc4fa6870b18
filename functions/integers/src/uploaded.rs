//! What was uploaded, as if it were in the request.

use aviary_auth::Claimed;
use aviary_media::PrivateKey;
use aviary_model::{UploadId, UserId};
use aviary_web::{ApiError, Fields, Form, Params};

use crate::IntegersState;
use crate::params::UNREAD;
use crate::unit::MAX_BYTES;

/// The form with what the caller uploaded as `upload_id`, if it names such a one; what is said in both, the request
/// itself says. None but the caller's own is found. No step without it; else one, so that nothing is read for who may
/// not act, and a read of the object.
///
/// # Errors
/// 404 when the caller has no such upload, or nothing has come by its form yet; 401 when the caller does not count.
pub(crate) async fn with_upload(state: &IntegersState, claimed: &Claimed, form: Form) -> Result<Form, ApiError> {
    if form.get("upload_id").is_none() {
        return Ok(form);
    }
    let caller = claimed.clone().with_form(&form).confirm().await?;
    let mut fields = Fields::of(&form);
    let upload = fields.required("upload_id", |text| Ok::<_, Vec<String>>(text.trim().parse::<UploadId>().ok()));
    let upload = fields.finish(upload)?.ok_or_else(ApiError::not_found)?;
    // Reading one is work, whatever comes of it: it counts as a write before it is done.
    state.limiter.count("writes", &caller.user.to_string(), state.limiter.limits.writes_account).await?;
    Ok(read(state, caller.user, upload).await?.overridden_by(form))
}

async fn read(state: &IntegersState, user: UserId, upload: UploadId) -> Result<Form, ApiError> {
    let key = PrivateKey::integers_upload(user, upload);
    let most = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX);
    let content = state.bucket.get_private(&key, most).await?.ok_or_else(ApiError::not_found)?;
    Params::of_json(&content, &UNREAD).map(|Params(form)| form)
}
