//! `GET /api/auth/activity/`: what happened to one's account.

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
    /// The id.
    pub id: String,
    /// What it was: `signup`, `login`, `login_failed`, `password_changed`, …
    pub event: String,
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
    /// From where.
    pub address: String,
    /// With what.
    pub user_agent: String,
}

/// A page of security events.
#[derive(Debug, Serialize, ToSchema)]
pub struct SecurityEventList {
    /// Where the next page is.
    pub next: Option<String>,
    /// Always null.
    pub previous: Option<String>,
    /// Events, newest first.
    pub results: Vec<ShownSecurityEvent>,
}

/// The caller's security events of 90 days, newest first. One step.
#[utoipa::path(get, path = "/api/auth/activity", tag = "accounts",
    params(("limit" = Option<i32>, Query, description = "20 by default, at most 100"),
        ("cursor" = Option<String>, Query, description = "From `next`")),
    responses(
        (status = 200, description = "Events", body = SecurityEventList),
        (status = 401, description = "No credential, or one that does not count", body = Detail),
        (status = 404, description = "The cursor is none", body = Detail),
    ))]
pub async fn list_activity(
    State(state): State<AuthState>,
    unconfirmed: Unconfirmed,
    page: PageQuery,
) -> Result<Json<Page<ShownSecurityEvent>>, ApiError> {
    let user = unconfirmed.user();
    let place = page.position(LIST);
    let before: Option<SessionId> = place.as_ref().ok().and_then(|p| p.as_ref()?.parse().ok());
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
    });
    Ok(Json(page.page(LIST, shown.collect(), next)))
}
