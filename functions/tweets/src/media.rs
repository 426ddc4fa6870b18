//! Media that are uploaded directly: forms for uploads, and where an upload stands.

pub mod collection;
pub mod item;
