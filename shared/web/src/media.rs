//! Inspects uploaded files, and turns media errors into responses.

use aviary_media::{CleanImage, CleanVideo, MediaError, inspect, inspect_video};

use crate::error::ApiError;
use crate::form::File;

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
