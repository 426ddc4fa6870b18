//! Tests of callers, tokens, keys, refresh families, limits and passwords over an embedded DynamoDB.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests fail loudly, and change tables behind the store's back"
)]

mod callers;
mod claims;
mod fixture;
mod forgeries;
mod keyring;
mod limits;
mod minting;
mod passwords;
mod refresh;
mod refresh_race;
mod rotation;
