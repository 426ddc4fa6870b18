//! Delivers one stream to one function: in order, at least once, one batch at a time.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use aviary_template::Filter;
use bytes::Bytes;
use serde_json::{Value, json};

use super::backoff::Backoff;
use super::batch::{Batch, Rules, Undone};
use super::records::{Reader, Record};
use super::report::Report;
use super::state::{Failure, State, Subscription};
use super::target::{Outcome, Target};
use crate::clock::Clock;

/// The pause between two polls of an idle stream.
const POLL: Duration = Duration::from_millis(100);
const RETRIES_EXHAUSTED: &str = "RetryAttemptsExhausted";
const TOO_OLD: &str = "RecordAgeExceeded";

/// One function's share of a stream.
pub(crate) struct StreamDelivery {
    pub(crate) subscription: Subscription,
    pub(crate) reader: Reader,
    pub(crate) state: State,
    pub(crate) target: Target,
    pub(crate) rules: Rules,
    pub(crate) batch_size: u32,
    pub(crate) filter: Filter,
    pub(crate) maximum_age: Option<Duration>,
    /// The least age of a record when it is delivered.
    pub(crate) delay: Duration,
    pub(crate) clock: Clock,
}

/// What there is to deliver.
enum Found {
    /// These records.
    Batch(Batch),
    /// None of the records up to this sequence number.
    Skipped(String),
    /// No record that is old enough.
    Nothing,
}

/// The state of a running delivery.
struct Run {
    backoff: Backoff,
    report: Report,
    /// Why the last attempt failed.
    error: Option<String>,
}

impl StreamDelivery {
    /// Delivers until the task is dropped.
    pub(crate) async fn run(self) {
        let what = format!("the stream of {} to the function {}", self.table(), self.subscription.function);
        let mut run = Run { backoff: Backoff::default(), report: Report::new(what), error: None };
        loop {
            match self.next_batch().await {
                Ok(Found::Batch(batch)) => self.deliver(&mut run, batch).await,
                Ok(Found::Skipped(sequence)) => self.advance(&mut run, sequence).await,
                Ok(Found::Nothing) => tokio::time::sleep(POLL).await,
                Err(error) => {
                    run.report.failed(&error);
                    run.backoff.wait().await;
                }
            }
        }
    }

    /// The table's name, from the stream's ARN.
    fn table(&self) -> &str {
        self.subscription.stream.split('/').nth(1).unwrap_or(&self.subscription.stream)
    }

    /// The next records that are old enough and pass the filter.
    async fn next_batch(&self) -> Result<Found, String> {
        let (state, subscription, reader) = (self.state.clone(), self.subscription.clone(), self.reader.clone());
        let limit = self.batch_size;
        let mut records = blocking(move || {
            let position = state.position(&subscription).map_err(|error| error.to_string())?;
            reader.read(&position.unwrap_or_default(), limit)
        })
        .await?;
        let until = self.clock.now_ms().saturating_sub(millis(self.delay));
        let ripe = if self.delay.is_zero() {
            records.len()
        } else {
            records.iter().take_while(|record| record.created_ms <= until).count()
        };
        records.truncate(ripe);
        let Some(last) = records.last().map(|record| record.sequence.clone()) else { return Ok(Found::Nothing) };
        records.retain(|record| self.filter.passes(&record.event));
        Ok(match records.is_empty() {
            true => Found::Skipped(last),
            false => Found::Batch(Batch { records: records.into(), attempts: 0 }),
        })
    }

    /// Returns when every record of `batch` is done or given up.
    async fn deliver(&self, run: &mut Run, batch: Batch) {
        let mut waiting = VecDeque::from([batch]);
        while let Some(batch) = waiting.pop_front() {
            let Some(batch) = self.without_expired(run, batch).await else { continue };
            let Some(undone) = self.attempt(run, &batch).await else {
                run.backoff.wait().await;
                waiting.push_front(batch);
                continue;
            };
            let next = self.rules.next(batch, undone);
            if let Some(sequence) = next.done {
                self.advance(run, sequence).await;
                run.backoff.reset();
            }
            if let Some(batch) = next.give_up {
                self.give_up(run, batch, RETRIES_EXHAUSTED).await;
            }
            if undone != Undone::Nothing && !next.deliver.is_empty() {
                run.backoff.wait().await;
            }
            next.deliver.into_iter().rev().for_each(|batch| waiting.push_front(batch));
        }
    }

