//! JSON logs, the audit trail, and the meter of what a request costs.
//!
//! A request leaves one line. Fields of one thing share a prefix (`user.id`), and units are part of the name
//! (`duration.ms`). Passwords, tokens, cookies, mail addresses and message texts are never logged.

mod audit;
mod logs;
mod meter;
mod request_line;

pub use audit::{Audit, AuditEvent};
pub use logs::{LevelError, init};
pub use meter::{Call, Cost, Meter, join_chains};
pub use request_line::{MetricPlace, RequestLine};
