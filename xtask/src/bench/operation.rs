//! An operation that is measured.

use std::fmt;

use anyhow::Result;

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

    /// An operation that has each of these events once.
    pub(super) fn each(name: &'static str, status: u64, events: Vec<Vec<u8>>) -> Result<Self> {
        let count = u32::try_from(events.len())?;
        let pick =
            move |number: u32| usize::try_from(number).ok().and_then(|n| events.get(n)).cloned().unwrap_or_default();
        Ok(Self { at_most: Some(count), ..Self::new(name, status, pick) })
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

    /// How often it is done before it is measured, and how often then, where `requests` are wished.
    pub(super) fn repeats(&self, requests: u32) -> (u32, u32) {
        let requests = if self.heavy.is_some() { requests.div_ceil(50) } else { requests };
        let requests = self.at_most.map_or(requests, |most| most.min(requests)).max(1);
        let is_warm = self.at_most.is_some() || self.heavy.is_some();
        (if is_warm { 0 } else { requests.div_ceil(20) }, requests)
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn heavy_and_scarce_requests_are_repeated_less() {
        let ordinary = Operation::new("users/me", 200, |_| Vec::new());
        assert_eq!(ordinary.repeats(300), (15, 300));
        assert_eq!(ordinary.heavy("hashing").repeats(300), (0, 6));
        let scarce = Operation::each("delete", 204, vec![vec![1], vec![2]]).unwrap();
        assert_eq!(scarce.repeats(300), (0, 2));
        assert_eq!([(scarce.event)(0), (scarce.event)(1), (scarce.event)(2)], [vec![1], vec![2], vec![]]);
    }
}
