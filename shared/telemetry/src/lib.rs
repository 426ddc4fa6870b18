//! JSON logs, and the meter that says what a request cost.
//!
//! One line per request; ids dotted (`user.id`), units in names (`duration.ms`). Never logged: passwords,
//! tokens, cookies, addresses of mail, texts of messages.

mod audit;
mod logs;
mod meter;

pub use audit::{Audit, AuditEvent};
pub use logs::{LevelError, init};
pub use meter::{Call, Cost, Meter};
