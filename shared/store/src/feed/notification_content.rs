//! The content of a notification, and its id, which is the same whenever its cause is repeated.

use aviary_model::{CommentId, NotificationId, Timestamp, TweetId, UserId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::dynamodb::item::digest;

/// The kind of action that a notification reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationKind {
    /// A like of a tweet or a comment.
    Like,
    /// A comment on a tweet.
    Comment,
    /// A follow.
    Follow,
    /// A mention in a tweet or a comment, or a reply to a tweet.
    Mention,
    /// A retweet.
    Retweet,
}

impl NotificationKind {
    /// The kind's name in responses.
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

/// The content of a notification, without its recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationContent {
    /// The kind of action.
    pub kind: NotificationKind,
    /// The user who acted.
    pub actor: UserId,
    /// The tweet that the action concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tweet: Option<TweetId>,
    /// The comment that the action concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<CommentId>,
    /// The time of the action.
    pub created_at: Timestamp,
}

impl NotificationContent {
    /// The subject: the comment if there is one, else the tweet, else the actor.
    pub(crate) fn subject(&self) -> Uuid {
        let tweet = || self.tweet.map_or(self.actor.uuid(), TweetId::uuid);
        self.comment.map_or_else(tweet, CommentId::uuid)
    }

    /// The id of this notification for a recipient. The same kind, actor and subject give the same id, however often
    /// the action is repeated. The first half of the id depends only on the subject, so a recipient's notifications
    /// about one subject are adjacent in the table.
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

/// The common prefix of the ids of all notifications about a subject.
pub(crate) fn subject_prefix(subject: Uuid) -> String {
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(subject_half(subject)).for_each(|(to, from)| *to = from);
    // The prefix ends after the third hyphen.
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
    fn one_actor_kind_and_target_gives_one_notification() {
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
