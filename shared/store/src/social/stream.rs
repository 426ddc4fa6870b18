//! Parses the records of the stream of the table `social`.

use std::str::FromStr;

use aviary_model::{CommentId, EdgeId, TweetId, UserId};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::dynamodb::error::StoreError;
use crate::social::comments::Comment;
use crate::social::keys::EdgeKind;
use crate::social::profiles::Profiles;
use crate::social::tweets::Tweet;
use crate::social::visibility::Hide;

const HIDE: &str = "HIDE#";

type Image = serde_dynamo::Item;

/// A change of one item of the table.
#[derive(Clone, Debug)]
pub enum SocialChange {
    /// An edge that something follows from came or went.
    Edge(EdgeChange),
    /// Somebody tweeted.
    Tweeted(Box<Tweet>),
    /// Somebody edited a tweet.
    TweetEdited {
        /// As it was.
        before: Box<Tweet>,
        /// As it is.
        after: Box<Tweet>,
    },
    /// Somebody commented on a tweet.
    Commented(Box<Comment>),
    /// Somebody edited a comment.
    CommentEdited {
        /// As it was.
        before: Box<Comment>,
        /// As it is.
        after: Box<Comment>,
    },
    /// A comment went.
    CommentGone(Box<Comment>),
    /// Somebody is left out of somebody's timelines and notifications now.
    Hidden {
        /// Of whose.
        user: UserId,
        /// Who.
        other: UserId,
    },
    /// Something that nothing follows from.
    Other,
}

/// An edge that came or went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EdgeChange {
    /// Whose it is.
    pub actor: UserId,
    /// Its id.
    pub id: EdgeId,
    /// What it leads to.
    pub to: EdgeTarget,
    /// Did it come?
    pub came: bool,
}

/// What an edge leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EdgeTarget {
    /// Follows this one.
    Follow(UserId),
    /// Likes a tweet.
    Like {
        /// Which.
        tweet: TweetId,
        /// Who wrote it.
        author: UserId,
    },
    /// Retweeted a tweet.
    Retweet {
        /// Which.
        tweet: TweetId,
        /// Who wrote it.
        author: UserId,
    },
    /// Likes a comment.
    CommentLike {
        /// Which.
        comment: CommentId,
        /// Who wrote it.
        author: UserId,
        /// The tweet that it is on.
        tweet: TweetId,
    },
}

#[derive(Deserialize)]
struct Keys {
    pk: String,
    sk: String,
}

#[derive(Deserialize)]
struct Edge {
    id: EdgeId,
    author: Option<UserId>,
    tweet: Option<TweetId>,
}

impl Profiles {
    /// Reads a record of the table's stream, whose images are given as DynamoDB's JSON.
    ///
    /// # Errors
    /// When an image can't be read.
    pub fn in_record(&self, old: Option<Image>, new: Option<Image>) -> Result<SocialChange, StoreError> {
        let Some(image) = new.as_ref().or(old.as_ref()) else { return Ok(SocialChange::Other) };
        let keys: Keys = self.read(image)?;
        match &*keys.sk {
            "TWEET" => self.tweet(old, new),
            "COMMENT" => self.comment(old, new),
            sk if sk.starts_with(HIDE) => self.hide(&keys, old, new),
            // An edge that is only changed has neither come nor gone.
            _ if old.is_some() && new.is_some() => Ok(SocialChange::Other),
            _ => self.edge(image, &keys, new.is_some()),
        }
    }

    fn tweet(&self, old: Option<Image>, new: Option<Image>) -> Result<SocialChange, StoreError> {
        let Some(new) = new else { return Ok(SocialChange::Other) };
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

    fn hide(&self, keys: &Keys, old: Option<Image>, new: Option<Image>) -> Result<SocialChange, StoreError> {
        let hides = |image: Option<Image>| match image {
            Some(image) => self.read::<Hide>(&image).map(Hide::hides),
            None => Ok(false),
        };
        if hides(old)? || !hides(new)? {
            return Ok(SocialChange::Other);
        }
        Ok(SocialChange::Hidden {
            user: self.id(keys.pk.strip_prefix("U#"), "its key has no user")?,
            other: self.id(keys.sk.strip_prefix(HIDE), "it hides nobody")?,
        })
    }

    fn edge(&self, image: &Image, keys: &Keys, came: bool) -> Result<SocialChange, StoreError> {
        let Some((word, target)) = keys.sk.split_once('#') else { return Ok(SocialChange::Other) };
        let kinds = [EdgeKind::Follow, EdgeKind::Like, EdgeKind::Retweet, EdgeKind::CommentLike];
        let Some(kind) = kinds.into_iter().find(|kind| kind.word() == word) else { return Ok(SocialChange::Other) };
        let edge: Edge = self.read(image)?;
        let actor = self.id(keys.pk.strip_prefix("U#"), "its key has no actor")?;
        let author = || edge.author.ok_or_else(|| self.table.corrupt("it has no author"));
        let to = match kind {
            EdgeKind::Like => EdgeTarget::Like { tweet: self.id(Some(target), "it likes nothing")?, author: author()? },
            EdgeKind::Retweet => {
                EdgeTarget::Retweet { tweet: self.id(Some(target), "it retweets nothing")?, author: author()? }
            }
            EdgeKind::CommentLike => EdgeTarget::CommentLike {
                comment: self.id(Some(target), "it likes nothing")?,
                author: author()?,
                tweet: edge.tweet.ok_or_else(|| self.table.corrupt("its comment has no tweet"))?,
            },
            _ => EdgeTarget::Follow(self.id(Some(target), "it follows nobody")?),
        };
        Ok(SocialChange::Edge(EdgeChange { actor, id: edge.id, to, came }))
    }

    fn id<T: FromStr>(&self, text: Option<&str>, wrong: &str) -> Result<T, StoreError> {
        text.and_then(|text| text.parse().ok()).ok_or_else(|| self.table.corrupt(wrong))
    }

    fn read<T: DeserializeOwned>(&self, image: &Image) -> Result<T, StoreError> {
        serde_dynamo::from_item(image.clone()).map_err(|cause| self.table.corrupt(&cause.to_string()))
    }
}
