//! What may be put into the bucket: files that have been inspected.

use bytes::Bytes;

use crate::{CleanImage, CleanVideo};

/// A file that passed its inspection. Only this can be stored.
pub trait Upload {
    /// The media type that it is served with.
    fn content_type(&self) -> &'static str;
    /// The file, in order.
    fn parts(&self) -> &[Bytes];
    /// The sum of the parts' lengths.
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
