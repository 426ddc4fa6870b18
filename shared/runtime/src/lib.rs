//! How every function starts: settings from the environment, the log, SDK configuration, clock and randomness.
//!
//! No HTTP: functions of streams and schedules run by [`run_events`], those that answer HTTP by `aviary_web::run`.

mod events;
mod os;
mod settings;
mod start;
mod stream;

pub use events::{EventHandler, run_events};
pub use os::{OsEntropy, SystemClock};
pub use settings::{Settings, SettingsError};
pub use start::{Start, StartError, block_on};
pub use stream::{batch_response, parse_record, stream_records};
