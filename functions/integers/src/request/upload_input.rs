//! Uploaded input: the content of an upload is read as if the request contained it.

use aviary_media::PrivateKey;
use aviary_model::{UploadId, UserId};
use aviary_web::{ApiError, Fields, Form, Params};

use crate::arithmetic::unit::MAX_SENT_BYTES;
use crate::request::params::RAW_FIELDS;
use crate::state::IntegersState;

/// Whether the request names an upload.
pub(crate) fn is_named(form: &Form) -> bool {
    form.get("upload_id").is_some()
}

/// Adds the fields of the upload `upload_id` to the form. A field that the request itself has wins. Only the caller's
/// own uploads are found. No round trip; one read from the bucket.
///
/// # Errors
/// 404 when the caller has no such upload, nothing was sent with its form yet, or it was removed; 400 when its content
/// is not a JSON object.
pub(crate) async fn with_upload(state: &IntegersState, user: UserId, form: Form) -> Result<Form, ApiError> {
    let mut fields = Fields::of(&form);
    let upload = fields.required("upload_id", |text| Ok::<_, Vec<String>>(text.trim().parse::<UploadId>().ok()));
    let upload = fields.finish(upload)?.ok_or_else(ApiError::not_found)?;
    let key = PrivateKey::integers_upload(user, upload);
    let max = u64::try_from(MAX_SENT_BYTES).unwrap_or(u64::MAX);
    let content = state.bucket.get_private(&key, max).await?.ok_or_else(ApiError::not_found)?;
    Params::of_json(&content, &RAW_FIELDS).map(|Params(uploaded)| uploaded.overridden_by(form))
}
