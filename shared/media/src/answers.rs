//! What a client hears of an upload that failed.

use aviary_web::{ApiError, File};

use crate::{CleanImage, CleanVideo, MediaError, inspect, inspect_video};

/// Inspects a file of a form. Its refusal is a message for the field that it came in.
///
/// # Errors
/// The message for the sender, in Django REST framework's words where it has some.
pub fn inspect_file(file: &File) -> Result<CleanImage, String> {
    inspect(&file.chunks, file.content_type.as_deref()).map_err(|error| error.client_message())
}

/// Inspects a video of a form. Its refusal is a message for the field that it came in.
///
/// # Errors
/// The message for the sender.
pub fn inspect_video_file(file: &File) -> Result<CleanVideo, String> {
    inspect_video(&file.chunks, file.content_type.as_deref()).map_err(|error| error.client_message())
}

impl From<MediaError> for ApiError {
    fn from(error: MediaError) -> Self {
        if error.is_transient() { Self::unavailable(error) } else { Self::internal(error) }
    }
}
