//! Invokes a function at a fixed rate, as EventBridge does.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aviary_template::Schedule;
use bytes::Bytes;
use serde_json::json;
use tokio::time::Instant;

use super::backoff::Backoff;
use super::report::Report;
use super::target::{Outcome, Target};
use crate::clock::Clock;
use crate::config::DEFAULT_REGION;

/// Lambda retries an asynchronous invocation twice.
const ATTEMPTS: u32 = 3;

/// One schedule of a function.
pub(crate) struct ScheduleDelivery {
    pub(crate) function: String,
    pub(crate) schedule: Schedule,
    pub(crate) target: Target,
    /// The time between the start and the first run.
    pub(crate) first_after: Duration,
    pub(crate) clock: Clock,
}

impl ScheduleDelivery {
    /// Fires until the task is dropped.
    pub(crate) async fn run(self) {
        let what = format!("the schedule {} of the function {}", self.schedule.name, self.function);
        let mut report = Report::new(what);
        let mut due = Instant::now() + self.first_after;
        loop {
            tokio::time::sleep_until(due).await;
            let began = Instant::now();
            self.fire(&mut report).await;
            // A run that was missed because functions were not up is not repeated.
            due = began + self.schedule.every;
        }
    }

    /// Returns when the function has answered, or failed three times.
    async fn fire(&self, report: &mut Report) {
        let event = Bytes::from(self.event());
        let mut backoff = Backoff::default();
        let mut attempts = 0;
        while attempts < ATTEMPTS {
            match self.target.invoke(&self.function, event.clone()).await {
                Outcome::Answered(_) => return report.worked(),
                Outcome::Failed(error) => {
                    attempts += 1;
                    report.failed(&error);
                }
                Outcome::NotInvoked(error) => report.failed(&error),
                Outcome::NotUp => report.not_up(),
            }
            backoff.wait().await;
        }
    }

    fn event(&self) -> String {
        if let Some(input) = &self.schedule.input {
            return input.clone();
        }
        json!({
            "version": "0",
            "id": event_id(self.clock.now_ms()),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": "000000000000",
            "time": self.clock.now_rfc3339(),
            "region": DEFAULT_REGION,
            "resources": [format!("arn:aws:events:{DEFAULT_REGION}:000000000000:rule/{}", self.schedule.name)],
            "detail": {},
        })
        .to_string()
    }
}

/// A unique id in the form of a UUID.
fn event_id(now_ms: i64) -> String {
    static FIRED: AtomicU64 = AtomicU64::new(0);
    let count = FIRED.fetch_add(1, Ordering::Relaxed) & 0xffff_ffff_ffff;
    let time = now_ms.unsigned_abs() & 0xffff_ffff_ffff;
    format!("{:08x}-{:04x}-8000-8000-{count:012x}", time >> 16, time & 0xffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn event_ids_differ_and_look_like_uuids() {
        let (first, second) = (event_id(1_800_000_000_000), event_id(1_800_000_000_000));
        assert_ne!(first, second);
        assert_eq!(first.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
    }
}
