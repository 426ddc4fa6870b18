//! Reports: what is reported, why, and what the reporter wrote about it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::id::{CommentId, IdError, TweetId, UserId};

/// What a report is about. Its text is `tweet:<id>`, `comment:<id>` or `profile:<id>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReportTarget {
    /// A tweet.
    Tweet(TweetId),
    /// A comment.
    Comment(CommentId),
    /// A profile, by its user's id.
    Profile(UserId),
}

impl ReportTarget {
    /// The word before the colon.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::Tweet(_) => "tweet",
            Self::Comment(_) => "comment",
            Self::Profile(_) => "profile",
        }
    }

    /// The id behind the colon.
    #[must_use]
    pub fn uuid(self) -> Uuid {
        match self {
            Self::Tweet(id) => id.uuid(),
            Self::Comment(id) => id.uuid(),
            Self::Profile(id) => id.uuid(),
        }
    }
}

impl fmt::Display for ReportTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind(), self.uuid())
    }
}

impl FromStr for ReportTarget {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        match text.split_once(':') {
            Some(("tweet", id)) => id.parse().map(Self::Tweet),
            Some(("comment", id)) => id.parse().map(Self::Comment),
            Some(("profile", id)) => id.parse().map(Self::Profile),
            _ => Err(IdError),
        }
    }
}

impl Serialize for ReportTarget {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ReportTarget {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Why somebody reports something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportReason {
    /// Advertising or repetition that nobody asked for.
    Spam,
    /// It attacks or threatens somebody.
    Abuse,
    /// It breaks the law.
    Illegal,
    /// Anything else; the note says what.
    Other,
}

impl ReportReason {
    /// All reasons, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Spam, Self::Abuse, Self::Illegal, Self::Other];

    /// The reason's word in requests and items.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Spam => "spam",
            Self::Abuse => "abuse",
            Self::Illegal => "illegal",
            Self::Other => "other",
        }
    }

    /// Reads the word.
    ///
    /// # Errors
    /// DRF's message for a choice that does not exist.
    pub fn parse(text: &str) -> Result<Self, Vec<String>> {
        let found = Self::ALL.into_iter().find(|reason| reason.as_str() == text);
        // Only the beginning of a long word is repeated.
        found.ok_or_else(|| vec![format!("\"{text:.100}\" is not a valid choice.")])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_read_back_from_its_text() {
        for text in [
            "tweet:019a0000-0000-7000-8000-0000000000aa",
            "comment:019a0000-0000-7000-8000-0000000000bb",
            "profile:019a0000-0000-7000-8000-0000000000cc",
        ] {
            assert_eq!(text.parse::<ReportTarget>().map(|target| target.to_string()), Ok(text.to_owned()));
        }
        for wrong in ["", "tweet", "tweet:", "tweet:x", "like:019a0000-0000-7000-8000-0000000000aa"] {
            assert_eq!(wrong.parse::<ReportTarget>(), Err(IdError), "{wrong}");
        }
    }

    #[test]
    fn another_word_is_no_reason() {
        assert_eq!(ReportReason::parse("abuse"), Ok(ReportReason::Abuse));
        assert_eq!(ReportReason::parse("Abuse"), Err(vec!["\"Abuse\" is not a valid choice.".to_owned()]));
    }
}
