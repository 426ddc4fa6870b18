//! Object keys that a file system can store, and the names of their files.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use s3s::{S3Result, s3_error};

/// A bucket for incomplete objects, with a name that no client can use.
pub(crate) const STAGING: &str = ".staging";
/// The longest file name that common file systems allow, in bytes.
const MAX_FILE_NAME: usize = 255;

/// The address of an object that the local S3 can store.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    pub(crate) bucket: String,
    pub(crate) key: String,
}

impl Address {
    /// Refuses keys that S3 accepts and files cannot have: more than about 150 bytes, and segments with a meaning in a
    /// path.
    pub(crate) fn new(bucket: &str, key: &str) -> S3Result<Self> {
        let address = Self { bucket: bucket.to_owned(), key: key.to_owned() };
        if address.attributes_name().len() > MAX_FILE_NAME {
            return Err(s3_error!(KeyTooLongError, "The local S3 keeps keys of at most about 150 bytes"));
        }
        if !is_plain(key) {
            return Err(s3_error!(
                InvalidArgument,
                "The local S3 keeps no keys that begin or end with a slash or have `//`, `/./` or `/../` in them"
            ));
        }
        Ok(address)
    }

    /// The file in which s3s-fs stores the object's headers.
    pub(crate) fn attributes_name(&self) -> String {
        format!("{}.metadata.json", self.side_name())
    }

    /// The file in which s3s-fs stores the object's ETag and checksums.
    pub(crate) fn info_name(&self) -> String {
        format!("{}.internal.json", self.side_name())
    }

    /// The file in which s3s-fs stores the headers of an unfinished upload.
    pub(crate) fn upload_name(&self, upload_id: &str) -> String {
        format!("{}.upload-{upload_id}.metadata.json", self.side_name())
    }

    fn side_name(&self) -> String {
        format!(".bucket-{}.object-{}", URL_SAFE_NO_PAD.encode(&self.bucket), URL_SAFE_NO_PAD.encode(&self.key))
    }
}

/// Whether every segment of `key` is an ordinary file name.
pub(crate) fn is_plain(key: &str) -> bool {
    !key.contains('\0') && key.split('/').all(|segment| !matches!(segment, "" | "." | ".."))
}

/// Removes the file at `path`. A missing file is no error.
pub(crate) fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn keys_with_path_segments_are_refused() {
        for key in ["", "/a", "a/", "a//b", "../a", "a/..", "public/../a", "./a", "a/./b", "a\0b"] {
            assert!(!is_plain(key), "{key:?}");
            assert!(Address::new("media", key).is_err(), "{key:?}");
        }
        for key in ["a", "public/a.jpg", "..a", "a/...", "ü/ö", ".hidden"] {
            assert!(Address::new("media", key).is_ok(), "{key:?}");
        }
    }

    #[test]
    fn the_longest_key_still_has_file_names() {
        let bucket = "aviary-local-mediabucket";
        let longest = (1..1024).take_while(|&length| Address::new(bucket, &"k".repeat(length)).is_ok()).last();
        let longest = longest.unwrap();
        assert!((140..=160).contains(&longest), "{longest}");
        let address = Address::new(bucket, &"k".repeat(longest)).unwrap();
        assert!(address.attributes_name().len() <= MAX_FILE_NAME);
        assert!(address.info_name().len() <= MAX_FILE_NAME);
    }
}
