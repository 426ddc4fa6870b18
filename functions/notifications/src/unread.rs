//! `GET /api/notifications/unread/`.

use aviary_auth::Unconfirmed;
use aviary_web::ApiError;
use axum::Json;
use axum::extract::State;

use crate::NotificationsState;
use crate::answer::Unread;

/// How many of the caller's notifications are unread. One step.
#[utoipa::path(get, path = "/api/notifications/unread", tag = "notifications",
    responses(
        (status = 200, description = "How many", body = Unread),
        (status = 401, description = "No credential, or one that does not count"),
    ))]
pub async fn unread(
    State(state): State<NotificationsState>,
    unconfirmed: Unconfirmed,
) -> Result<Json<Unread>, ApiError> {
    let read = state.notifications.unread(unconfirmed.user(), state.clock.now());
    let (_, unread) = unconfirmed.confirm_with(read).await?;
    Ok(Json(Unread { unread }))
}
