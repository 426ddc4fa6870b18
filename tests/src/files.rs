//! Pictures and videos to upload.

mod photo;
mod video;

pub use photo::{is_same_picture, jpeg, jpeg_with_gps, png, says_where_it_was_taken};
pub use video::{filmed_samples, mov_with_position, mp4_with_position, samples_of, says_where_it_was_filmed};
