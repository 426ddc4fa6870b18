//! `POST /api/tweets/media/` (document 001): a form with which a client sends an image or a video to the bucket.

use std::future::ready;

use aviary_auth::{AccountCounts, Unconfirmed};
use aviary_media::{MAX_IMAGE_BYTES, MAX_VIDEO_BYTES, PresignedPost, PrivateKey, UploadKind, UploadTerms};
use aviary_model::{AltText, MediaId, Timestamp, UserId};
use aviary_store::{IdempotencyClaim, MediaKind, MediaState, MediaUpload};
use aviary_web::{ApiError, Fields, Form, IdempotencyKey, IdempotentRequest, Payload, body};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::state::TweetsState;

/// How long the form can be sent.
const FORM_SECONDS: u32 = 3_600;
/// How long a media item is kept that no tweet shows.
const UNUSED_SECONDS: i64 = 24 * 3_600;
/// The most bytes of a file's name, which is not kept.
const FILE_NAME_BYTES: usize = 1_024;

body! {
    /// A file to upload.
    pub struct CreateMediaBody {
        /// The name of the file. It is not kept.
        #[schema(example = "wren.jpg")]
        filename: () = required(file_name),
        /// The file's type: `image/jpeg`, `image/png`, `image/gif`, `image/webp`, `video/mp4` or `video/quicktime`.
        #[schema(example = "image/jpeg")]
        content_type: (UploadKind, String) = required(upload_kind),
        /// Its number of bytes: at most 20 MiB for an image, 512 MiB for a video.
        #[schema(minimum = 1, maximum = 536_870_912, example = 3_000_000)]
        size: u64 = required_by(u64, |fields, name| {
            let max = content_type.as_ref().map_or(MAX_VIDEO_BYTES, |(kind, _)| max_bytes(*kind));
            fields.required(name, |text| parse_size(text, max))
        }),
        /// A description for people who cannot see it.
        alt: AltText = blankable(AltText::parse),
    }
}

/// The form of an upload.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShownTicket {
    /// The id to name in a tweet.
    #[schema(value_type = String)]
    pub media_id: MediaId,
    /// The form to send.
    pub upload: PresignedPost,
    /// When the form expires.
    #[schema(format = DateTime)]
    pub expires_at: String,
}

/// What is stored with an idempotency key. The form itself is a permission and is signed anew.
#[derive(Debug, Serialize, Deserialize)]
struct Ticket {
    media: MediaId,
    content_type: String,
    size: u64,
    at: Timestamp,
}

/// The valid fields.
struct Request {
    kind: MediaKind,
    content_type: String,
    size: u64,
    alt: AltText,
}

/// Makes a form with which the caller sends an image or a video straight to the bucket. Three round trips, one more
/// with an idempotency key. A repeated request with its key gets the same upload, whose form expires when the first one
/// does, and counts as none.
#[utoipa::path(post, path = "/api/tweets/media", tag = "tweets", request_body = CreateMediaBody, responses(
    (status = 201, description = "The form", body = ShownTicket),
    (status = 400, description = "Invalid fields, each with its errors"),
    (status = 401, description = "Missing or invalid credential"),
    (status = 429, description = "Too many uploads within an hour, or too many bytes within a day"),
))]
pub async fn create_media(
    State(state): State<TweetsState>,
    unconfirmed: Unconfirmed,
    key: IdempotencyKey,
    Payload(form): Payload,
) -> Result<(StatusCode, Json<ShownTicket>), ApiError> {
    let request = read(&form);
    let counts = AccountCounts::default().uploaded(request.as_ref().map_or(0, |request| request.size));
    let (caller, ()) = unconfirmed.with_form(&form).confirm_counting(ready(Ok(())), |()| counts).await?;
    let request = request?;
    let now = state.clock.now();
    let credentials = &state.authenticator.credentials;
    let body = || form.digest(&[]);
    let claim = match key.claim(credentials, "tweets-media", Some(caller.user), body, now).await? {
        IdempotentRequest::New(claim) => claim,
        IdempotentRequest::Repeat(stored) => {
            state.limiter.uncount(&caller).await?;
            let ticket: Ticket = serde_json::from_str(&stored).map_err(ApiError::internal)?;
            return show(&state, caller.user, &ticket).await;
        }
    };
    let begun = begin(&state, caller.user, request, now, claim.as_ref()).await;
    if let (Err(_), Some(claim)) = (&begun, &claim) {
        credentials.release_idempotency_key(claim).await?;
    }
    show(&state, caller.user, &begun?).await
}

