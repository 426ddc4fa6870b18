//! Inspection of real pictures, made by other programs than the one that reads them.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]

mod claims;
mod fixtures;
mod gif;
mod jpeg;
mod mp4;
mod png;
mod properties;
mod webp;
