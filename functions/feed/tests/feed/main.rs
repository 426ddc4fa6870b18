//! Tests of the feed's handler over the local AWS: they act through the store, hand the stream's records to the handler
//! in every batching and order, and inspect the tables.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod acts;
mod batches;
mod bounds;
mod costs;
mod counts;
mod faults;
mod killed;
mod notifications;
mod one_recipient;
mod proxy;
mod removals;
mod stream;
mod timeline_sources;
mod timelines;
mod world;