fn read(form: &Form) -> Result<Request, ApiError> {
    let mut fields = Fields::of(form);
    let CreateMediaBody { filename, content_type, size, alt } = CreateMediaBody::read(&mut fields);
    let complete = filename.and(content_type).zip(size).map(|((kind, content_type), size)| {
        let kind = match kind {
            UploadKind::Image => MediaKind::Image,
            UploadKind::Video => MediaKind::Video,
        };
        Request { kind, content_type, size, alt: alt.unwrap_or_default() }
    });
    fields.finish(complete)
}

fn file_name(name: &str) -> Result<(), Vec<String>> {
    match name.len() {
        ..=FILE_NAME_BYTES => Ok(()),
        _ => Err(vec![format!("Ensure this field has no more than {FILE_NAME_BYTES} bytes.")]),
    }
}

fn upload_kind(text: &str) -> Result<(UploadKind, String), Vec<&'static str>> {
    let kind = UploadKind::of(text);
    let kind = kind.ok_or_else(|| vec!["Only JPEG, PNG, GIF, WebP, MP4 and QuickTime are supported."])?;
    Ok((kind, text.trim().to_owned()))
}

fn max_bytes(kind: UploadKind) -> u64 {
    match kind {
        UploadKind::Image => MAX_IMAGE_BYTES,
        UploadKind::Video => MAX_VIDEO_BYTES,
    }
}

/// Writes the media item and the job that removes it. They exist before the form is handed out.
async fn begin(
    state: &TweetsState,
    user: UserId,
    request: Request,
    at: Timestamp,
    claim: Option<&IdempotencyClaim>,
) -> Result<Ticket, ApiError> {
    let Request { kind, content_type, size, alt } = request;
    let media = MediaId::new(at, state.entropy.as_ref())?;
    let secret = format!("{:032x}", u128::from_le_bytes(state.entropy.bytes::<16>()?));
    let upload = MediaUpload {
        id: media,
        owner: user,
        kind,
        content_type: content_type.clone(),
        alt,
        secret,
        state: MediaState::Waiting,
        created_at: at,
        size: Some(size),
        etag: None,
        reason: None,
        file: None,
        tweet: None,
        place: None,
    };
    let ticket = Ticket { media, content_type, size, at };
    let result = serde_json::to_string(&ticket).map_err(ApiError::internal)?;
    let settled = claim.map(|claim| (claim, &state.authenticator.credentials, result));
    state.uploads.announce(&upload, &state.jobs, UNUSED_SECONDS, settled).await?;
    Ok(ticket)
}

async fn show(state: &TweetsState, user: UserId, ticket: &Ticket) -> Result<(StatusCode, Json<ShownTicket>), ApiError> {
    let Ticket { media, content_type, size, at } = ticket;
    let key = PrivateKey::media_upload(user, *media);
    let terms = UploadTerms { key: &key, content_type, max_bytes: *size, now: *at, seconds: FORM_SECONDS };
    let upload = state.bucket.presign_post(&terms).await?;
    let expires_at = terms.expires_at().to_string();
    Ok((StatusCode::CREATED, Json(ShownTicket { media_id: *media, upload, expires_at })))
}

fn parse_size(text: &str, max: u64) -> Result<u64, Vec<String>> {
    let text = text.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(vec!["A valid integer is required.".to_owned()]);
    }
    match text.parse::<u64>() {
        Ok(size) if (1..=max).contains(&size) => Ok(size),
        Err(_) if text.starts_with('-') => Err(vec!["Ensure this value is greater than or equal to 1.".to_owned()]),
        Ok(0) => Err(vec!["Ensure this value is greater than or equal to 1.".to_owned()]),
        _ => Err(vec![format!("Ensure this value is less than or equal to {max}.")]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_a_number_of_bytes_within_the_bound_of_its_kind() {
        let max = max_bytes(UploadKind::Image);
        assert_eq!(parse_size(" 20971520 ", max), Ok(max));
        for (text, part) in [
            ("0", "greater than"),
            ("-99999999999999999999999", "greater than"),
            ("20971521", "less than or equal to 20971520."),
            ("99999999999999999999999", "less than"),
            ("1.5", "valid integer"),
            ("-", "valid integer"),
        ] {
            let errors = parse_size(text, max).err().unwrap_or_default();
            assert!(errors.iter().any(|error| error.contains(part)), "{text}: {errors:?}");
        }
    }
}
