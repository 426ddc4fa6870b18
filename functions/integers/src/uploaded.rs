//! What was uploaded, as if it were in the request.

use aviary_media::PrivateKey;
use aviary_model::{UploadId, UserId};
use aviary_web::{ApiError, Fields, Form, Params};

use crate::IntegersState;
use crate::params::UNREAD;
use crate::unit::MAX_BYTES;

/// Does the request name an upload?
pub(crate) fn is_named(form: &Form) -> bool {
    form.get("upload_id").is_some()
}

/// The form with what the caller uploaded as `upload_id`; what is said in both, the request itself says. None but the
/// caller's own is found. No step, but a read of the object.
///
/// # Errors
/// 404 when the caller has no such upload, or nothing has come by its form yet, or it is gone; 400 when it is no object of
/// JSON.
pub(crate) async fn with_upload(state: &IntegersState, user: UserId, form: Form) -> Result<Form, ApiError> {
    let mut fields = Fields::of(&form);
    let upload = fields.required("upload_id", |text| Ok::<_, Vec<String>>(text.trim().parse::<UploadId>().ok()));
    let upload = fields.finish(upload)?.ok_or_else(ApiError::not_found)?;
    let key = PrivateKey::integers_upload(user, upload);
    let most = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX);
    let content = state.bucket.get_private(&key, most).await?.ok_or_else(ApiError::not_found)?;
    Params::of_json(&content, &UNREAD).map(|Params(uploaded)| uploaded.overridden_by(form))
}
