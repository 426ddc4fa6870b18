//! The worker's handler over the local AWS: seed through the store, hand it an event, look at what is left.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod fixture;
mod integers;
mod jobs;
mod killed;
mod mail;
mod purge;
mod seed;
mod sessions;
