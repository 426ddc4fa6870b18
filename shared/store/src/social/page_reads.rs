//! Batched reads for a page: everything its entries refer to, and the viewer's relation to it.

use std::collections::{HashMap, HashSet};

use aviary_model::{CommentId, TweetId, UserId};
use futures_util::future::try_join;

use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, Key};
use crate::dynamodb::pages::{attribute, id_behind};
use crate::dynamodb::table::SocialTable;
use crate::social::comments::Comment;
use crate::social::edge_states::{ReactionIds, Relation};
use crate::social::keys::{
    COMMENT_LIKE, REACTION, RELATION, comment_key, comment_like_key, reaction_key, relation_key, tweet_key,
};
use crate::social::profiles::{Profile, profile_key};
use crate::social::tweets::Tweet;
use crate::social::visibility::Visibility;

/// The keys of everything that a page needs.
#[derive(Clone, Debug, Default)]
pub struct PageKeys {
    viewer: Option<UserId>,
    tweets: HashMap<TweetId, UserId>,
    reactions: HashSet<TweetId>,
    comments: HashMap<CommentId, UserId>,
    people: HashSet<UserId>,
}

/// Keys by how their items are read.
#[derive(Debug, Default)]
struct KeysToRead {
    /// What the viewer wrote. Their next read shows it, so these items are read consistently.
    own: Vec<Key>,
    /// What others wrote. It may lag for some seconds, and then costs half.
    of_others: Vec<Key>,
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
        self.tweets.insert(id, author);
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
        self.comments.insert(id, author);
        self.person(author)
    }

    /// Adds a user's profile, and what stands between the viewer and that user: the follow, blocks and mutes.
    #[must_use]
    pub fn person(mut self, id: UserId) -> Self {
        self.people.insert(id);
        self
    }

    fn keys(&self) -> KeysToRead {
        let mut keys = KeysToRead::default();
        let is_own = |author: UserId| self.viewer == Some(author);
        let tweets = self.tweets.iter().map(|(id, author)| (tweet_key(*id), is_own(*author)));
        let comments = self.comments.iter().map(|(id, author)| (comment_key(*id), is_own(*author)));
        let people = self.people.iter().map(|id| (profile_key(*id), is_own(*id)));
        for (key, own) in tweets.chain(comments).chain(people) {
            if own { keys.own.push(key) } else { keys.of_others.push(key) }
        }
        if let Some(viewer) = self.viewer {
            let tweets: HashSet<TweetId> = self.tweets.keys().chain(&self.reactions).copied().collect();
            keys.own.extend(tweets.into_iter().map(|tweet| reaction_key(viewer, tweet)));
            keys.own.extend(self.comments.keys().map(|comment| comment_like_key(viewer, *comment)));
            let others = self.people.iter().filter(|other| **other != viewer);
            keys.own.extend(others.map(|other| relation_key(viewer, *other)));
        }
        keys
    }
}

/// The items that were read for a page.
#[derive(Clone, Debug, Default)]
pub struct PageData {
    tweets: HashMap<TweetId, Tweet>,
    comments: HashMap<CommentId, Comment>,
    profiles: HashMap<UserId, Profile>,
    relations: HashMap<UserId, Relation>,
    reactions: HashMap<TweetId, ReactionIds>,
    comment_likes: HashSet<CommentId>,
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
        self.relation(id).into()
    }

    /// Merges the results of two reads.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.tweets.extend(other.tweets);
        self.comments.extend(other.comments);
        self.profiles.extend(other.profiles);
        self.relations.extend(other.relations);
        self.reactions.extend(other.reactions);
        self.comment_likes.extend(other.comment_likes);
        self
    }

    /// Does the viewer follow this user?
    #[must_use]
    pub fn follows(&self, id: UserId) -> bool {
        self.relation(id).follow.is_some()
    }

    /// Does the viewer like this tweet?
    #[must_use]
    pub fn likes(&self, id: TweetId) -> bool {
        self.reaction(id).like.is_some()
    }

    /// Did the viewer retweet this tweet?
    #[must_use]
    pub fn retweeted(&self, id: TweetId) -> bool {
        self.reaction(id).retweet.is_some()
    }

    /// Did the viewer save this tweet?
    #[must_use]
    pub fn saved(&self, id: TweetId) -> bool {
        self.reaction(id).save.is_some()
    }

    /// Does the viewer like this comment?
    #[must_use]
    pub fn likes_comment(&self, id: CommentId) -> bool {
        self.comment_likes.contains(&id)
    }

    fn relation(&self, id: UserId) -> Relation {
        self.relations.get(&id).copied().unwrap_or_default()
    }

    fn reaction(&self, id: TweetId) -> ReactionIds {
        self.reactions.get(&id).copied().unwrap_or_default()
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
                if let Some(other) = id_behind(&item, "sk", RELATION) {
                    self.relations.insert(other, table.read(item)?);
                } else if let Some(tweet) = id_behind(&item, "sk", REACTION) {
                    self.reactions.insert(tweet, table.read(item)?);
                } else if let Some(comment) = id_behind(&item, "sk", COMMENT_LIKE) {
                    self.comment_likes.insert(comment);
                }
            }
        }
        Ok(())
    }
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

    /// Reads all keys: what the viewer wrote consistently, what others wrote with a lag of some seconds. One round trip,
    /// however many keys there are; no round trip without keys.
    pub async fn read(&self, keys: &PageKeys) -> Result<PageData, StoreError> {
        let KeysToRead { own, of_others } = keys.keys();
        let (own, of_others) =
            try_join(self.table.batch_get_many(own), self.table.batch_get_many_lagging(of_others)).await?;
        let mut data = PageData::default();
        for item in own.into_iter().chain(of_others) {
            data.take(&self.table, item)?;
        }
        Ok(data)
    }
}