    /// Invokes the function once; `None` if the server could not be reached or did not invoke it.
    async fn attempt(&self, run: &mut Run, batch: &Batch) -> Option<Undone> {
        let undone = match self.target.invoke(&self.subscription.function, Bytes::from(event(batch).to_string())).await
        {
            Outcome::Answered(answer) => self.rules.read(&answer, batch),
            Outcome::Failed(error) => {
                run.fail(error);
                return Some(Undone::All);
            }
            Outcome::NotInvoked(error) => {
                run.report.failed(&error);
                return None;
            }
            Outcome::NotUp => {
                run.report.not_up();
                return None;
            }
        };
        match undone {
            Undone::Nothing => run.report.worked(),
            Undone::From(_) => run.fail("the function reported a record as failed".to_owned()),
            Undone::All => run.fail("the function's answer names no record of the batch".to_owned()),
        }
        Some(undone)
    }

    /// `batch` without the records over the maximum age, which are given up; `None` if all are.
    async fn without_expired(&self, run: &mut Run, mut batch: Batch) -> Option<Batch> {
        let Some(age) = self.maximum_age else { return Some(batch) };
        let oldest = self.clock.now_ms().saturating_sub(millis(age));
        let expired = batch.records.iter().take_while(|record| record.created_ms < oldest).count();
        if expired == 0 {
            return Some(batch);
        }
        let rest = batch.records.split_off(expired);
        self.give_up(run, batch, TOO_OLD).await;
        (!rest.is_empty()).then_some(Batch { records: rest, attempts: 0 })
    }

    async fn advance(&self, run: &mut Run, sequence: String) {
        self.save(run, move |state, of| state.advance(of, &sequence)).await;
    }

    async fn give_up(&self, run: &mut Run, batch: Batch, condition: &'static str) {
        let sequence = |record: Option<&Record>| record.map(|record| record.sequence.clone()).unwrap_or_default();
        let failure = Arc::new(Failure {
            function: self.subscription.function.clone(),
            stream: self.subscription.stream.clone(),
            condition,
            error: run.error.take(),
            attempts: batch.attempts,
            records: batch.records.len(),
            first_sequence_number: sequence(batch.records.front()),
            last_sequence_number: sequence(batch.records.back()),
            failed_at: self.clock.now_rfc3339(),
            event: event(&batch),
        });
        tracing::warn!(
            "a batch of {} ({} in it) is given up for the function {} ({condition}): see GET /_local/failures",
            self.table(),
            failure.records,
            failure.function,
        );
        self.save(run, move |state, of| state.give_up(of, &failure)).await;
        run.backoff.reset();
    }

    /// Repeats until the change is saved: otherwise records would be delivered again, or a failure would be lost.
    async fn save(
        &self,
        run: &mut Run,
        work: impl Fn(&State, &Subscription) -> rusqlite::Result<()> + Clone + Send + 'static,
    ) {
        loop {
            let (state, subscription, work) = (self.state.clone(), self.subscription.clone(), work.clone());
            match blocking(move || work(&state, &subscription).map_err(|error| error.to_string())).await {
                Ok(()) => return,
                Err(error) => {
                    run.report.failed(&error);
                    run.backoff.wait().await;
                }
            }
        }
    }
}

impl Run {
    fn fail(&mut self, error: String) {
        self.report.failed(&error);
        self.error = Some(error);
    }
}

fn event(batch: &Batch) -> Value {
    let records: Vec<_> = batch.records.iter().map(|record| &record.event).collect();
    json!({"Records": records})
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, String> + Send + 'static) -> Result<T, String> {
    tokio::task::spawn_blocking(work).await.map_err(|error| error.to_string())?
}
