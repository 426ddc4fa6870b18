//! Parses the records of the stream of the table `social`.

use std::str::FromStr;

use aviary_model::{CommentId, EdgeId, TweetId, UserId};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::dynamodb::error::StoreError;
use crate::social::comments::Comment;
use crate::social::keys::{EdgeKind, RELATION, USER};
use crate::social::profiles::Profiles;
use crate::social::tweets::Tweet;
use crate::social::visibility::Visibility;

type Image = serde_dynamo::Item;

/// The change that one record of the stream describes.
#[derive(Clone, Debug)]
pub enum SocialChange {
    /// An edge with side effects was created or deleted.
    Edge(EdgeChange),
    /// A tweet was created.
    Tweeted(Box<Tweet>),
    /// A tweet's text was edited.
    TweetEdited {
        /// The item before the edit.
        before: Box<Tweet>,
        /// The item after the edit.
        after: Box<Tweet>,
    },
    /// A tweet was deleted.
    TweetGone(Box<Tweet>),
    /// A comment was created.
    Commented(Box<Comment>),
    /// A comment's text was edited.
    CommentEdited {
        /// The item before the edit.
        before: Box<Comment>,
        /// The item after the edit.
        after: Box<Comment>,
    },
    /// A comment was deleted.
    CommentGone(Box<Comment>),
    /// A user is now hidden from another user's timelines and notifications.
    Hidden {
        /// The user whose timelines and notifications are affected.
        user: UserId,
        /// The hidden user.
        other: UserId,
    },
    /// A change without side effects.
    Other,
}

/// The creation or deletion of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EdgeChange {
    /// The user who created the edge.
    pub actor: UserId,
    /// The edge's id.
    pub id: EdgeId,
    /// The edge's kind and target.
    pub to: EdgeTarget,
    /// True if the edge was created, false if it was deleted.
    pub came: bool,
}

/// The kind and the target of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EdgeTarget {
    /// A follow of this user.
    Follow(UserId),
    /// A like of a tweet.
    Like {
        /// The tweet's id.
        tweet: TweetId,
        /// The tweet's author.
        author: UserId,
    },
    /// A retweet of a tweet.
    Retweet {
        /// The tweet's id.
        tweet: TweetId,
        /// The tweet's author.
        author: UserId,
    },
    /// A save of a tweet, which nobody is told of.
    Save(TweetId),
    /// A like of a comment.
    CommentLike {
        /// The comment's id.
        comment: CommentId,
        /// The comment's author.
        author: UserId,
        /// The tweet to which the comment belongs.
        tweet: TweetId,
    },
}

#[derive(Deserialize)]
struct Keys {
    pk: String,
    sk: String,
}

/// The attributes of the edges of all kinds.
#[derive(Deserialize)]
struct Edge {
    /// Only of a like of a comment; the others have their id in the key.
    id: Option<EdgeId>,
    author: Option<UserId>,
    tweet: Option<TweetId>,
    other: Option<UserId>,
}

impl Profiles {
    /// Parses a record from its old and new images, which are in DynamoDB's JSON.
    ///
    /// # Errors
    /// If an image cannot be parsed.
    pub fn in_record(&self, old: Option<Image>, new: Option<Image>) -> Result<SocialChange, StoreError> {
        let Some(image) = new.as_ref().or(old.as_ref()) else { return Ok(SocialChange::Other) };
        let keys: Keys = self.read(image)?;
        match &*keys.sk {
            "TWEET" => self.tweet(old, new),
            "COMMENT" => self.comment(old, new),
            sk if sk.starts_with(RELATION) => self.relation(&keys, old, new),
            // An edge that was only updated was neither created nor deleted.
            _ if old.is_some() && new.is_some() => Ok(SocialChange::Other),
            _ => self.edge(image, &keys, new.is_some()),
        }
    }

