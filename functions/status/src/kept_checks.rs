//! The last checks, kept for some seconds: anybody may ask for the status, and must not be able to spend AWS's limits
//! with it.

use aviary_model::Clock;
use aviary_web::Checks;
use tokio::sync::Mutex;

/// How long a result is given again. It is far below the minute that an alarm looks at.
const KEPT_MILLIS: i64 = 5_000;

/// The last checks of this process and when they began, in milliseconds since 1970.
#[derive(Debug, Default)]
pub(crate) struct KeptChecks(Mutex<Option<(i64, Checks)>>);

impl KeptChecks {
    /// The kept checks, whatever they found, or new ones if there are none of the last five seconds. Requests that come
    /// while checks run wait for them.
    pub(crate) async fn get_or_run(&self, clock: &dyn Clock, run: impl Future<Output = Checks>) -> Checks {
        let mut kept = self.0.lock().await;
        let now = clock.now().millis();
        // A clock that was set back makes the difference negative.
        let is_recent = |began: i64| (0..KEPT_MILLIS).contains(&now.saturating_sub(began));
        if let Some((_, checks)) = kept.as_ref().filter(|(began, _)| is_recent(*began)) {
            return checks.clone();
        }
        let checks = run.await;
        *kept = Some((now, checks.clone()));
        checks
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

    use aviary_model::Timestamp;
    use aviary_web::Check;

    use super::*;

    #[derive(Debug)]
    struct Settable(AtomicI64);

    impl Clock for Settable {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0.load(Ordering::SeqCst))
        }
    }

    fn found(ok: bool) -> Checks {
        let check = Check { ok, ms: 0.0 };
        Checks { dynamodb: check.clone(), s3: check.clone(), logs: check }
    }

    #[tokio::test]
    async fn a_result_is_given_again_for_five_seconds_even_a_failure() {
        let (clock, runs) = (Settable(AtomicI64::new(1_000_000)), AtomicU32::new(0));
        let kept = KeptChecks::default();
        let ask = || async {
            let run = async {
                runs.fetch_add(1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                found(false)
            };
            assert!(!kept.get_or_run(&clock, run).await.dynamodb.ok);
            runs.load(Ordering::SeqCst)
        };
        assert_eq!(futures_util::future::join_all((0..10).map(|_| ask())).await, [1; 10]);
        clock.0.store(1_004_999, Ordering::SeqCst);
        assert_eq!(ask().await, 1);
        clock.0.store(1_005_000, Ordering::SeqCst);
        assert_eq!(ask().await, 2);
        clock.0.store(1_000_000, Ordering::SeqCst);
        assert_eq!(ask().await, 3, "a clock that was set back keeps nothing for ever");
    }
}
