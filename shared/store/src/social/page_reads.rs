//! Batched reads for a page: everything its entries refer to, and the viewer's relation to it.

use std::collections::{HashMap, HashSet};

use aviary_model::{CommentId, EdgeId, TweetId, UserId};
use futures_util::future::try_join3;

use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, Key, text};
use crate::dynamodb::pages::{attribute, id_behind};
use crate::dynamodb::table::{SocialTable, run_query};
use crate::social::comments::Comment;
use crate::social::edge_states::{ReactionIds, Relation};
use crate::social::keys::{
    COMMENT_LIKE, REACTION, RELATION, comment_key, comment_like_key, reaction_key, relation_key, tweet_key, works_pk,
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
    authors: HashSet<UserId>,
    people: HashSet<UserId>,
}

/// Keys by how their items are read.
#[derive(Debug, Default)]
struct KeysToRead {
    /// What the viewer wrote. Their next read shows it, so these items are read consistently.
    own: Vec<Key>,
    /// What others wrote, and what only decides whether an author's texts are hidden. It may lag for some seconds, and
    /// then costs half.
    lagging: Vec<Key>,
    /// The tweets between which the viewer's reactions are read together.
    reactions: Option<(TweetId, TweetId)>,
}

/// From so many tweets on, one query reads the viewer's reactions to all tweets in between: twenty keys cost twenty
/// units, also where there is no reaction.
const QUERIED_FROM: usize = 5;
/// The tweets of one query were made within this time. Older ones, such as retweeted ones, are read by key.
const QUERIED_MILLIS: i64 = 7 * 24 * 3_600_000;
/// The most reactions that one query reads, some 30 KB.
const QUERIED_AT_MOST: i32 = 200;

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
        self.author(author)
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
        self.author(author)
    }

    /// Adds the profile of somebody who wrote what the page shows or brought it, and what stands between the viewer and
    /// that user. It decides what is hidden, and may lag for some seconds.
    #[must_use]
    pub fn author(mut self, id: UserId) -> Self {
        self.authors.insert(id);
        self
    }

    /// Adds a user's profile, and, as of this moment, what stands between the viewer and that user: the follow, blocks and mutes.
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
        let people = self.people.union(&self.authors).map(|id| (profile_key(*id), is_own(*id)));
        for (key, own) in tweets.chain(comments).chain(people) {
            if own { keys.own.push(key) } else { keys.lagging.push(key) }
        }
        if let Some(viewer) = self.viewer {
            let (queried, by_key) = self.reacted_to();
            keys.reactions = queried.first().copied().zip(queried.last().copied());
            keys.own.extend(by_key.into_iter().map(|tweet| reaction_key(viewer, tweet)));
            keys.own.extend(self.comments.keys().map(|comment| comment_like_key(viewer, *comment)));
            let others = self.people.iter().filter(|other| **other != viewer);
            keys.own.extend(others.map(|other| relation_key(viewer, *other)));
            let authors = self.authors.difference(&self.people).filter(|other| **other != viewer);
            keys.lagging.extend(authors.map(|other| relation_key(viewer, *other)));
        }
        keys
    }

    /// The tweets whose reactions one query reads, oldest first, and those that are read by key.
    fn reacted_to(&self) -> (Vec<TweetId>, Vec<TweetId>) {
        let mut tweets: Vec<TweetId> = self.tweets.keys().chain(&self.reactions).copied().collect();
        // Ids sort by time.
        tweets.sort_unstable();
        tweets.dedup();
        let made_at = |tweet: &TweetId| EdgeId::from(*tweet).made_at().millis();
        let since = tweets.last().map_or(0, made_at) - QUERIED_MILLIS;
        let recent = tweets.iter().filter(|tweet| made_at(tweet) >= since).count();
        if recent < QUERIED_FROM {
            return (Vec::new(), tweets);
        }
        let queried = tweets.split_off(tweets.len() - recent);
        (queried, tweets)
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
    /// however many keys there are; no round trip without keys. A second one for a viewer who reacted to more than two
    /// hundred tweets made between those of the page.
    pub async fn read(&self, keys: &PageKeys) -> Result<PageData, StoreError> {
        let KeysToRead { own, lagging, reactions } = keys.keys();
        let reads = (self.table.batch_get_many(own), self.table.batch_get_many_lagging(lagging));
        let (own, lagging, (reactions, unread)) =
            try_join3(reads.0, reads.1, self.reactions(keys.viewer, reactions)).await?;
        let mut data = PageData::default();
        for item in own.into_iter().chain(lagging).chain(reactions) {
            data.take(&self.table, item)?;
        }
        if let (Some(viewer), Some(after)) = (keys.viewer, unread) {
            let (queried, _) = keys.reacted_to();
            let rest = queried.into_iter().filter(|tweet| *tweet > after);
            for item in self.table.batch_get_many(rest.map(|tweet| reaction_key(viewer, tweet)).collect()).await? {
                data.take(&self.table, item)?;
            }
        }
        Ok(data)
    }

    /// The viewer's reactions to tweets from the first to the last one; if there are too many, also the tweet of the
    /// last one that was read.
    async fn reactions(
        &self,
        viewer: Option<UserId>,
        between: Option<(TweetId, TweetId)>,
    ) -> Result<(Vec<Item>, Option<TweetId>), StoreError> {
        let (Some(viewer), Some((first, last))) = (viewer, between) else { return Ok((Vec::new(), None)) };
        let place = |tweet: TweetId| text(format!("{REACTION}{tweet}"));
        let call = self
            .table
            .query()
            .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
            .expression_attribute_values(":pk", text(works_pk(viewer)))
            .expression_attribute_values(":first", place(first))
            .expression_attribute_values(":last", place(last))
            .consistent_read(true)
            .limit(QUERIED_AT_MOST);
        let output = run_query(call).await?;
        let items = output.items.unwrap_or_default();
        let is_cut = output.last_evaluated_key.is_some();
        let reached = items.last().filter(|_| is_cut).and_then(|item| id_behind(item, "sk", REACTION));
        Ok((items, reached))
    }
}

#[cfg(test)]
mod tests {
    use aviary_model::{Entropy, EntropyError, Timestamp};

    use super::*;

    #[derive(Debug)]
    struct Zeros;

    impl Entropy for Zeros {
        fn fill(&self, _: &mut [u8]) -> Result<(), EntropyError> {
            Ok(())
        }
    }

    /// The places, among these ages in days, of the tweets that one query covers.
    fn queried(days: &[i64]) -> usize {
        let now = 1_800_000_000_000;
        let id = |day: &i64| TweetId::new(Timestamp::from_millis(now - day * 86_400_000), &Zeros).unwrap();
        let viewer = UserId::new(Timestamp::from_millis(now), &Zeros).unwrap();
        let keys = days.iter().fold(PageKeys::by(Some(viewer)), |keys, day| keys.tweet(id(day), viewer));
        let (queried, by_key) = keys.reacted_to();
        assert_eq!(queried.len() + by_key.len(), days.len());
        queried.len()
    }

    #[test]
    fn one_query_covers_the_recent_tweets_of_a_page_and_no_old_retweet() {
        assert_eq!(queried(&[0, 1, 2, 3]), 0, "few are read by key");
        assert_eq!(queried(&[0, 1, 2, 3, 4]), 5);
        assert_eq!(queried(&[0, 1, 2, 3, 4, 400]), 5);
        assert_eq!(queried(&[0, 100, 200, 300, 400, 500]), 0);
    }
}
