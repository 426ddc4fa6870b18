//! `GET /api/auth/activity/`: the security events of the caller's account.

use aviary_auth::Unconfirmed;
use aviary_model::SessionId;
use aviary_web::{ApiError, Page, PageQuery};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::Detail;
use crate::state::AuthState;

const LIST: &str = "activity";

/// A security event.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShownSecurityEvent {
    /// The event's id.
    pub id: String,
    /// The kind of event: `signup`, `login`, `login_failed`, `password_changed`, …
    pub event: String,
    /// The time of the event.
    #[schema(format = DateTime)]
    pub at: String,
    /// The client's IP address.
    pub address: String,
    /// The client's `User-Agent`.
    pub user_agent: String,
    /// The id of the staff member who acted; missing where the user did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub by: Option<String>,
}

/// Lists the caller's security events of the last 90 days, newest first.
#[utoipa::path(get, path = "/api/auth/activity", tag = "accounts",
    params(PageQuery),
    responses(
        (status = 200, description = "A page of events", body = Page<ShownSecurityEvent>),
        (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
        (status = 404, description = "The cursor is invalid", body = Detail),
    ))]
pub async fn list_activity(
    State(state): State<AuthState>,
    unconfirmed: Unconfirmed,
    page: PageQuery,
) -> Result<Json<Page<ShownSecurityEvent>>, ApiError> {
    let user = unconfirmed.user();
    let place = page.position_as::<SessionId>(LIST);
    let before = place.as_ref().ok().copied().flatten();
    let read = state.tables.activities.page(user, before, page.limit(), state.clock.now());
    let (_, found) = unconfirmed.confirm_with(read).await?;
    place?;
    let next = found.activities.last().filter(|_| found.more).map(|last| last.id.to_string());
    let shown = found.activities.into_iter().map(|activity| ShownSecurityEvent {
        id: activity.id.to_string(),
        event: activity.event,
        at: activity.at.to_string(),
        address: activity.address,
        user_agent: activity.user_agent,
        by: activity.by.map(|by| by.to_string()),
    });
    Ok(Json(page.page(LIST, shown.collect(), next)))
}
