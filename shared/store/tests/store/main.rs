//! The store against a real DynamoDB interface: the embedded one, or the one that `AVIARY_TEST_DYNAMODB_URL` names
//! (such as AWS's own DynamoDB Local).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests fail loudly, and look at tables behind the store's back"
)]

mod accounts;
mod cost;
mod credentials;
mod dynamodb;
mod fixture;
mod integers;
mod jobs;
mod social;
