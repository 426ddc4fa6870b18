//! Tests of the function: thumbnails of pictures, what a killed process leaves to the next one, files that replace
//! others, and files that take too much.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_truncation)]

mod bombs;
mod fixture;
mod killed;
mod replaced;
mod thumbnails;
