//! The accepted image types, and how to tell them apart.

use std::fmt;

/// An accepted image type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImageFormat {
    /// JPEG, baseline, extended or progressive.
    Jpeg,
    /// PNG, animated or not.
    Png,
    /// GIF 87a or 89a.
    Gif,
    /// WebP, lossy, lossless or animated.
    WebP,
}

/// The number of bytes that [`ImageFormat::detect`] needs.
pub(super) const SIGNATURE_LENGTH: usize = 12;

impl ImageFormat {
    /// The media type, as in a `Content-Type` header.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
        }
    }

    /// The usual file name extension, without a dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Gif => "gif",
            Self::WebP => "webp",
        }
    }

    /// All types.
    pub(crate) const ALL: [Self; 4] = [Self::Jpeg, Self::Png, Self::Gif, Self::WebP];

    /// The type of a file by its first bytes.
    pub(super) fn detect(start: &[u8]) -> Option<Self> {
        match start {
            [0xFF, 0xD8, 0xFF, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Some(Self::Png),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::WebP),
            _ => None,
        }
    }

    /// The other spellings of the media type that clients write.
    const fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::Jpeg => &["image/jpg", "image/pjpeg", "image/jfif", "image/x-jpeg"],
            Self::Png => &["image/x-png", "image/apng", "image/vnd.mozilla.apng"],
            Self::Gif => &[],
            Self::WebP => &["image/x-webp"],
        }
    }

    /// Whether a declared content type is this type, or names none.
    pub(super) fn agrees_with(self, declared_type: Option<&str>) -> bool {
        let claim = DeclaredType::of(declared_type);
        claim.names_none("image") || claim.is(self.content_type()) || self.aliases().iter().any(|name| claim.is(name))
    }
}

/// The kind of a file that may be uploaded directly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadKind {
    /// A picture, animated or not.
    Image,
    /// A video.
    Video,
}

impl UploadKind {
    /// The kind that a content type names; `None` for any other type.
    #[must_use]
    pub fn of(content_type: &str) -> Option<Self> {
        let claim = DeclaredType::of(Some(content_type));
        let is_image =
            |format: ImageFormat| claim.is(format.content_type()) || format.aliases().iter().any(|name| claim.is(name));
        if ImageFormat::ALL.into_iter().any(is_image) {
            Some(Self::Image)
        } else {
            crate::inspect::mp4::TYPES.iter().any(|name| claim.is(name)).then_some(Self::Video)
        }
    }
}

/// The content type that a file's sender declared.
pub(super) struct DeclaredType<'a>(&'a str);

impl<'a> DeclaredType<'a> {
    pub(super) fn of(declared_type: Option<&'a str>) -> Self {
        Self(declared_type.unwrap_or_default().split(';').next().unwrap_or_default().trim())
    }

    /// The type without its parameters.
    pub(super) fn as_str(&self) -> &'a str {
        self.0
    }

    pub(super) fn is(&self, name: &str) -> bool {
        self.0.eq_ignore_ascii_case(name)
    }

    /// Whether it says nothing about a file of this kind (`image`, `video`): it is missing, a wildcard, or one that
    /// clients write for any bytes.
    pub(super) fn names_none(&self, kind: &str) -> bool {
        const OF_ANY_BYTES: [&str; 6] = [
            "application/octet-stream",
            "binary/octet-stream",
            "application/x-binary",
            "multipart/form-data",
            "application/unknown",
            "application/x-unknown",
        ];
        let of_any = || OF_ANY_BYTES.iter().any(|name| self.is(name));
        match self.0.split_once('/') {
            None => self.0.is_empty(),
            Some((kind_or_star, "*" | "")) => kind_or_star == "*" || kind_or_star.eq_ignore_ascii_case(kind),
            Some(_) => of_any(),
        }
    }
}

impl fmt::Display for ImageFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.content_type())
    }
}
