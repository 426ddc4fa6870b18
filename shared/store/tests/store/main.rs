//! The store against a real DynamoDB interface: the embedded one, or the one that
//! `AVIARY_TEST_DYNAMODB_URL` names (such as AWS's own DynamoDB Local).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests fail loudly, and look at tables behind the store's back"
)]

mod account_change;
mod account_deletion;
mod cost;
mod cost_relations;
mod cost_tweets;
mod device_tokens;
mod failures;
mod family;
mod family_race;
mod fixture;
mod integers;
mod jobs;
mod keys;
mod limits;
mod once;
mod one_time;
mod profiles;
mod reactions;
mod registration;
mod registration_race;
mod relations;
mod retries;
mod scripted;
mod search;
mod standing;
mod tables;
mod tweets;
