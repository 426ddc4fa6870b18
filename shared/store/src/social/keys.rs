//! The keys of the table `social` (`docs/data-model.md`).

use aviary_model::{CommentId, EdgeId, ReportTarget, TweetId, UserId};
use uuid::Uuid;

use crate::dynamodb::item::Key;
use crate::dynamodb::pages::SHARDS;

/// The kind of an edge from an actor to a target.
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
    pub(crate) const ALL: [Self; 7] =
        [Self::Follow, Self::Block, Self::Mute, Self::Like, Self::Retweet, Self::Save, Self::CommentLike];

    /// The prefix of the sort key.
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

    /// The prefix of the partition that holds the actor's edges of this kind.
    pub(crate) const fn partition(self) -> &'static str {
        match self {
            Self::Follow | Self::Block | Self::Mute => USER,
            Self::Like | Self::Retweet | Self::Save | Self::CommentLike => WORKS,
        }
    }

    /// The prefix of the reverse list's key, where edges are found by their target.
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

/// The prefix of a user's partition: the profile, and what stands between the user and other people.
pub(crate) const USER: &str = "U#";
/// The prefix of the partition of a user's works: tweets, comments and reactions. `tweets` may write here, and nowhere
/// else in the name of a user.
pub(crate) const WORKS: &str = "W#";

/// The partition of a user.
pub(crate) fn user_pk(user: UserId) -> String {
    format!("{USER}{user}")
}

/// The partition of a user's works.
pub(crate) fn works_pk(user: UserId) -> String {
    format!("{WORKS}{user}")
}

/// The key of an edge. Its id is in the sort key, so an actor's edges of one kind lie in the order in which they were
/// made.
pub(crate) fn edge_key(actor: UserId, kind: EdgeKind, id: EdgeId) -> Key {
    Key::new(format!("{}{actor}", kind.partition()), format!("{}#{id}", kind.word()))
}

/// The key of a like of a comment. No list shows a user's likes of comments, so it names its target.
pub(crate) fn comment_like_key(actor: UserId, comment: CommentId) -> Key {
    Key::new(works_pk(actor), format!("{COMMENT_LIKE}{comment}"))
}

/// The index attributes of an edge, for the reverse list (`lists`).
pub(crate) fn edge_index(actor: UserId, kind: EdgeKind, target: Uuid, id: EdgeId) -> [(&'static str, String); 2] {
    [("list_pk", list_pk(&list_of(kind, target), actor.uuid())), ("list_sk", id.to_string())]
}

/// The reverse list of an edge kind, such as a tweet's likes or a user's followers.
pub(crate) fn list_of(kind: EdgeKind, target: Uuid) -> String {
    format!("{}#{target}", kind.list())
}

/// The index partition of a list's entry. Its shard is chosen by the id `by`.
pub(crate) fn list_pk(list: &str, by: Uuid) -> String {
    let [.., last] = by.into_bytes();
    format!("{list}#{}", last % SHARDS)
}

/// The prefix of the sort key of [`relation_key`].
pub(crate) const RELATION: &str = "RELATION#";
/// The prefix of the sort key of [`comment_like_key`].
pub(crate) const COMMENT_LIKE: &str = "CLIKE#";
/// The prefix of the sort key of [`reaction_key`].
pub(crate) const REACTION: &str = "REACTION#";

/// The key of everything that stands between a user and another one, as stored for the first one.
pub(crate) fn relation_key(user: UserId, other: UserId) -> Key {
    Key::new(user_pk(user), format!("{RELATION}{other}"))
}

/// The key of everything that a user did to a tweet.
pub(crate) fn reaction_key(user: UserId, tweet: TweetId) -> Key {
    Key::new(works_pk(user), format!("{REACTION}{tweet}"))
}

/// The key of a tweet.
pub(crate) fn tweet_key(id: TweetId) -> Key {
    Key::new(format!("T#{id}"), "TWEET")
}

/// The key of a comment.
pub(crate) fn comment_key(id: CommentId) -> Key {
    Key::new(format!("C#{id}"), "COMMENT")
}

/// The key of a tweet's entry in its author's list.
pub(crate) fn authored_key(author: UserId, id: TweetId) -> Key {
    Key::new(works_pk(author), format!("TWEET#{id}"))
}

/// The key of a tweet's entry in its author's list of tweets with media.
pub(crate) fn with_media_key(author: UserId, id: TweetId) -> Key {
    Key::new(works_pk(author), format!("MEDIA#{id}"))
}

/// The key of the pointer from an author to a comment.
pub(crate) fn commented_key(author: UserId, id: CommentId) -> Key {
    Key::new(works_pk(author), format!("COMMENT#{id}"))
}

/// The key of a ranked list, or of what one is made from.
pub(crate) fn ranked_key(list: &str) -> Key {
    Key::new("RANKED", list)
}

/// The partition of a person's reports.
pub(crate) fn reporter_pk(reporter: UserId) -> String {
    format!("R#{reporter}")
}

/// The key of a person's report of a thing.
pub(crate) fn report_key(reporter: UserId, target: ReportTarget) -> Key {
    Key::new(reporter_pk(reporter), format!("REPORT#{target}"))
}

/// The key of the case of a thing.
pub(crate) fn case_key(target: ReportTarget) -> Key {
    Key::new(format!("CASE#{target}"), "CASE")
}

/// The list of the reports about a thing.
pub(crate) fn reports_list(target: ReportTarget) -> String {
    format!("REPORTS#{target}")
}
