//! Tests of the table `credentials`.

mod caller_state;
mod device_tokens;
mod idempotency_keys;
mod limit_counters;
mod live_sessions;
mod one_time_tokens;
pub(crate) mod refresh_families;
mod refresh_family_race;
mod returned_mail;
mod signing_keys;
