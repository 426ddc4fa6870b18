//! Files that can be stored under a public key: those that passed their inspection.

use bytes::Bytes;

use crate::inspect::CleanImage;
use crate::inspect::mp4::CleanVideo;

/// A file that passed its inspection. [`crate::Bucket::put`] stores nothing else.
pub trait Upload {
    /// The media type it is served with.
    fn content_type(&self) -> &'static str;
    /// The parts of the file, in order.
    fn parts(&self) -> &[Bytes];
    /// The total length in bytes.
    fn length(&self) -> u64;
}

impl Upload for CleanImage {
    fn content_type(&self) -> &'static str {
        self.format.content_type()
    }

    fn parts(&self) -> &[Bytes] {
        &self.parts
    }

    fn length(&self) -> u64 {
        self.length
    }
}

impl Upload for CleanVideo {
    fn content_type(&self) -> &'static str {
        "video/mp4"
    }

    fn parts(&self) -> &[Bytes] {
        &self.parts
    }

    fn length(&self) -> u64 {
        self.length
    }
}
