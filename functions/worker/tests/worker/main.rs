//! Tests of the worker's handler over the local AWS: they write data through the store, hand an event to the handler,
//! and inspect what is left.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod export;
mod fixture;
mod integers;
mod jobs;
mod killed;
mod mail;
mod mail_events;
mod purge;
mod ranking;
mod reports;
mod seed;
mod sessions;
