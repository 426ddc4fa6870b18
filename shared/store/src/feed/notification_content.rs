//! The content of a notification, and its id, which is the same for every repetition of its cause.

use aviary_model::{CommentId, NotificationId, Timestamp, TweetId, UserId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::dynamodb::item::digest;

/// What somebody did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationKind {
    /// Likes a tweet or a comment.
    Like,
    /// Commented on a tweet.
    Comment,
    /// Follows.
    Follow,
    /// Named somebody in a tweet or a comment, or answered a tweet.
    Mention,
    /// Retweeted a tweet.
    Retweet,
}

impl NotificationKind {
    /// The word in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Like => "like",
            Self::Comment => "comment",
            Self::Follow => "follow",
            Self::Mention => "mention",
            Self::Retweet => "retweet",
        }
    }
}

/// What somebody is to be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationContent {
    /// What was done.
    pub kind: NotificationKind,
    /// Who did it.
    pub actor: UserId,
    /// The tweet that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tweet: Option<TweetId>,
    /// The comment that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<CommentId>,
    /// When it was done.
    pub created_at: Timestamp,
}

impl NotificationContent {
    /// What it is about: the comment if there is one, else the tweet, else the actor.
    pub(crate) fn subject(&self) -> Uuid {
        let tweet = || self.tweet.map_or(self.actor.uuid(), TweetId::uuid);
        self.comment.map_or_else(tweet, CommentId::uuid)
    }

    /// The id of the one notification of this for this recipient, however often its cause comes. Its first half is made
    /// of the subject, so that all that somebody was told of a tweet lies side by side.
    #[must_use]
    pub fn id_for(&self, recipient: UserId) -> NotificationId {
        let (kind, actor, subject) = (self.kind.as_str(), self.actor, self.subject());
        let whole = digest(&format!("{recipient}#{kind}#{actor}#{subject}"));
        let halves = subject_half(subject).into_iter().chain(whole.into_iter().skip(8));
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(halves).for_each(|(to, from)| *to = from);
        NotificationId::of_digest(bytes)
    }
}

fn subject_half(subject: Uuid) -> impl IntoIterator<Item = u8> {
    digest(&format!("about {subject}")).into_iter().take(8)
}

/// The beginning of the ids of all that somebody was told of a subject.
pub(crate) fn subject_prefix(subject: Uuid) -> String {
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(subject_half(subject)).for_each(|(to, from)| *to = from);
    // Up to the third hyphen.
    NotificationId::of_digest(bytes).to_string().chars().take(19).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id<T: std::str::FromStr>(end: u8) -> T
    where
        T::Err: std::fmt::Debug,
    {
        format!("019a0000-0000-7000-8000-0000000000{end:02x}").parse().expect("an id")
    }

    fn news(kind: NotificationKind, actor: u8, tweet: u8) -> NotificationContent {
        NotificationContent {
            kind,
            actor: id(actor),
            tweet: Some(id(tweet)),
            comment: None,
            created_at: Timestamp::from_millis(0),
        }
    }

    #[test]
    fn one_actor_kind_and_target_is_one_notification() {
        use NotificationKind::{Like, Retweet};
        let one = news(Like, 1, 2).id_for(id(9));
        let later = NotificationContent { created_at: Timestamp::from_millis(7), ..news(Like, 1, 2) };
        assert_eq!(one, later.id_for(id(9)));
        for other in [news(Retweet, 1, 2).id_for(id(9)), news(Like, 3, 2).id_for(id(9)), news(Like, 1, 2).id_for(id(8))]
        {
            assert_ne!(one, other);
            assert!(other.to_string().starts_with(&subject_prefix(id::<TweetId>(2).uuid())), "{other}");
        }
        let elsewhere = news(Like, 1, 3).id_for(id(9));
        assert!(!elsewhere.to_string().starts_with(&subject_prefix(id::<TweetId>(2).uuid())));
    }
}
