//! Inspection of real files, made by other programs than this crate.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]

mod declared_type;
mod fixtures;
mod gif;
mod jpeg;
mod mp4;
mod png;
mod properties;
mod webp;
