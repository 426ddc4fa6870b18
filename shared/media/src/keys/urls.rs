//! The public URLs of objects.

/// Builds the URLs of a bucket's public objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaUrls {
    base: String,
}

impl MediaUrls {
    /// `base` precedes every key, such as `https://media.example.com`. Slashes at its end are removed.
    #[must_use]
    pub fn new(base: impl Into<String>) -> Self {
        let mut base = base.into();
        base.truncate(base.trim_end_matches('/').len());
        Self { base }
    }

    /// The URL of an object. Keys need no escaping: they consist of letters, digits, `-`, `.` and `/`.
    #[must_use]
    pub fn url(&self, key: impl AsRef<str>) -> String {
        format!("{}/{}", self.base, key.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::inspect::format::ImageFormat;
    use crate::keys::object_key::ObjectKey;

    #[test]
    fn urls_join_base_and_key_with_one_slash() {
        for base in ["https://m.example.com", "https://m.example.com/", "https://m.example.com//"] {
            assert_eq!(MediaUrls::new(base).url("public/x.png"), "https://m.example.com/public/x.png");
        }
        let key = ObjectKey::avatar(Uuid::max(), 1, ImageFormat::Gif);
        assert_eq!(MediaUrls::new("http://127.0.0.1:1/b").url(&key), format!("http://127.0.0.1:1/b/{key}"));
    }
}
