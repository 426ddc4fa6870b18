//! Lambda's rules for a batch of stream records: retries, bisecting, partial failures.

use std::collections::VecDeque;

use serde::Deserialize;
use serde_json::Value;

use super::records::Record;

/// Records that are delivered together.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Batch {
    /// Oldest first, never empty.
    pub(crate) records: VecDeque<Record>,
    /// The number of attempts at its first record.
    pub(crate) attempts: u32,
}

/// The records of a batch that a response leaves undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Undone {
    Nothing,
    /// The record at this index and all after it.
    From(usize),
    /// All records; the response does not say which one failed.
    All,
}

/// What to do after an attempt.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Next {
    /// All records up to this sequence number are done.
    pub(crate) done: Option<String>,
    /// The batches to deliver next, in this order.
    pub(crate) deliver: Vec<Batch>,
    /// The batch to give up after its last retry.
    pub(crate) give_up: Option<Batch>,
}

/// How the event source treats failures.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) maximum_retries: Option<u32>,
    pub(crate) bisect: bool,
    pub(crate) report_batch_item_failures: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BatchAnswer {
    batch_item_failures: Option<Vec<Value>>,
}

impl Rules {
    /// Reads from the function's response which records are undone.
    pub(crate) fn read(self, answer: &[u8], batch: &Batch) -> Undone {
        if !self.report_batch_item_failures || answer.trim_ascii().is_empty() {
            return Undone::Nothing;
        }
        let Ok(answer) = serde_json::from_slice::<Option<BatchAnswer>>(answer) else { return Undone::All };
        let failures = answer.and_then(|answer| answer.batch_item_failures).unwrap_or_default();
        let position = |failure: &Value| {
            let sequence = failure.get("itemIdentifier")?.as_str()?;
            batch.records.iter().position(|record| record.sequence == sequence)
        };
        // As on Lambda, an identifier that is not of this batch means that all records failed.
        failures
            .iter()
            .try_fold(Undone::Nothing, |lowest, failure| match (lowest, position(failure)?) {
                (Undone::From(lowest), at) => Some(Undone::From(lowest.min(at))),
                (_, at) => Some(Undone::From(at)),
            })
            .unwrap_or(Undone::All)
    }

    /// What to do with `batch` after an attempt that left `undone`.
    pub(crate) fn next(self, mut batch: Batch, undone: Undone) -> Next {
        let mut next = Next::default();
        match undone {
            Undone::Nothing => {
                next.done = batch.records.pop_back().map(|record| record.sequence);
                return next;
            }
            Undone::From(at) if at > 0 => {
                let done = at.min(batch.records.len());
                next.done = batch.records.drain(..done).next_back().map(|record| record.sequence);
                // The record that is first now has failed once.
                batch.attempts = 1;
            }
            Undone::All if self.bisect && batch.records.len() > 1 => {
                next.deliver = halves(batch);
                return next;
            }
            Undone::From(_) | Undone::All => batch.attempts += 1,
        }
        match self.maximum_retries {
            Some(retries) if batch.attempts > retries => next.give_up = Some(batch),
            _ => next.deliver.push(batch),
        }
        next
    }
}

/// Splitting does not count as a retry: each half keeps the attempts of the whole.
fn halves(mut batch: Batch) -> Vec<Batch> {
    let second = batch.records.split_off(batch.records.len() / 2);
    let attempts = batch.attempts;
    vec![batch, Batch { records: second, attempts }]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(sequences: &[&str], attempts: u32) -> Batch {
        let record = |sequence: &&str| Record { sequence: (*sequence).to_owned(), created_ms: 0, event: Value::Null };
        Batch { records: sequences.iter().map(record).collect(), attempts }
    }

    fn rules(maximum_retries: Option<u32>, bisect: bool) -> Rules {
        Rules { maximum_retries, bisect, report_batch_item_failures: true }
    }

    fn deliver(batches: &[Batch]) -> Next {
        Next { deliver: batches.to_vec(), ..Next::default() }
    }

    fn give_up(batch: Batch) -> Next {
        Next { give_up: Some(batch), ..Next::default() }
    }

    #[test]
    fn an_answer_names_the_lowest_record_that_failed() {
        let batch = batch(&["1", "2", "3"], 0);
        let read = |answer: &str| rules(None, false).read(answer.as_bytes(), &batch);
        for done in ["", " ", "null", "{}", r#"{"batchItemFailures":null}"#, r#"{"batchItemFailures":[]}"#] {
            assert_eq!(read(done), Undone::Nothing, "{done}");
        }
        assert_eq!(read(r#"{"batchItemFailures":[{"itemIdentifier":"3"}]}"#), Undone::From(2));
        assert_eq!(read(r#"{"batchItemFailures":[{"itemIdentifier":"3"},{"itemIdentifier":"2"}]}"#), Undone::From(1));
        for all in [
            r#"{"batchItemFailures":[{"itemIdentifier":"9"}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":"3"},{"itemIdentifier":""}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#,
            r#"{"batchItemFailures":[{"other":"1"}]}"#,
            r#"{"batchItemFailures":"1"}"#,
            "\"done\"",
            "no json",
        ] {
            assert_eq!(read(all), Undone::All, "{all}");
        }
        let silent = Rules { report_batch_item_failures: false, ..rules(None, false) };
        assert_eq!(silent.read(br#"{"batchItemFailures":[{"itemIdentifier":"1"}]}"#, &batch), Undone::Nothing);
    }

    #[test]
    fn records_before_the_failed_one_are_done() {
        let next = rules(Some(1), true).next(batch(&["1", "2", "3"], 1), Undone::From(1));
        assert_eq!(next, Next { done: Some("1".to_owned()), ..deliver(&[batch(&["2", "3"], 1)]) });
        let next = rules(Some(0), true).next(batch(&["1", "2", "3"], 0), Undone::From(1));
        assert_eq!(next, Next { done: Some("1".to_owned()), ..give_up(batch(&["2", "3"], 1)) });
        let next = rules(Some(0), true).next(batch(&["1", "2", "3"], 0), Undone::Nothing);
        assert_eq!(next, Next { done: Some("3".to_owned()), ..Next::default() });
    }

    #[test]
    fn a_batch_is_given_up_after_its_retries() {
        let rules = rules(Some(2), false);
        assert_eq!(rules.next(batch(&["1", "2"], 0), Undone::All), deliver(&[batch(&["1", "2"], 1)]));
        assert_eq!(rules.next(batch(&["1", "2"], 1), Undone::From(0)), deliver(&[batch(&["1", "2"], 2)]));
        assert_eq!(rules.next(batch(&["1", "2"], 2), Undone::All), give_up(batch(&["1", "2"], 3)));
        let endless = Rules { maximum_retries: None, ..rules };
        assert_eq!(endless.next(batch(&["1"], 9_999), Undone::All), deliver(&[batch(&["1"], 10_000)]));
    }

    #[test]
    fn a_failed_batch_is_halved_until_one_record_is_left() {
        let rules = rules(Some(1), true);
        let halves = [batch(&["1"], 0), batch(&["2", "3"], 0)];
        assert_eq!(rules.next(batch(&["1", "2", "3"], 0), Undone::All), deliver(&halves));
        assert_eq!(rules.next(batch(&["1"], 0), Undone::All), deliver(&[batch(&["1"], 1)]));
        assert_eq!(rules.next(batch(&["1"], 1), Undone::All), give_up(batch(&["1"], 2)));
    }
}
