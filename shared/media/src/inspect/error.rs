//! Why a file is not taken.

use super::{ImageFormat, MAX_IMAGE_PIXELS, MAX_IMAGE_SIDE};

/// Why a file is not taken. `Display` is for the log; [`InspectError::client_message`] for the sender.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InspectError {
    /// There is no byte in it.
    #[error("the file is empty")]
    Empty,
    /// It is larger than [`super::MAX_IMAGE_BYTES`].
    #[error("the file has {size} bytes, more than the {limit} that are taken")]
    TooLarge {
        /// Its size in bytes.
        size: u64,
        /// The size that would be taken.
        limit: u64,
    },
    /// Its first bytes are those of no type that is taken.
    #[error("the file is no JPEG, PNG, GIF or WebP")]
    NotAnImage,
    /// Its bytes are an image, but not of the type that was declared.
    #[error("the file claims to be {declared_type:?} but is {actual}")]
    TypeMismatch {
        /// The content type it came with, shortened if it is very long.
        declared_type: String,
        /// What the bytes are.
        actual: ImageFormat,
    },
    /// It ends before the image does.
    #[error("the {format} file is cut off: something at byte {offset} reaches past its end")]
    Truncated {
        /// What the bytes are.
        format: ImageFormat,
        /// Where the thing that does not fit begins.
        offset: usize,
    },
    /// It breaks a rule of its format.
    #[error("the {format} file is malformed at byte {offset}: {reason}")]
    Malformed {
        /// What the bytes are.
        format: ImageFormat,
        /// Where the rule is broken.
        offset: usize,
        /// Which rule.
        reason: &'static str,
    },
    /// It has no area, or too much of it.
    #[error("the {format} file is {width} by {height} pixels")]
    Dimensions {
        /// What the bytes are.
        format: ImageFormat,
        /// Its width in pixels.
        width: u32,
        /// Its height in pixels.
        height: u32,
    },
}

/// How much of a declared type is repeated; the longest that is registered has fewer characters.
const CLAIM_LENGTH: usize = 100;

impl InspectError {
    pub(super) fn type_mismatch(declared_type: Option<&str>, actual: ImageFormat) -> Self {
        let declared_type = declared_type.unwrap_or_default().trim().chars().take(CLAIM_LENGTH).collect();
        Self::TypeMismatch { declared_type, actual }
    }

    /// The sentence for the sender of the file: Django REST framework's own, wherever it has one.
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
