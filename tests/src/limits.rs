//! Rate limits: the refusal, and addresses that no other test has used up.

use serde_json::json;

use crate::client::Answer;
use crate::names::unique;

/// Demands a 429 whose `Retry-After` is between a second and `at_most` seconds.
#[track_caller]
pub fn assert_throttled(answer: &Answer, at_most: u64) {
    assert_eq!(answer.status, 429, "{}", answer.text());
    let seconds: u64 = answer.header("retry-after").expect("Retry-After").parse().expect("seconds");
    assert!((1..=at_most).contains(&seconds), "{seconds}");
    let unit = if seconds == 1 { "second" } else { "seconds" };
    let detail = format!("Request was throttled. Expected available in {seconds} {unit}.");
    let mut refusal = answer.json();
    // Where the route says so, the detail is told as `message` too.
    if let Some(message) = refusal.as_object_mut().expect("an object").remove("message") {
        assert_eq!(message, detail.as_str());
    }
    assert_eq!(refusal, json!({"detail": detail}));
}

/// An IPv6 address of the range for documentation (RFC 3849), in a /64 that no other test has.
#[must_use]
pub fn unused_address() -> String {
    let tail = unique("");
    let group = |at: usize| tail.get(at..at + 4).unwrap_or_default();
    format!("2001:db8:{}:{}::{}", group(0), group(4), group(8))
}
