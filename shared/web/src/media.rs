//! Inspects uploaded files, and turns media errors into responses.

use aviary_media::{CleanImage, CleanVideo, MediaError, inspect, inspect_video};

use crate::error::ApiError;
use crate::form::{File, Form};

/// What a file counts at least against the bytes of its account, for the requests to S3 that it costs.
const LEAST_COST: u64 = 65_536;
/// So many pixels of work cost a decoder what a byte costs to store.
const PIXELS_PER_BYTE: u64 = 16;

impl Form {
    /// What the files of a tweet count against the bytes that its account may upload. A few bytes can be a picture that
    /// takes seconds to decode, so it counts by its work where that is more.
    #[must_use]
    pub fn cost_of_files(&self) -> u64 {
        self.all_files().filter(|file| !file.is_empty_input()).map(cost).sum()
    }
}

fn cost(file: &File) -> u64 {
    let bytes = u64::try_from(file.size()).unwrap_or(u64::MAX);
    let work = inspect(&file.chunks, file.content_type.as_deref()).map_or(0, |image| image.decoded_pixels);
    bytes.max(work / PIXELS_PER_BYTE).max(LEAST_COST)
}

/// Inspects an image of a form.
///
/// # Errors
/// The message for the field that the file came in, in Django REST framework's words where it has some.
pub fn inspect_file(file: &File) -> Result<CleanImage, String> {
    inspect(&file.chunks, file.content_type.as_deref()).map_err(|error| error.client_message())
}

/// Inspects a video of a form.
///
/// # Errors
/// The message for the field that the file came in.
pub fn inspect_video_file(file: &File) -> Result<CleanVideo, String> {
    inspect_video(&file.chunks, file.content_type.as_deref()).map_err(|error| error.client_message())
}

/// 503 for an error that a later attempt may not meet, otherwise 500.
impl From<MediaError> for ApiError {
    fn from(error: MediaError) -> Self {
        if error.is_transient() { Self::unavailable(error) } else { Self::internal(error) }
    }
}
