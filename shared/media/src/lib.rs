//! Media in S3: what may be stored, under which key, and how it gets there.
//!
//! [`inspect`] turns an uploaded file into a [`CleanImage`]: its type is what its bytes say, its size is known, and its
//! metadata is gone; [`inspect_video`] does the same for an MP4. [`ObjectKey`] names where it is kept, [`MediaUrls`] where a
//! client finds it, and [`Bucket`] puts it there. What nobody is served has a [`PrivateKey`]; a client can be let read or
//! upload one such object for a while.

mod bucket;
mod inspect;
mod keys;
mod private_key;
mod upload;

pub use bucket::{Bucket, Download, MediaError, PresignedPost, UploadTerms};
pub use inspect::{
    CleanImage, CleanVideo, ImageFormat, InspectError, MAX_IMAGE_BYTES, MAX_IMAGE_PIXELS, MAX_IMAGE_SIDE,
    MAX_VIDEO_BYTES, MAX_VIDEO_SECONDS, VideoError, inspect, inspect_video,
};
pub use keys::{Folder, InvalidKey, MediaUrls, ObjectKey};
pub use private_key::PrivateKey;
pub use upload::Upload;
