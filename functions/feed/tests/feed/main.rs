//! The feed's handler over the local AWS: act through the store, hand it what the stream would bring in every cut
//! and order, look at what is there.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod batches;
mod bringers;
mod costs;
mod counts;
mod faults;
mod inboxes;
mod killed;
mod people;
mod proxy;
mod removals;
mod stream;
mod timelines;
mod world;
