//! The bucket, against the local S3 and against scripted servers.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod fixture;
mod forms;
mod images;
mod private;
