//! Invokes a function for the events of a rule, as EventBridge and Lambda do: at least once, in no certain order.
//! Messages of a queue are delivered likewise, one by one.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use super::backoff::Backoff;
use super::report::Report;
use super::state::{State, StoredEvent};
use super::target::{Outcome, Target};
use crate::clock::Clock;

/// Lambda retries an asynchronous invocation twice.
const ATTEMPTS: u32 = 3;
/// The pause between two looks for events.
const POLL: Duration = Duration::from_millis(50);
/// The pause before the first retry, and twice as long before the second. Lambda waits for one minute and two.
const RETRY_AFTER_MS: i64 = 500;

/// The events of one function.
pub(crate) struct RuleDelivery {
    pub(crate) function: String,
    pub(crate) state: State,
    pub(crate) target: Target,
    pub(crate) clock: Clock,
}

impl RuleDelivery {
    /// Delivers until the task is dropped.
    pub(crate) async fn run(self) {
        let mut report = Report::new(format!("the events of the function {}", self.function));
        let mut backoff = Backoff::default();
        loop {
            match self.next().await {
                Ok(Some(event)) => {
                    if self.deliver(&event, &mut report).await {
                        backoff.reset();
                    } else {
                        backoff.wait().await;
                    }
                }
                Ok(None) => tokio::time::sleep(POLL).await,
                Err(error) => {
                    report.failed(&error);
                    backoff.wait().await;
                }
            }
        }
    }

    async fn next(&self) -> Result<Option<StoredEvent>, String> {
        let (function, now) = (self.function.clone(), self.clock.now_ms());
        self.blocking(move |state| state.due_event(&function, now)).await
    }

    /// Invokes the function once. False if it was not invoked.
    async fn deliver(&self, event: &StoredEvent, report: &mut Report) -> bool {
        let id = event.id;
        let outcome = match self.target.invoke(&self.function, Bytes::from(event.event.clone())).await {
            Outcome::Answered(answer) if names_failures(&answer) => {
                Outcome::Failed("the function names its message as failed".to_owned())
            }
            other => other,
        };
        let saved = match outcome {
            Outcome::Answered(_) => {
                report.worked();
                self.blocking(move |state| state.event_done(id)).await
            }
            Outcome::Failed(error) if event.attempts + 1 >= ATTEMPTS => {
                report.failed(&error);
                let failure = json!({
                    "function": self.function,
                    "condition": "RetriesExhausted",
                    "error": error,
                    "attempts": ATTEMPTS,
                    "failed_at": self.clock.now_rfc3339(),
                    "event": serde_json::from_str::<Value>(&event.event).unwrap_or_default(),
                });
                self.blocking(move |state| state.give_up_event(id, &failure)).await
            }
            Outcome::Failed(error) => {
                report.failed(&error);
                let due = self.clock.now_ms() + RETRY_AFTER_MS * i64::from(event.attempts + 1);
                self.blocking(move |state| state.event_failed(id, due)).await
            }
            Outcome::NotInvoked(error) => {
                report.failed(&error);
                return false;
            }
            Outcome::NotUp => {
                report.not_up();
                return false;
            }
        };
        saved.inspect_err(|error| report.failed(error)).is_ok()
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&State) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, String> {
        let state = self.state.clone();
        let done = tokio::task::spawn_blocking(move || work(&state)).await.map_err(|error| error.to_string())?;
        done.map_err(|error| error.to_string())
    }
}

/// Whether the answer to a queue's batch names messages that failed.
fn names_failures(answer: &[u8]) -> bool {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    answer.get("batchItemFailures").and_then(Value::as_array).is_some_and(|failures| !failures.is_empty())
}
