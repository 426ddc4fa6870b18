//! An operation that is measured.

use std::fmt;

use super::events::Event;

/// A request that is repeated.
pub(super) struct Operation {
    pub(super) name: &'static str,
    /// The event of the request with this number.
    pub(super) event: Box<dyn Fn(u32) -> Vec<u8>>,
    /// The expected status; `None` for events that are not HTTP requests.
    pub(super) status: Option<u64>,
    /// Why the budgets of ordinary requests do not apply.
    pub(super) heavy: Option<&'static str>,
    /// Budget of round trips to DynamoDB.
    pub(super) round_trips: Option<u64>,
    /// Goal of instructions per request, in thousands.
    pub(super) instructions: Option<u64>,
    /// How often it can be repeated.
    pub(super) at_most: Option<u32>,
    /// Whether it is the first request after a measured start. It takes one or two round trips.
    pub(super) is_first: bool,
}

impl Operation {
    /// An operation without budgets.
    pub(super) fn new(name: &'static str, status: u64, event: impl Fn(u32) -> Vec<u8> + 'static) -> Self {
        Self {
            name,
            event: Box::new(event),
            status: Some(status),
            heavy: None,
            round_trips: None,
            instructions: None,
            at_most: None,
            is_first: false,
        }
    }

    pub(super) fn fixed(name: &'static str, status: u64, event: &Event) -> Self {
        let bytes = event.to_bytes();
        Self::new(name, status, move |_| bytes.clone())
    }

    /// An event of a stream or schedule. It does not log its round trips, so these are not measured.
    pub(super) fn scheduled(name: &'static str, event: &Event) -> Self {
        Self { status: None, ..Self::fixed(name, 0, event) }
    }

    pub(super) fn round_trips(self, most: u64) -> Self {
        Self { round_trips: Some(most), ..self }
    }

    pub(super) fn thousand_instructions(self, most: u64) -> Self {
        Self { instructions: Some(most), ..self }
    }

    pub(super) fn heavy(self, why: &'static str) -> Self {
        Self { heavy: Some(why), ..self }
    }

    pub(super) fn first(self) -> Self {
        Self { is_first: true, ..self }
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
