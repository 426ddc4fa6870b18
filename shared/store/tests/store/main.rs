//! Tests of the store against a DynamoDB interface: the embedded one, or the one at `AVIARY_TEST_DYNAMODB_URL`, such as
//! AWS's own DynamoDB Local.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests fail loudly, and look at tables behind the store's back"
)]

mod accounts;
mod administration_lists;
mod cost;
mod credentials;
mod dynamodb;
mod fixture;
mod integers;
mod jobs;
mod social;
