//! Batched reads for a page: everything its entries refer to, and the viewer's relation to it.

use std::collections::{HashMap, HashSet};

use aviary_model::{CommentId, TweetId, UserId};
use uuid::Uuid;

use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, Key};
use crate::dynamodb::pages::{attribute, id_behind};
use crate::dynamodb::table::SocialTable;
use crate::social::comments::Comment;
use crate::social::keys::{EdgeKind, comment_key, edge_key, hide_key, tweet_key};
use crate::social::profiles::{Profile, profile_key};
use crate::social::tweets::Tweet;
use crate::social::visibility::Visibility;

/// The keys of everything that a page needs.
#[derive(Clone, Debug, Default)]
pub struct PageKeys {
    viewer: Option<UserId>,
    tweets: HashSet<TweetId>,
    reactions: HashSet<TweetId>,
    comments: HashSet<CommentId>,
    people: HashSet<UserId>,
    follows: HashSet<UserId>,
}

impl PageKeys {
    /// Starts with no keys, for this viewer or for an anonymous one.
    #[must_use]
    pub fn by(viewer: Option<UserId>) -> Self {
        Self { viewer, ..Self::default() }
    }

    /// Adds a tweet with its author, and the viewer's like, retweet and save of it.
    #[must_use]
    pub fn tweet(mut self, id: TweetId, author: UserId) -> Self {
        self.tweets.insert(id);
        self.person(author)
    }

    /// Adds the viewer's like, retweet and save of a tweet that was read already.
    #[must_use]
    pub fn reactions(mut self, id: TweetId) -> Self {
        self.reactions.insert(id);
        self
    }

    /// Adds a comment with its author, and the viewer's like of it.
    #[must_use]
    pub fn comment(mut self, id: CommentId, author: UserId) -> Self {
        self.comments.insert(id);
        self.person(author)
    }

    /// Adds a user's profile, and the blocks and mutes between the viewer and that user.
    #[must_use]
    pub fn person(mut self, id: UserId) -> Self {
        self.people.insert(id);
        self
    }

    /// Adds the viewer's follow of this user.
    #[must_use]
    pub fn follows(mut self, id: UserId) -> Self {
        self.follows.insert(id);
        self
    }

    fn keys(&self) -> Vec<Key> {
        let mut keys: Vec<Key> = self.tweets.iter().map(|id| tweet_key(*id)).collect();
        keys.extend(self.comments.iter().map(|id| comment_key(*id)));
        keys.extend(self.people.iter().map(|id| profile_key(*id)));
        let Some(viewer) = self.viewer else { return keys };
        let edge = |kind, target: Uuid| edge_key(viewer, kind, target);
        for tweet in self.tweets.union(&self.reactions) {
            keys.extend([EdgeKind::Like, EdgeKind::Retweet, EdgeKind::Save].map(|kind| edge(kind, tweet.uuid())));
        }
        keys.extend(self.comments.iter().map(|comment| edge(EdgeKind::CommentLike, comment.uuid())));
        keys.extend(self.follows.iter().map(|other| edge(EdgeKind::Follow, other.uuid())));
        keys.extend(self.people.iter().filter(|other| **other != viewer).map(|other| hide_key(viewer, *other)));
        keys
    }
}

/// The items that were read for a page.
#[derive(Clone, Debug, Default)]
pub struct PageData {
    tweets: HashMap<TweetId, Tweet>,
    comments: HashMap<CommentId, Comment>,
    profiles: HashMap<UserId, Profile>,
    hides: HashMap<UserId, Visibility>,
    edges: HashSet<(EdgeKind, Uuid)>,
}

impl PageData {
    /// The tweet, if it exists.
    #[must_use]
    pub fn tweet(&self, id: TweetId) -> Option<&Tweet> {
        self.tweets.get(&id)
    }

    /// The comment, if it exists.
    #[must_use]
    pub fn comment(&self, id: CommentId) -> Option<&Comment> {
        self.comments.get(&id)
    }

    /// The profile. `None` if the account is deleted; its tweets and comments are then hidden too.
    #[must_use]
    pub fn profile(&self, id: UserId) -> Option<&Profile> {
        self.profiles.get(&id)
    }

    /// The blocks and mutes between the viewer and this user.
    #[must_use]
    pub fn visibility(&self, id: UserId) -> Visibility {
        self.hides.get(&id).copied().unwrap_or_default()
    }

    /// Merges the results of two reads.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.tweets.extend(other.tweets);
        self.comments.extend(other.comments);
        self.profiles.extend(other.profiles);
        self.hides.extend(other.hides);
        self.edges.extend(other.edges);
        self
    }

    /// Does the viewer follow this user?
    #[must_use]
    pub fn follows(&self, id: UserId) -> bool {
        self.has(EdgeKind::Follow, id.uuid())
    }

    /// Does the viewer like this tweet?
    #[must_use]
    pub fn likes(&self, id: TweetId) -> bool {
        self.has(EdgeKind::Like, id.uuid())
    }

    /// Did the viewer retweet this tweet?
    #[must_use]
    pub fn retweeted(&self, id: TweetId) -> bool {
        self.has(EdgeKind::Retweet, id.uuid())
    }

    /// Did the viewer save this tweet?
    #[must_use]
    pub fn saved(&self, id: TweetId) -> bool {
        self.has(EdgeKind::Save, id.uuid())
    }

    /// Does the viewer like this comment?
    #[must_use]
    pub fn likes_comment(&self, id: CommentId) -> bool {
        self.has(EdgeKind::CommentLike, id.uuid())
    }

    fn has(&self, kind: EdgeKind, target: Uuid) -> bool {
        self.edges.contains(&(kind, target))
    }

    fn take(&mut self, table: &SocialTable, item: Item) -> Result<(), StoreError> {
        let sk = attribute(&item, "sk").unwrap_or_default().to_owned();
        match &*sk {
            "TWEET" => {
                let tweet: Tweet = table.read(item)?;
                self.tweets.insert(tweet.id, tweet);
            }
            "COMMENT" => {
                let comment: Comment = table.read(item)?;
                self.comments.insert(comment.id, comment);
            }
            "PROFILE" => {
                let profile: Profile = table.read(item)?;
                self.profiles.insert(profile.id, profile);
            }
            _ => {
                if let Some(other) = id_behind(&item, "sk", "HIDE#") {
                    self.hides.insert(other, table.read(item)?);
                } else if let Some(edge) = edge_of(&sk) {
                    self.edges.insert(edge);
                }
            }
        }
        Ok(())
    }
}

fn edge_of(sk: &str) -> Option<(EdgeKind, Uuid)> {
    let (word, target) = sk.split_once('#')?;
    let kinds = [EdgeKind::Follow, EdgeKind::Like, EdgeKind::Retweet, EdgeKind::Save, EdgeKind::CommentLike];
    let kind = kinds.into_iter().find(|kind| kind.word() == word)?;
    Some((kind, target.parse().ok()?))
}

/// Reads from the `social` table what pages need.
#[derive(Clone, Debug)]
pub struct PageReads {
    table: SocialTable,
}

impl PageReads {
    /// Uses this table. Makes no call.
    #[must_use]
    pub fn new(table: &SocialTable) -> Self {
        Self { table: table.clone() }
    }

    /// Reads all keys consistently. One round trip, however many keys there are; no round trip without keys.
    pub async fn read(&self, keys: &PageKeys) -> Result<PageData, StoreError> {
        let mut data = PageData::default();
        for item in self.table.batch_get_many(keys.keys()).await? {
            data.take(&self.table, item)?;
        }
        Ok(data)
    }
}
