//! `POST` and `GET /api/auth/export/`: everything of the caller's as one file.

use aviary_accounts::{audit, changed_meanwhile, security_event};
use aviary_auth::Unconfirmed;
use aviary_media::{Download, PrivateKey};
use aviary_store::ExportState;
use aviary_web::{ApiError, Client, Payload};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::Detail;
use crate::state::AuthState;

/// How long a download's URL works. The file itself is kept for 7 days.
const URL_SECONDS: u32 = 3_600;

/// How far the export is.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportResponse {
    /// `preparing`, `ready` or `failed`.
    #[schema(example = "preparing")]
    pub state: &'static str,
    /// The file, if it is ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub download: Option<Download>,
}

fn word(state: ExportState) -> &'static str {
    match state {
        ExportState::Preparing => "preparing",
        ExportState::Ready => "ready",
        ExportState::Failed => "failed",
    }
}

/// Asks for a file with everything of the caller's, at most once a day. Three round trips.
#[utoipa::path(post, path = "/api/auth/export", tag = "accounts", responses(
    (status = 202, description = "It is being made, or was made within a day", body = ExportResponse),
    (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
    (status = 409, description = "Another request asked at the same time", body = Detail),
))]
pub async fn ask_export(
    State(state): State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    Payload(form): Payload,
) -> Result<(StatusCode, Json<ExportResponse>), ApiError> {
    let (user, now) = (unconfirmed.user(), state.clock.now());
    let (_, before) = unconfirmed.with_form(&form).confirm_with(state.exports.current(user, now)).await?;
    if let Some(export) = before.as_ref().filter(|export| !export.may_be_replaced(now)) {
        return Ok((StatusCode::ACCEPTED, Json(ExportResponse { state: word(export.state), download: None })));
    }
    let event = security_event(&state.account, &client, "export_asked")?;
    let (asked, ()) = futures_util::join!(
        state.exports.ask(user, before.as_ref(), now, &event),
        audit(&state.account, &client, "export_asked", Some(user)),
    );
    if !asked? {
        return Err(changed_meanwhile());
    }
    Ok((StatusCode::ACCEPTED, Json(ExportResponse { state: word(ExportState::Preparing), download: None })))
}

/// Says how far the export is, and where it can be downloaded.
#[utoipa::path(get, path = "/api/auth/export", tag = "accounts", responses(
    (status = 200, description = "Its state", body = ExportResponse),
    (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
    (status = 404, description = "None was asked for within 7 days", body = Detail),
))]
pub async fn show_export(
    State(state): State<AuthState>,
    unconfirmed: Unconfirmed,
) -> Result<Json<ExportResponse>, ApiError> {
    let (user, now) = (unconfirmed.user(), state.clock.now());
    let (_, export) = unconfirmed.confirm_with(state.exports.current(user, now)).await?;
    let export = export.ok_or_else(ApiError::not_found)?;
    let download = match export.key.filter(|_| export.state == ExportState::Ready) {
        Some(key) => {
            let key: PrivateKey = key.parse().map_err(ApiError::internal)?;
            Some(state.bucket.presign_get(&key, now, URL_SECONDS).await.map_err(ApiError::internal)?)
        }
        None => None,
    };
    Ok(Json(ExportResponse { state: word(export.state), download }))
}
