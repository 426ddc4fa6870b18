//! `GET /api/notifications/unread/`.

use aviary_auth::Unconfirmed;
use aviary_web::ApiError;
use axum::Json;
use axum::extract::State;

use crate::response::UnreadResponse;
use crate::state::NotificationsState;

/// The number of the caller's unread notifications. One round trip.
#[utoipa::path(get, path = "/api/notifications/unread", tag = "notifications",
    responses(
        (status = 200, description = "The number of unread notifications", body = UnreadResponse),
        (status = 401, description = "Missing or invalid credential"),
    ))]
pub async fn count_unread(
    State(state): State<NotificationsState>,
    unconfirmed: Unconfirmed,
) -> Result<Json<UnreadResponse>, ApiError> {
    let read = state.notifications.unread(unconfirmed.user(), state.clock.now());
    let (_, unread) = unconfirmed.confirm_with(read).await?;
    Ok(Json(UnreadResponse { unread }))
}
