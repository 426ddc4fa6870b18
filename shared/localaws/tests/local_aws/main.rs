//! Tests the local AWS as functions use it: with the AWS SDK, over its ports.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "tests fail loudly, and talk to DynamoDB without the store's wrapper"
)]

mod access;
mod conditions;
mod delivery;
mod durability;
mod fixture;
mod indexes;
mod logs;
mod mail;
mod object_refusals;
mod objects;
mod post;
mod presigned;
mod process;
mod roles;
mod start;
mod streams;
mod transactions;
mod ttl;
