//! Rotates the signing keys on a schedule.

mod keys;

pub use keys::Keys;
