//! Errors of the inspection of images.

use crate::inspect::format::ImageFormat;
use crate::inspect::limits::{MAX_FRAMES, MAX_IMAGE_PIXELS, MAX_IMAGE_SIDE};

/// Why an image file is refused. `Display` is for the log, [`InspectError::client_message`] for the sender.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InspectError {
    /// The file has no bytes.
    #[error("the file is empty")]
    Empty,
    /// The file is larger than [`crate::MAX_IMAGE_BYTES`].
    #[error("the file has {size} bytes, more than the accepted {limit}")]
    TooLarge {
        /// The file's size in bytes.
        size: u64,
        /// The largest accepted size in bytes.
        limit: u64,
    },
    /// The first bytes are not those of an accepted type.
    #[error("the file is not a JPEG, PNG, GIF or WebP")]
    NotAnImage,
    /// The bytes are an image of another type than the declared one.
    #[error("the file is declared as {declared_type:?} but is {actual}")]
    TypeMismatch {
        /// The declared content type, at most 100 characters of it.
        declared_type: String,
        /// The type of the bytes.
        actual: ImageFormat,
    },
    /// The file ends before the image does.
    #[error("the {format} file is cut off: something at byte {offset} reaches past its end")]
    Truncated {
        /// The type of the bytes.
        format: ImageFormat,
        /// The start of the element that does not fit.
        offset: usize,
    },
    /// The file breaks a rule of its format.
    #[error("the {format} file is malformed at byte {offset}: {reason}")]
    Malformed {
        /// The type of the bytes.
        format: ImageFormat,
        /// The position of the error.
        offset: usize,
        /// The rule that is broken.
        reason: &'static str,
    },
    /// The animation has more frames than [`crate::MAX_FRAMES`].
    #[error("the {format} file has more than {MAX_FRAMES} frames")]
    TooManyFrames {
        /// The type of the bytes.
        format: ImageFormat,
    },
    /// The image has more scans than [`crate::MAX_SCANS`], or they pass over more than [`crate::MAX_SCANNED_PIXELS`].
    #[error("the {format} file has too many scans for its size")]
    TooManyScans {
        /// The type of the bytes.
        format: ImageFormat,
    },
    /// The image has no area, or exceeds a limit.
    #[error("the {format} file is {width} by {height} pixels")]
    Dimensions {
        /// The type of the bytes.
        format: ImageFormat,
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
}

/// The most characters of a declared type that an error repeats. All registered types are shorter.
const DECLARED_TYPE_LENGTH: usize = 100;

impl InspectError {
    pub(super) fn type_mismatch(declared_type: Option<&str>, actual: ImageFormat) -> Self {
        let declared_type = declared_type.unwrap_or_default().trim().chars().take(DECLARED_TYPE_LENGTH).collect();
        Self::TypeMismatch { declared_type, actual }
    }

    /// The message for the sender of the file, in Django REST framework's words where it has some.
    #[must_use]
    pub fn client_message(&self) -> String {
        match self {
            Self::Empty => "The submitted file is empty.".to_owned(),
            Self::TooLarge { limit, .. } => {
                format!("Ensure this file has at most {limit} bytes.")
            }
            Self::TypeMismatch { declared_type, actual } => {
                format!("The file's content does not match its type: it claims to be {declared_type} but is {actual}.")
            }
            Self::TooManyFrames { .. } => format!("Ensure this animation has no more than {MAX_FRAMES} frames."),
            Self::TooManyScans { .. } => {
                "The image has too many scans. Save it smaller, or as a JPEG that is not progressive.".to_owned()
            }
            Self::Dimensions { width, height, .. } if *width > 0 && *height > 0 => format!(
                "The image is too large: {width} by {height} pixels. At most {MAX_IMAGE_SIDE} a side and {} megapixels are allowed.",
                MAX_IMAGE_PIXELS / 1_000_000
            ),
            Self::NotAnImage | Self::Truncated { .. } | Self::Malformed { .. } | Self::Dimensions { .. } => {
                "Upload a valid image. The file you uploaded was either not an image or a corrupted image.".to_owned()
            }
        }
    }
}
