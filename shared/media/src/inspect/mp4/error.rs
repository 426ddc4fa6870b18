//! Why a video is not taken.

use super::MAX_VIDEO_SECONDS;

/// Why a video is not taken. `Display` is for the log; [`VideoError::client_message`] for the sender.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VideoError {
    /// There is no byte in it.
    #[error("the file is empty")]
    Empty,
    /// It is larger than [`super::MAX_VIDEO_BYTES`].
    #[error("the file has {size} bytes, more than the {limit} that are taken")]
    TooLarge {
        /// Its size in bytes.
        size: u64,
        /// The size that would be taken.
        limit: u64,
    },
    /// It does not begin as an MP4 does.
    #[error("the file is no MP4")]
    NotAVideo,
    /// Its bytes are an MP4, but it claims to be something else.
    #[error("the file claims to be {declared_type:?} but is video/mp4")]
    TypeMismatch {
        /// The content type it came with, shortened if it is very long.
        declared_type: String,
    },
    /// It breaks a rule of its format, or ends too early.
    #[error("the MP4 is malformed at byte {offset}: {reason}")]
    Malformed {
        /// Where the rule is broken.
        offset: usize,
        /// Which rule.
        reason: &'static str,
    },
    /// It is cut into fragments, as streams are.
    #[error("the MP4 is fragmented")]
    Fragmented,
    /// It has a track that is neither picture nor sound, such as positions.
    #[error("the MP4 has a track of other data")]
    OtherTrack,
    /// It is longer than [`MAX_VIDEO_SECONDS`].
    #[error("the video is {millis} ms long")]
    TooLong {
        /// Its length.
        millis: u64,
    },
    /// It has no area, or too much of it.
    #[error("the video is {width} by {height} pixels")]
    Dimensions {
        /// Its width in pixels.
        width: u32,
        /// Its height in pixels.
        height: u32,
    },
}

/// How much of a declared type is repeated.
const CLAIM_LENGTH: usize = 100;

impl VideoError {
    pub(super) fn type_mismatch(declared_type: &str) -> Self {
        Self::TypeMismatch { declared_type: declared_type.chars().take(CLAIM_LENGTH).collect() }
    }

    /// The sentence for the sender of the file.
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
            Self::OtherTrack => {
                "The video has a track that is neither picture nor sound, such as positions; save it without."
                    .to_owned()
            }
            Self::NotAVideo | Self::Malformed { .. } | Self::Dimensions { .. } => {
                "Upload a valid video. The file you uploaded was either not an MP4 or a corrupted video.".to_owned()
            }
        }
    }
}