    fn tweet(&self, old: Option<Image>, new: Option<Image>) -> Result<SocialChange, StoreError> {
        let Some(new) = new else {
            let gone = old.map(|old| self.read(&old)).transpose()?;
            return Ok(gone.map_or(SocialChange::Other, SocialChange::TweetGone));
        };
        let after: Box<Tweet> = self.read(&new)?;
        let Some(old) = old else { return Ok(SocialChange::Tweeted(after)) };
        let before: Box<Tweet> = self.read(&old)?;
        let is_edit = before.message != after.message;
        Ok(if is_edit { SocialChange::TweetEdited { before, after } } else { SocialChange::Other })
    }

    fn comment(&self, old: Option<Image>, new: Option<Image>) -> Result<SocialChange, StoreError> {
        let old = old.map(|old| self.read::<Box<Comment>>(&old)).transpose()?;
        let new = new.map(|new| self.read::<Box<Comment>>(&new)).transpose()?;
        Ok(match (old, new) {
            (None, Some(new)) => SocialChange::Commented(new),
            (Some(old), None) => SocialChange::CommentGone(old),
            (Some(before), Some(after)) if before.message != after.message => {
                SocialChange::CommentEdited { before, after }
            }
            _ => SocialChange::Other,
        })
    }

    fn relation(&self, keys: &Keys, old: Option<Image>, new: Option<Image>) -> Result<SocialChange, StoreError> {
        let hides = |image: Option<Image>| match image {
            Some(image) => self.read::<Visibility>(&image).map(Visibility::is_hidden),
            None => Ok(false),
        };
        if hides(old)? || !hides(new)? {
            return Ok(SocialChange::Other);
        }
        Ok(SocialChange::Hidden {
            user: self.id(keys.pk.strip_prefix(USER), "its key has no user")?,
            other: self.id(keys.sk.strip_prefix(RELATION), "it names no user")?,
        })
    }

    fn edge(&self, image: &Image, keys: &Keys, came: bool) -> Result<SocialChange, StoreError> {
        let Some((word, place)) = keys.sk.split_once('#') else { return Ok(SocialChange::Other) };
        let Some(kind) = EdgeKind::ALL.into_iter().find(|kind| kind.word() == word) else {
            return Ok(SocialChange::Other);
        };
        let edge: Edge = self.read(image)?;
        let actor = self.id(keys.pk.strip_prefix(kind.partition()), "its key has no actor")?;
        let author = edge.author.ok_or_else(|| self.table.corrupt("it has no author"));
        let tweet = edge.tweet.ok_or_else(|| self.table.corrupt("it has no tweet"));
        let other = edge.other.ok_or_else(|| self.table.corrupt("it names no other user"));
        let to = match kind {
            EdgeKind::Follow => EdgeTarget::Follow(other?),
            EdgeKind::Like => EdgeTarget::Like { tweet: tweet?, author: author? },
            EdgeKind::Retweet => EdgeTarget::Retweet { tweet: tweet?, author: author? },
            EdgeKind::CommentLike => {
                let comment = self.id(Some(place), "it likes no comment")?;
                let id = edge.id.ok_or_else(|| self.table.corrupt("it has no id"))?;
                let to = EdgeTarget::CommentLike { comment, author: author?, tweet: tweet? };
                return Ok(SocialChange::Edge(EdgeChange { actor, id, to, came }));
            }
            EdgeKind::Save => EdgeTarget::Save(tweet?),
            EdgeKind::Block | EdgeKind::Mute => return Ok(SocialChange::Other),
        };
        let id = self.id(Some(place), "its key has no id")?;
        Ok(SocialChange::Edge(EdgeChange { actor, id, to, came }))
    }

    fn id<T: FromStr>(&self, text: Option<&str>, wrong: &str) -> Result<T, StoreError> {
        text.and_then(|text| text.parse().ok()).ok_or_else(|| self.table.corrupt(wrong))
    }

    fn read<T: DeserializeOwned>(&self, image: &Image) -> Result<T, StoreError> {
        serde_dynamo::from_item(image.clone()).map_err(|cause| self.table.corrupt(&cause.to_string()))
    }
}
