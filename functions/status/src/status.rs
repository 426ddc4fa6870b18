//! `GET /status/` (document 002).

use std::fmt::Display;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::StatusState;

/// A check that takes longer has failed; together they stay far below the gateway's patience.
const PATIENCE: Duration = Duration::from_secs(5);

/// The service's state.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatusAnswer {
    /// `ok`, or `failing` with status 500.
    #[schema(example = "ok")]
    pub status: &'static str,
    /// The version that runs.
    pub version: &'static str,
    /// What the service stands on.
    pub checks: Checks,
}

/// One check for each service.
#[derive(Debug, Serialize, ToSchema)]
pub struct Checks {
    /// DynamoDB: a read.
    pub dynamodb: Check,
    /// S3: is the bucket there?
    pub s3: Check,
    /// CloudWatch Logs: is the log group there?
    pub logs: Check,
}

/// A check.
#[derive(Debug, Serialize, ToSchema)]
pub struct Check {
    /// Did the service answer?
    pub ok: bool,
    /// After how many milliseconds?
    pub ms: f64,
}

/// Asks DynamoDB, S3 and CloudWatch Logs, beside each other. One step.
#[utoipa::path(get, path = "/status", tag = "status", responses(
    (status = 200, description = "All is well", body = StatusAnswer),
    (status = 500, description = "Something is not; the checks say what", body = StatusAnswer),
))]
pub async fn status(State(state): State<StatusState>) -> impl IntoResponse {
    let logs = state.logs.describe_log_streams().log_group_name(&state.log_group).limit(1).send();
    let (dynamodb, s3, logs) = futures_util::join!(
        check("dynamodb", state.credentials.check()),
        check("s3", state.bucket.check()),
        check("logs", logs),
    );
    let all = dynamodb.ok && s3.ok && logs.ok;
    let answer = StatusAnswer {
        status: if all { "ok" } else { "failing" },
        version: env!("CARGO_PKG_VERSION"),
        checks: Checks { dynamodb, s3, logs },
    };
    (if all { StatusCode::OK } else { StatusCode::INTERNAL_SERVER_ERROR }, Json(answer))
}

/// The answer says which service fails; only the log says why.
async fn check<T, E: Display>(service: &str, call: impl Future<Output = Result<T, E>>) -> Check {
    let began = Instant::now();
    let outcome = tokio::time::timeout(PATIENCE, call).await;
    let why = match outcome {
        Ok(Ok(_)) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some("no answer in time".to_owned()),
    };
    if let Some(why) = &why {
        tracing::error!(check = service, error = %why, "a check failed");
    }
    let ms = (began.elapsed().as_secs_f64() * 10_000.0).round() / 10.0;
    Check { ok: why.is_none(), ms }
}
