//! `GET /status/` (document 002).

use std::fmt::Display;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::state::StatusState;

/// A check that takes longer has failed. The checks are concurrent, so a response takes little longer than this.
const CHECK_TIMEOUT: Duration = Duration::from_secs(3);

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

/// One check per AWS service.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Checks {
    /// DynamoDB, by a read.
    pub dynamodb: Check,
    /// S3: does the media bucket exist?
    pub s3: Check,
    /// CloudWatch Logs: does the log group exist?
    pub logs: Check,
}

/// The result of a check.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Check {
    /// Did the service answer?
    pub ok: bool,
    /// The duration of the check in milliseconds.
    pub ms: f64,
}

/// Says whether DynamoDB, S3 and CloudWatch Logs answer. They are asked concurrently, and at most once in five seconds
/// by each process. At most one round trip.
#[utoipa::path(get, path = "/status", tag = "status", responses(
    (status = 200, description = "All checks succeeded", body = StatusResponse),
    (status = 500, description = "A check failed; `checks` says which", body = StatusResponse),
))]
pub async fn show_status(State(state): State<StatusState>) -> impl IntoResponse {
    let checks = state.kept.get_or_run(state.clock.as_ref(), run_checks(&state)).await;
    let all = checks.dynamodb.ok && checks.s3.ok && checks.logs.ok;
    let status = if all { "ok" } else { "failing" };
    let response = StatusResponse { status, version: env!("CARGO_PKG_VERSION"), checks };
    (if all { StatusCode::OK } else { StatusCode::INTERNAL_SERVER_ERROR }, Json(response))
}

async fn run_checks(state: &StatusState) -> Checks {
    let logs = state.logs.describe_log_streams().log_group_name(&state.log_group).limit(1).send();
    let (dynamodb, s3, logs) = futures_util::join!(
        check("dynamodb", state.credentials.check()),
        check("s3", state.bucket.check()),
        check("logs", logs),
    );
    Checks { dynamodb, s3, logs }
}

/// Runs a check. The response says which check failed; only the log says why.
async fn check<T, E: Display>(service: &str, call: impl Future<Output = Result<T, E>>) -> Check {
    let began = Instant::now();
    let outcome = tokio::time::timeout(CHECK_TIMEOUT, call).await;
    let why = match outcome {
        Ok(Ok(_)) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some("no response within the time limit".to_owned()),
    };
    if let Some(why) = &why {
        tracing::error!(check = service, error = %why, "a check failed");
    }
    let ms = (began.elapsed().as_secs_f64() * 10_000.0).round() / 10.0;
    Check { ok: why.is_none(), ms }
}
