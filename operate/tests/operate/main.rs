//! Tests of the operator's tasks, each over its own local AWS.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod deployment;
mod import;
mod program;
mod recount;
mod staff;
mod sweep_media;
