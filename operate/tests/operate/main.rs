//! The operator's tasks against a local AWS of each test's own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod deployment;
mod import;
mod program;
mod recount;
mod staff;
