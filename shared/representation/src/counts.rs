//! Counts as the caller expects them. Stored counts follow from the stream, so they may not include what the caller
//! just did.

/// The stored count, but at least 1 if it must include something of the caller's own.
#[must_use]
pub fn with_own(count: u64, own: bool) -> u64 {
    count.max(u64::from(own))
}

/// The count after the caller added to it; `changed` is false if the caller had done so before.
#[must_use]
pub fn one_more(count: u64, changed: bool) -> u64 {
    with_own(count.saturating_add(u64::from(changed)), true)
}

/// The count after the caller took from it; `changed` is false if there was nothing to take.
#[must_use]
pub fn one_less(count: u64, changed: bool) -> u64 {
    count.saturating_sub(u64::from(changed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_includes_what_the_caller_did_even_if_the_stream_lags() {
        assert_eq!((with_own(0, true), with_own(0, false), with_own(5, true)), (1, 0, 5));
        assert_eq!((one_more(4, true), one_more(4, false), one_more(0, false)), (5, 4, 1));
        assert_eq!((one_less(4, true), one_less(4, false), one_less(0, true)), (3, 4, 0));
    }
}
