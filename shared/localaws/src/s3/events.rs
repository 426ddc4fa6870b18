//! Tells EventBridge's rules about new objects.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aviary_template::{EventRule, EventSources};
use serde_json::json;

use crate::clock::Clock;
use crate::config::DEFAULT_REGION;
use crate::delivery::State;

/// The rules that wait for events of objects, each with its function.
#[derive(Clone)]
pub(crate) struct ObjectEvents {
    state: State,
    rules: Arc<[(String, EventRule)]>,
    sequence: Arc<AtomicU64>,
    clock: Clock,
}

/// A new object.
pub(crate) struct Created<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a str,
    pub(crate) size: u64,
    pub(crate) etag: &'a str,
    /// The operation that made it.
    pub(crate) reason: &'static str,
}

impl ObjectEvents {
    pub(crate) fn new(state: State, sources: &[EventSources]) -> Self {
        let of_function = |sources: &EventSources| {
            let function = sources.binary.clone();
            sources.rules.clone().into_iter().map(move |rule| (function.clone(), rule)).collect::<Vec<_>>()
        };
        let rules = sources.iter().flat_map(of_function).collect();
        Self { state, rules, sequence: Arc::default(), clock: Clock::system() }
    }

    /// Stores an event for each function that has a rule for it. Blocks.
    pub(crate) fn created(&self, object: &Created<'_>) -> rusqlite::Result<()> {
        let now_ms = self.clock.now_ms();
        let sequence = self.sequence.fetch_add(1, Ordering::Relaxed) & 0xffff_ffff_ffff;
        let time = now_ms.unsigned_abs() & 0xffff_ffff_ffff;
        let event = json!({
            "version": "0",
            "id": format!("{:08x}-{:04x}-8000-8000-{sequence:012x}", time >> 16, time & 0xffff),
            "detail-type": "Object Created",
            "source": "aws.s3",
            "account": "000000000000",
            "time": self.clock.now_rfc3339(),
            "region": DEFAULT_REGION,
            "resources": [format!("arn:aws:s3:::{}", object.bucket)],
            "detail": {
                "version": "0",
                "bucket": {"name": object.bucket},
                "object": {
                    "key": object.key,
                    "size": object.size,
                    "etag": object.etag,
                    "sequencer": format!("{now_ms:016X}{sequence:08X}"),
                },
                "request-id": format!("{sequence:016X}"),
                "requester": "000000000000",
                "source-ip-address": "127.0.0.1",
                "reason": object.reason,
            },
        });
        let text = event.to_string();
        for (function, _) in self.rules.iter().filter(|(_, rule)| rule.filter.passes(&event)) {
            self.state.add_event(function, &text, now_ms)?;
        }
        Ok(())
    }
}
