//! Media in S3: what may be stored, under which key, and how it gets there.
//!
//! [`inspect`] turns an uploaded file into a [`CleanImage`]: its type is what its bytes say, its size is known, and its
//! metadata is gone. [`ObjectKey`] names where it is kept, [`MediaUrls`] where a client finds it, and [`Bucket`] puts it there.

mod answers;
mod bucket;
mod inspect;
mod keys;

pub use answers::inspect_file;
pub use bucket::{Bucket, MediaError};
pub use inspect::{CleanImage, ImageFormat, InspectError, MAX_IMAGE_BYTES, MAX_IMAGE_PIXELS, MAX_IMAGE_SIDE, inspect};
pub use keys::{Folder, InvalidKey, MediaUrls, ObjectKey};
