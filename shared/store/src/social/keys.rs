//! The keys of the table `social` (`docs/data-model.md`).

use aviary_model::{CommentId, EdgeId, TweetId, UserId};
use uuid::Uuid;

use crate::dynamodb::item::Key;
use crate::dynamodb::pages::SHARDS;

/// What an actor does to somebody or something: `U#<actor> / <KIND>#<target>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum EdgeKind {
    Follow,
    Block,
    Mute,
    Like,
    Retweet,
    Save,
    CommentLike,
}

impl EdgeKind {
    /// The beginning of the sort key, and of the place by recency.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Follow => "FOLLOW",
            Self::Block => "BLOCK",
            Self::Mute => "MUTE",
            Self::Like => "LIKE",
            Self::Retweet => "RETWEET",
            Self::Save => "SAVE",
            Self::CommentLike => "CLIKE",
        }
    }

    /// The beginning of the list in the other direction.
    pub(crate) const fn list(self) -> &'static str {
        match self {
            Self::Follow => "FOLLOWERS",
            Self::Block => "BLOCKERS",
            Self::Mute => "MUTERS",
            Self::Like | Self::CommentLike => "LIKES",
            Self::Retweet => "RETWEETS",
            Self::Save => "SAVES",
        }
    }
}

/// Everything of a user's own.
pub(crate) fn user_pk(user: UserId) -> String {
    format!("U#{user}")
}

/// An edge, where its actor is.
pub(crate) fn edge_key(actor: UserId, kind: EdgeKind, target: Uuid) -> Key {
    Key::new(user_pk(actor), format!("{}#{target}", kind.word()))
}

/// What both indexes want of an edge.
pub(crate) fn edge_index(actor: UserId, kind: EdgeKind, target: Uuid, id: EdgeId) -> [(&'static str, String); 3] {
    [
        ("list_pk", list_pk(&list_of(kind, target), actor.uuid())),
        ("list_sk", id.to_string()),
        ("recent_sk", format!("{}#{id}", kind.word())),
    ]
}

/// The list in the other direction of a kind's edges: who likes this, who follows this one.
pub(crate) fn list_of(kind: EdgeKind, target: Uuid) -> String {
    format!("{}#{target}", kind.list())
}

/// The place of one entry in a list: its shard by the id that the entry is by.
pub(crate) fn list_pk(list: &str, by: Uuid) -> String {
    let [.., last] = by.into_bytes();
    format!("{list}#{}", last % SHARDS)
}

/// What stands between two users, as the first one has it.
pub(crate) fn hide_key(user: UserId, other: UserId) -> Key {
    Key::new(user_pk(user), format!("HIDE#{other}"))
}

/// A tweet.
pub(crate) fn tweet_key(id: TweetId) -> Key {
    Key::new(format!("T#{id}"), "TWEET")
}

/// A comment.
pub(crate) fn comment_key(id: CommentId) -> Key {
    Key::new(format!("C#{id}"), "COMMENT")
}

/// A tweet's place in its author's list.
pub(crate) fn authored_key(author: UserId, id: TweetId) -> Key {
    Key::new(user_pk(author), format!("TWEET#{id}"))
}

/// A tweet's place in its author's list of those with media.
pub(crate) fn with_media_key(author: UserId, id: TweetId) -> Key {
    Key::new(user_pk(author), format!("MEDIA#{id}"))
}

/// What leads from an author to a comment.
pub(crate) fn commented_key(author: UserId, id: CommentId) -> Key {
    Key::new(user_pk(author), format!("COMMENT#{id}"))
}
