//! `GET /api/notifications/unread/`.

use aviary_auth::Claimed;
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
pub async fn unread(State(state): State<NotificationsState>, claimed: Claimed) -> Result<Json<Unread>, ApiError> {
    let read = state.notifications.unread(claimed.user(), state.clock.now());
    let (_, unread) = claimed.confirm_beside(read).await?;
    Ok(Json(Unread { unread }))
}
