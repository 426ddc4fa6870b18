//! Errors of the inspection of videos.

use crate::inspect::limits::MAX_VIDEO_SECONDS;

/// Why a video file is refused. `Display` is for the log, [`VideoError::client_message`] for the sender.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VideoError {
    /// The file has no bytes.
    #[error("the file is empty")]
    Empty,
    /// The file is larger than [`crate::MAX_VIDEO_BYTES`].
    #[error("the file has {size} bytes, more than the accepted {limit}")]
    TooLarge {
        /// The file's size in bytes.
        size: u64,
        /// The largest accepted size in bytes.
        limit: u64,
    },
    /// The file does not begin like an MP4 or a QuickTime movie.
    #[error("the file is neither MP4 nor QuickTime")]
    NotAVideo,
    /// The bytes are an MP4, but another type was declared.
    #[error("the file is declared as {declared_type:?} but is video/mp4")]
    TypeMismatch {
        /// The declared content type, at most 100 characters of it.
        declared_type: String,
    },
    /// The file breaks a rule of its format, or is cut off.
    #[error("the MP4 is malformed at byte {offset}: {reason}")]
    Malformed {
        /// The position of the error.
        offset: usize,
        /// The rule that is broken.
        reason: &'static str,
    },
    /// The file consists of fragments, as streams do.
    #[error("the MP4 is fragmented")]
    Fragmented,
    /// Pictures or sound are in a codec that not every player has.
    #[error("the MP4 has no H.264 or HEVC pictures, or its sound is not AAC")]
    Codec,
    /// The video is longer than [`MAX_VIDEO_SECONDS`].
    #[error("the video is {millis} ms long")]
    TooLong {
        /// The duration in milliseconds.
        millis: u64,
    },
    /// The video has no area, or exceeds a limit.
    #[error("the video is {width} by {height} pixels")]
    Dimensions {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
}

/// The most characters of a declared type that an error repeats.
const DECLARED_TYPE_LENGTH: usize = 100;

impl VideoError {
    pub(super) fn type_mismatch(declared_type: &str) -> Self {
        Self::TypeMismatch { declared_type: declared_type.chars().take(DECLARED_TYPE_LENGTH).collect() }
    }

    /// The message for the sender of the file.
    #[must_use]
    pub fn client_message(&self) -> String {
        match self {
            Self::Empty => "The submitted file is empty.".to_owned(),
            Self::TooLarge { limit, .. } => format!("Ensure this file has at most {limit} bytes."),
            Self::TypeMismatch { declared_type } => {
                format!("The file's content does not match its type: it claims to be {declared_type} but is video/mp4.")
            }
            Self::TooLong { .. } => format!("Ensure this video has no more than {MAX_VIDEO_SECONDS} seconds."),
            Self::Fragmented => "Fragmented videos are not taken; save it as one whole MP4.".to_owned(),
            Self::Codec => "Videos must have H.264 or HEVC pictures, and AAC sound if any.".to_owned(),
            Self::NotAVideo | Self::Malformed { .. } | Self::Dimensions { .. } => {
                "Upload a valid video. The file you uploaded was either not an MP4 or a corrupted video.".to_owned()
            }
        }
    }
}
