//! Randomness, a parameter everywhere so that tests control it; and secret texts.

use zeroize::Zeroizing;

/// A source of random bytes.
pub trait Entropy: std::fmt::Debug + Send + Sync {
    /// Fills the buffer with unpredictable bytes.
    ///
    /// # Errors
    /// When the operating system provides none. Nothing secret may be made then.
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError>;
}

/// The operating system provided no random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no random bytes available")]
pub struct EntropyError;

impl dyn Entropy + '_ {
    /// `N` random bytes.
    ///
    /// # Errors
    /// As [`Entropy::fill`].
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], EntropyError> {
        let mut buffer = [0; N];
        self.fill(&mut buffer)?;
        Ok(buffer)
    }

    /// A secret of `N` random bytes in lower-case hex.
    ///
    /// # Errors
    /// As [`Entropy::fill`].
    pub fn secret<const N: usize>(&self) -> Result<Secret, EntropyError> {
        Ok(Secret(Zeroizing::new(hex::encode(self.bytes::<N>()?))))
    }
}

/// A text that must not be shown, such as a password or a token. It is wiped when dropped, and its debug output is
/// `***`.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes ownership of the text, so that it is wiped in the end.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text itself. Call it only where the text is hashed, compared or sent.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Counting;
    impl Entropy for Counting {
        fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
            for (value, byte) in (0u8..).zip(buffer) {
                *byte = value;
            }
            Ok(())
        }
    }

    #[test]
    fn a_secret_is_hex_and_is_never_printed() {
        let entropy: &dyn Entropy = &Counting;
        let secret = entropy.secret::<4>();
        assert_eq!(secret.as_ref().map(Secret::expose), Ok("00010203"));
        assert_eq!(format!("{secret:?}"), "Ok(***)");
    }
}
