//! Checks what clients uploaded directly, serves it clean, and makes thumbnails.
//! `docs/decisions/0018-media-by-direct-upload.md` has the states and the failures.

mod decoding;
mod event;
mod media;
mod settled;
mod thumbnail;
mod tweet_picture;
mod upload;
mod video;

pub use decoding::{DECODE, decode_standard_input};
pub use media::Media;
pub use thumbnail::{THUMBNAIL_SIDE, Thumbnail, ThumbnailError, thumbnail};
