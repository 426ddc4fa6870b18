//! Ends a request before Lambda ends the function, so that the client gets our own answer and the log its line.

use std::time::Duration;

use aviary_model::Clock;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::ApiError;

/// What is kept of the function's time for writing the answer and the log line.
const RESERVE: Duration = Duration::from_millis(500);

/// The time that is left for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimeLeft(Duration);

impl TimeLeft {
    /// The time until Lambda's deadline (milliseconds since 1970), less a reserve. `None` for a deadline in the past:
    /// Lambda would have stopped the process, but `cargo lambda watch` sends such deadlines.
    pub(crate) fn until(deadline_ms: u64, clock: &dyn Clock) -> Option<Self> {
        let now = u64::try_from(clock.now().millis()).ok()?;
        let left = Duration::from_millis(deadline_ms.checked_sub(now).filter(|left| *left > 0)?);
        Some(Self(left.saturating_sub(RESERVE)))
    }
}

/// Responds with 503 to a request that has no time left. Its handler is dropped where it waits: what it has sent to
/// DynamoDB may still be done, as with any lost answer.
pub(crate) async fn end_in_time(request: Request, next: Next) -> Response {
    let Some(TimeLeft(left)) = request.extensions().get().copied() else { return next.run(request).await };
    match tokio::time::timeout(left, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::unavailable("the request took as long as the function may run").into_response(),
    }
}

#[cfg(test)]
mod tests {
    use aviary_model::Timestamp;
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use http::{StatusCode, header};
    use tower::ServiceExt;

    use super::*;

    #[derive(Debug)]
    struct Fixed(i64);

    impl Clock for Fixed {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0)
        }
    }

    #[test]
    fn a_reserve_is_kept_and_a_past_deadline_ignored() {
        let left = |deadline| TimeLeft::until(deadline, &Fixed(10_000)).map(|TimeLeft(left)| left.as_millis());
        assert_eq!(left(20_000), Some(9_500));
        assert_eq!(left(10_200), Some(0));
        assert_eq!(left(10_000), None);
        assert_eq!(left(0), None);
    }

    #[tokio::test]
    async fn a_request_without_time_is_answered_with_503() {
        let router = Router::new()
            .route("/never", get(std::future::pending::<()>))
            .route("/now", get(|| async { "done" }))
            .layer(from_fn(end_in_time));
        let answer = |path: &str, left: Option<u64>| {
            let mut request = http::Request::get(path).body(Body::empty()).expect("a request");
            if let Some(left) = left {
                request.extensions_mut().insert(TimeLeft(Duration::from_millis(left)));
            }
            router.clone().oneshot(request)
        };
        let response = answer("/never", Some(1)).await.expect("an answer");
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(response.headers().contains_key(header::RETRY_AFTER));
        assert_eq!(answer("/now", Some(1_000)).await.expect("an answer").status(), StatusCode::OK);
        assert_eq!(answer("/now", None).await.expect("an answer").status(), StatusCode::OK);
    }
}
