//! Whether the AWS services answer that everything depends on. `GET /status/` and the administration's dashboard show
//! the same checks.

use std::fmt::Display;
use std::future::Future;
use std::time::{Duration, Instant};

use serde::Serialize;
use utoipa::ToSchema;

/// A check that takes longer has failed. The checks are concurrent, so all of them take little longer than this.
const CHECK_TIMEOUT: Duration = Duration::from_secs(3);

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

impl Checks {
    /// Runs a call to each service, concurrently. At most one round trip, for DynamoDB's.
    pub async fn run<D, S, L>(
        dynamodb: impl Future<Output = Result<D, impl Display>>,
        s3: impl Future<Output = Result<S, impl Display>>,
        logs: impl Future<Output = Result<L, impl Display>>,
    ) -> Self {
        let (dynamodb, s3, logs) =
            futures_util::join!(check("dynamodb", dynamodb), check("s3", s3), check("logs", logs));
        Self { dynamodb, s3, logs }
    }

    /// Did all services answer?
    #[must_use]
    pub fn all_ok(&self) -> bool {
        self.dynamodb.ok && self.s3.ok && self.logs.ok
    }
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
