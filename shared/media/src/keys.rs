//! Names of objects in the bucket: public keys, private keys, folders and URLs.

pub(crate) mod folder;
pub(crate) mod object_key;
pub(crate) mod prefixes;
pub(crate) mod private_key;
pub(crate) mod urls;

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

/// A key of an object in the bucket. `K` says which keys there are: [`crate::ObjectKey`] or [`crate::PrivateKey`].
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key<K> {
    text: String,
    kind: PhantomData<K>,
}

/// A kind of key.
pub trait KeyKind: Sized {
    /// The name in debug output.
    const NAME: &'static str;

    /// Builds a key from the fields in a text. The caller compares it with the text, so that only one spelling is
    /// valid.
    fn rebuild(text: &str) -> Option<Key<Self>>;
}

/// A text that is not a key of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an object key")]
pub struct InvalidKey(String);

impl InvalidKey {
    /// Keeps the first 200 characters of the text for the log.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(text.chars().take(200).collect())
    }
}

impl<K> Key<K> {
    const fn new(text: String) -> Self {
        Self { text, kind: PhantomData }
    }

    /// The key as S3 knows it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The key as a text, to store it in an item.
    #[must_use]
    pub fn into_string(self) -> String {
        self.text
    }
}

impl<K: KeyKind> fmt::Debug for Key<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple(K::NAME).field(&self.text).finish()
    }
}

impl<K> fmt::Display for Key<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<K> AsRef<str> for Key<K> {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl<K: KeyKind> FromStr for Key<K> {
    type Err = InvalidKey;

    /// Reads a key that was stored as a text. Only a text that a constructor can have made is valid.
    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        K::rebuild(text).filter(|key| key.text == text).ok_or_else(|| InvalidKey::of(text))
    }
}
