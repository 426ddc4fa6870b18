//! Uploaded input: the content of an upload is read as if the request contained it.

use std::convert::Infallible;

use aviary_auth::{AccountCounts, Caller};
use aviary_media::PrivateKey;
use aviary_model::UploadId;
use aviary_web::{ApiError, Fields, Form, Params, body};

use crate::arithmetic::unit::MAX_SENT_BYTES;
use crate::request::bytes::{SentBytes, sent_bytes};
use crate::request::params::RAW_FIELDS;
use crate::state::IntegersState;

body! {
    /// The upload that a request names.
    pub(crate) struct UploadFields {
        /// An upload whose fields count as if they were sent here.
        upload_id: Option<UploadId> = by(String, |fields, name| fields.required(name, upload_id)),
    }
}

/// Reads an id. What is none names no upload.
fn upload_id(text: &str) -> Result<Option<UploadId>, Vec<Infallible>> {
    Ok(text.trim().parse().ok())
}

/// Whether the request names an upload.
pub(crate) fn is_named(form: &Form) -> bool {
    form.get("upload_id").is_some()
}

/// Adds the fields of the upload `upload_id` to the form, and counts its bytes before it is read. A field that the
/// request itself has wins. Only the caller's own uploads are found. One round trip, one more for many small sets; two
/// requests to the bucket.
///
/// # Errors
/// 404 when the caller has no such upload, nothing was sent with its form yet, or it was removed; 400 when its content
/// is not a JSON object; 429 above the limit of bytes.
pub(crate) async fn with_upload(
    state: &IntegersState,
    caller: &Caller,
    form: Form,
) -> Result<(Form, SentBytes), ApiError> {
    let mut fields = Fields::of(&form);
    let upload = UploadFields::read(&mut fields).upload_id;
    let upload = fields.finish(upload)?.ok_or_else(ApiError::not_found)?;
    let key = PrivateKey::integers_upload(caller.user, upload);
    let size = state.bucket.private_size(&key).await?.ok_or_else(ApiError::not_found)?;
    let sent = SentBytes::count(state, caller, size, AccountCounts::default()).await?;
    // What was counted, even if the client sends its form again meanwhile.
    let most = size.min(u64::try_from(MAX_SENT_BYTES).unwrap_or(u64::MAX));
    let content = state.bucket.get_private(&key, most).await?.ok_or_else(ApiError::not_found)?;
    let Params(uploaded) = Params::of_json(&content, &RAW_FIELDS)?;
    let form = uploaded.overridden_by(form);
    match sent_bytes(&form).saturating_sub(size) {
        0 => Ok((form, sent)),
        more => Ok((form, SentBytes::count(state, caller, more, AccountCounts::default()).await?)),
    }
}
