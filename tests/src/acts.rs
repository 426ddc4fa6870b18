//! What tests let people do, over HTTP, as functions that demand success or return the answer.

pub mod integers;
pub mod media;
pub mod people;
pub mod tokens;
pub mod tweets;
