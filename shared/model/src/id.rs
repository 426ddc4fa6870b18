//! Ids: UUIDv7, so that they sort by time. Clients treat them as opaque.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Entropy, EntropyError, Timestamp};

/// A text that is no id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id")]
pub struct IdError;

fn version_7(now: Timestamp, entropy: &dyn Entropy) -> Result<Uuid, EntropyError> {
    let millis = u64::try_from(now.millis()).unwrap_or_default();
    Ok(uuid::Builder::from_unix_timestamp_millis(millis, &entropy.bytes::<10>()?).into_uuid())
}

/// Only the hyphenated lower-case form is an id, so that one thing has one name.
fn parse(text: &str) -> Result<Uuid, IdError> {
    let uuid = Uuid::try_parse(text).map_err(|_| IdError)?;
    if uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == text { Ok(uuid) } else { Err(IdError) }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id, of this moment.
            ///
            /// # Errors
            /// When there is no randomness.
            pub fn new(now: Timestamp, entropy: &dyn Entropy) -> Result<Self, EntropyError> {
                version_7(now, entropy).map(Self)
            }

            /// The bare UUID.
            #[must_use]
            pub fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                parse(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id! {
    /// A user, and the user's profile.
    UserId
}
id! {
    /// A session of any kind: refresh family, device token, web session. Tokens name it as `sid`.
    SessionId
}
id! {
    /// A tweet.
    TweetId
}
id! {
    /// A picture of a tweet.
    MediaId
}
id! {
    /// A generation of an integer session's sets: what one manifest leads to.
    GenerationId
}
id! {
    /// A version of an integer set: each time it is written it is another one.
    VersionId
}
id! {
    /// An upload that went to the bucket and waits to be named by a request.
    UploadId
}

id! {
    /// A comment.
    CommentId
}
id! {
    /// Something that somebody did to something: a follow, a like, a retweet. A new one each time it is done anew.
    EdgeId
}
id! {
    /// A notification.
    NotificationId
}

/// A tweet's own place in a timeline, beside those of retweets.
impl From<TweetId> for EdgeId {
    fn from(tweet: TweetId) -> Self {
        Self(tweet.0)
    }
}

impl EdgeId {
    /// The moment it was made.
    #[must_use]
    pub fn made_at(self) -> Timestamp {
        let [a, b, c, d, e, f, ..] = self.0.into_bytes();
        let millis = u64::from_be_bytes([0, 0, a, b, c, d, e, f]);
        Timestamp::from_millis(i64::try_from(millis).unwrap_or_default())
    }
}

impl NotificationId {
    /// The id that this digest stands for: the same digest, the same id.
    #[must_use]
    pub fn of_digest(digest: [u8; 16]) -> Self {
        Self(uuid::Builder::from_custom_bytes(digest).into_uuid())
    }
}

impl SessionId {
    /// The id that this digest stands for: the same digest, the same id.
    #[must_use]
    pub fn of_digest(digest: [u8; 16]) -> Self {
        Self(uuid::Builder::from_custom_bytes(digest).into_uuid())
    }
}

/// A token id (`jti`): 32 lower-case hex digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenId(String);

impl TokenId {
    /// A new, random one.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn new(entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        Ok(Self(hex::encode(entropy.bytes::<16>()?)))
    }

    /// The hex digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TokenId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == 32 && text.bytes().all(hex) { Ok(Self(text.to_owned())) } else { Err(IdError) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Fixed(u8);
    impl Entropy for Fixed {
        fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
            buffer.fill(self.0);
            Ok(())
        }
    }

    #[test]
    fn ids_sort_by_time_whatever_the_randomness() {
        let early = UserId::new(Timestamp::from_millis(1_000), &Fixed(0xff)).map(|id| id.to_string());
        let late = UserId::new(Timestamp::from_millis(1_001), &Fixed(0x00)).map(|id| id.to_string());
        assert!(early.expect("an id") < late.expect("an id"));
    }

    #[test]
    fn one_thing_has_one_name() {
        let id = "019a0000-0000-7000-8000-0000000000aa";
        assert_eq!(id.parse::<TweetId>().map(|id| id.to_string()), Ok(id.to_owned()));
        for other in
            [&*id.to_uppercase(), "019a000000007000800000000000aa", "", "x", "{019a0000-0000-7000-8000-0000000000aa}"]
        {
            assert_eq!(other.parse::<TweetId>(), Err(IdError), "{other}");
        }
    }
}
