//! `GET /status/` (document 002).

use aviary_web::Checks;
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::state::StatusState;

/// The service's state.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatusResponse {
    /// `ok`, or `failing` with status 500.
    #[schema(example = "ok")]
    pub status: &'static str,
    /// The running version.
    pub version: &'static str,
    /// The state of each AWS service that Aviary depends on.
    pub checks: Checks,
}

/// Says whether DynamoDB, S3 and CloudWatch Logs answer. They are asked concurrently, and at most once in five seconds
/// by each process. At most one round trip.
#[utoipa::path(get, path = "/status", tag = "status", responses(
    (status = 200, description = "All checks succeeded", body = StatusResponse),
    (status = 500, description = "A check failed; `checks` says which", body = StatusResponse),
))]
pub async fn show_status(State(state): State<StatusState>) -> impl IntoResponse {
    let checks = state.kept.get_or_run(state.clock.as_ref(), run_checks(&state)).await;
    let all = checks.all_ok();
    let status = if all { "ok" } else { "failing" };
    let response = StatusResponse { status, version: env!("CARGO_PKG_VERSION"), checks };
    (if all { StatusCode::OK } else { StatusCode::INTERNAL_SERVER_ERROR }, Json(response))
}

async fn run_checks(state: &StatusState) -> Checks {
    let logs = state.logs.describe_log_streams().log_group_name(&state.log_group).limit(1).send();
    Checks::run(state.credentials.check(), state.bucket.check(), logs).await
}
