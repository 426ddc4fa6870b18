//! Ids: UUIDv7 (RFC 9562 §5.7), so that they sort by time. Clients treat them as opaque texts.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Entropy, EntropyError, Timestamp};

/// The text is not an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id")]
pub struct IdError;

fn version_7(now: Timestamp, entropy: &dyn Entropy) -> Result<Uuid, EntropyError> {
    let millis = u64::try_from(now.millis()).unwrap_or_default();
    Ok(uuid::Builder::from_unix_timestamp_millis(millis, &entropy.bytes::<10>()?).into_uuid())
}

/// Reads the hyphenated lower-case form only, so that each id has one spelling.
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
            /// A new id, which sorts by `now`.
            ///
            /// # Errors
            /// When no random bytes are available.
            pub fn new(now: Timestamp, entropy: &dyn Entropy) -> Result<Self, EntropyError> {
                version_7(now, entropy).map(Self)
            }

            /// The id that this UUID is, where ids are stored as bytes.
            #[must_use]
            pub fn of_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID, for keys of objects and edges.
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
    /// The id of a user, which is also the id of the user's profile.
    UserId
}
id! {
    /// The id of a session of any kind: refresh family, device token or web session. Tokens name it as `sid`.
    SessionId
}
id! {
    /// The id of a tweet.
    TweetId
}
id! {
    /// The id of an image or a video of a tweet.
    MediaId
}
id! {
    /// The id of a generation: the sets of an integer session that one manifest lists.
    GenerationId
}
id! {
    /// The id of a version of an integer set; every write makes a new one.
    VersionId
}
id! {
    /// The id of an upload to the bucket, which a later request names.
    UploadId
}

id! {
    /// The id of a comment.
    CommentId
}
id! {
    /// The id of an edge: a follow, block, mute, like, retweet or save. A repeated action has a new id.
    EdgeId
}
id! {
    /// The id of a notification.
    NotificationId
}

id! {
    /// The id of a report of a tweet, a comment or a profile.
    ReportId
}

/// A tweet's own position in a timeline; a retweet's position is the id of its edge.
impl From<TweetId> for EdgeId {
    fn from(tweet: TweetId) -> Self {
        Self(tweet.0)
    }
}

impl EdgeId {
    /// The time at which the edge was made, to the millisecond.
    #[must_use]
    pub fn made_at(self) -> Timestamp {
        let [a, b, c, d, e, f, ..] = self.0.into_bytes();
        let millis = u64::from_be_bytes([0, 0, a, b, c, d, e, f]);
        Timestamp::from_millis(i64::try_from(millis).unwrap_or_default())
    }
}

impl NotificationId {
    /// The id made of a digest: the same digest gives the same id.
    #[must_use]
    pub fn of_digest(digest: [u8; 16]) -> Self {
        Self(uuid::Builder::from_custom_bytes(digest).into_uuid())
    }
}

impl SessionId {
    /// The id made of a digest: the same digest gives the same id.
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
    /// A new random id.
    ///
    /// # Errors
    /// When no random bytes are available.
    pub fn new(entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        Ok(Self(hex::encode(entropy.bytes::<16>()?)))
    }

    /// The 32 hex digits.
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
    fn ids_sort_by_time_whatever_their_random_bytes() {
        let early = UserId::new(Timestamp::from_millis(1_000), &Fixed(0xff)).map(|id| id.to_string());
        let late = UserId::new(Timestamp::from_millis(1_001), &Fixed(0x00)).map(|id| id.to_string());
        assert!(early.expect("an id") < late.expect("an id"));
    }

    #[test]
    fn an_id_has_one_spelling() {
        let id = "019a0000-0000-7000-8000-0000000000aa";
        assert_eq!(id.parse::<TweetId>().map(|id| id.to_string()), Ok(id.to_owned()));
        for other in
            [&*id.to_uppercase(), "019a000000007000800000000000aa", "", "x", "{019a0000-0000-7000-8000-0000000000aa}"]
        {
            assert_eq!(other.parse::<TweetId>(), Err(IdError), "{other}");
        }
    }
}
