use std::fmt;

use super::events::Event;

/// Something that a function is asked for, again and again.
pub(super) struct Operation {
    pub(super) name: &'static str,
    /// The event for the request with a certain number.
    pub(super) event: Box<dyn Fn(u32) -> Vec<u8>>,
    /// The status of the right answer; none where the answer is no HTTP.
    pub(super) status: Option<u64>,
    /// What makes it too dear for the budgets of ordinary requests.
    pub(super) heavy: Option<&'static str>,
    /// The most sequential steps to DynamoDB that it may take.
    pub(super) steps: Option<u64>,
    /// How often it can be repeated at all.
    pub(super) at_most: Option<u32>,
    /// Whether it is the first request when the start is measured: it asks DynamoDB once or twice.
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
            steps: None,
            at_most: None,
            is_first: false,
        }
    }

    pub(super) fn fixed(name: &'static str, status: u64, event: &Event) -> Self {
        let bytes = event.to_bytes();
        Self::new(name, status, move |_| bytes.clone())
    }

    /// What a schedule brings. Its steps are not told in the log, and so not measured.
    pub(super) fn scheduled(name: &'static str, event: &Event) -> Self {
        Self { status: None, ..Self::fixed(name, 0, event) }
    }

    pub(super) fn steps(self, most: u64) -> Self {
        Self { steps: Some(most), ..self }
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
