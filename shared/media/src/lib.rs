//! Media in S3: inspection of uploaded files, object keys, and access to the bucket.
//!
//! [`inspect`] turns an uploaded file into a [`CleanImage`]: its type is what its bytes are, its size is known, and its
//! metadata is removed. [`inspect_video`] does the same for an MP4. An [`ObjectKey`] names a public object, and
//! [`MediaUrls`] its URL. A [`PrivateKey`] names an object that is not served; a client reads or uploads one through a
//! signed URL or form. [`Bucket`] stores, reads and deletes objects. The inspection and the bucket do not depend on
//! each other, except that only an inspected file can be stored under a public key.

mod bucket;
mod inspect;
mod keys;

pub use bucket::Bucket;
pub use bucket::checked::{Fetched, Version};
pub use bucket::error::MediaError;
pub use bucket::in_parts::PrivateFile;
pub use bucket::list::{KeyPage, MediaPart};
pub use bucket::presign::{Download, PresignedPost, UploadTerms};
pub use bucket::upload::Upload;
pub use inspect::error::InspectError;
pub use inspect::format::{ImageFormat, UploadKind};
pub use inspect::limits::{
    MAX_FRAMES, MAX_IMAGE_BYTES, MAX_IMAGE_PIXELS, MAX_IMAGE_SIDE, MAX_SCANNED_PIXELS, MAX_SCANS, MAX_VIDEO_BYTES,
    MAX_VIDEO_SECONDS,
};
pub use inspect::mp4::error::VideoError;
pub use inspect::mp4::outline::VideoOutline;
pub use inspect::mp4::{CleanVideo, VideoPlan, inspect_video, plan_video};
pub use inspect::{CleanImage, inspect};
pub use keys::InvalidKey;
pub use keys::folder::Folder;
pub use keys::object_key::ObjectKey;
pub use keys::private_key::PrivateKey;
pub use keys::urls::MediaUrls;
