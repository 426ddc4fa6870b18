//! Tests of the function: thumbnails of pictures, what a killed process leaves to the next one, and files that replace
//! others.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_truncation)]

mod fixture;
mod killed;
mod replaced;
mod thumbnails;
