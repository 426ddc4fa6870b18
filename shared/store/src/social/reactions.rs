//! Likes, retweets and saves of tweets, and likes of comments. Each is an edge in its actor's partition. What a user
//! did to a tweet is stored in one item besides (`U#<u> / REACTION#<tweet>`), so a repeated reaction changes nothing.

use aviary_model::{CommentId, EdgeId, Timestamp, TweetId, UserId};
use aws_sdk_dynamodb::types::{ReturnConsumedCapacity, ReturnValue};
use serde::Serialize;

use crate::dynamodb::client::{Direction, MAX_ROUNDS, metered};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Condition, Update};
use crate::dynamodb::item::{Item, item, text};
use crate::dynamodb::pages::{ListPage, Order, PartitionRange, id_behind};
use crate::dynamodb::table::SocialTable;
use crate::dynamodb::transaction::{Committed, Transaction};
use crate::feed::timelines::TimelineEntry;
use crate::social::block_checks::{WriteError, check_blocks, is_blocked};
use crate::social::comments::Comment;
use crate::social::edge_states::{ReactionIds, remove_attribute};
use crate::social::keys::{EdgeKind, WORKS, comment_like_key, edge_index, edge_key, list_of, reaction_key, works_pk};
use crate::social::tweets::Tweet;

/// A reaction to a tweet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// A like.
    Like,
    /// A retweet, which shows the tweet to the actor's followers.
    Retweet,
    /// A save, which keeps the tweet in the actor's own list.
    Save,
}

impl Reaction {
    fn kind(self) -> EdgeKind {
        match self {
            Self::Like => EdgeKind::Like,
            Self::Retweet => EdgeKind::Retweet,
            Self::Save => EdgeKind::Save,
        }
    }

    /// The attribute of `U#<u> / REACTION#<tweet>` that holds the edge's id.
    fn attribute(self) -> &'static str {
        match self {
            Self::Like => "like",
            Self::Retweet => "retweet",
            Self::Save => "save",
        }
    }

    /// Is the reaction among what a user did to a tweet?
    #[must_use]
    pub fn is_in(self, ids: ReactionIds) -> bool {
        self.id_in(ids).is_some()
    }

    fn id_in(self, ids: ReactionIds) -> Option<EdgeId> {
        match self {
            Self::Like => ids.like,
            Self::Retweet => ids.retweet,
            Self::Save => ids.save,
        }
    }
}

/// The reactions to tweets and comments in the `social` table.
#[derive(Clone, Debug)]
pub struct Reactions {
    pub(crate) table: SocialTable,
}

/// A reaction to a tweet, as it is stored.
#[derive(Serialize)]
struct TweetEdge {
    tweet: TweetId,
    author: UserId,
}

/// A like of a comment, as it is stored.
#[derive(Serialize)]
struct CommentEdge {
    id: EdgeId,
    author: UserId,
    tweet: TweetId,
}

impl Reactions {
    /// Uses this table. Makes no call.
    #[must_use]
    pub fn new(table: &SocialTable) -> Self {
        Self { table: table.clone() }
    }

    /// What a user did to a tweet. One round trip.
    pub async fn by(&self, user: UserId, tweet: TweetId) -> Result<ReactionIds, StoreError> {
        Ok(self.table.get(reaction_key(user, tweet)).await?.unwrap_or_default())
    }

    /// Adds a reaction to a tweet. False if it exists already. One round trip.
    ///
    /// # Errors
    /// If the tweet's author blocks the actor.
    pub async fn put(
        &self,
        actor: UserId,
        reaction: Reaction,
        tweet: &Tweet,
        now: Timestamp,
    ) -> Result<bool, WriteError> {
        let id = EdgeId::new(now, self.table.entropy())?;
        let (kind, name) = (reaction.kind(), reaction.attribute());
        let first = Update::new().set(name, text(id.to_string())).when(Condition::missing(name));
        let edge = TweetEdge { tweet: tweet.id, author: tweet.author };
        let edge = item(edge_key(actor, kind, id), &edge, edge_index(actor, kind, tweet.id.uuid(), id))?;
        let mut transaction = Transaction::default();
        transaction.update(&self.table, reaction_key(actor, tweet.id), &first)?;
        transaction.create(&self.table, edge)?;
        self.commit_unless_blocked(transaction, actor, &[tweet.author]).await
    }

    /// Removes a reaction. False if there is none. `was` is what the caller read. One round trip, and two more if that
    /// changed concurrently; none without the reaction.
    pub async fn remove(
        &self,
        actor: UserId,
        reaction: Reaction,
        tweet: TweetId,
        mut was: ReactionIds,
    ) -> Result<bool, StoreError> {
        for round in 0..MAX_ROUNDS {
            self.table.db.pause_before(round).await?;
            let Some(id) = reaction.id_in(was) else { return Ok(false) };
            let mut transaction = Transaction::default();
            let key = reaction_key(actor, tweet);
            remove_attribute(&mut transaction, &self.table, key, &was, reaction.attribute())?;
            transaction.delete(&self.table, edge_key(actor, reaction.kind(), id))?;
            match transaction.commit(&self.table.db).await? {
                Committed::Done => return Ok(true),
                Committed::Refused(_) => was = self.by(actor, tweet).await?,
            }
        }
        Err(StoreError::Contended("the reactions to a tweet changed in every attempt"))
    }

    /// Adds a like to a comment. False if it exists already. One round trip.
    ///
    /// # Errors
    /// If the author of the comment or of its tweet blocks the actor.
    pub async fn like_comment(&self, actor: UserId, comment: &Comment, now: Timestamp) -> Result<bool, WriteError> {
        let id = EdgeId::new(now, self.table.entropy())?;
        let edge = CommentEdge { id, author: comment.author, tweet: comment.tweet };
        let index = edge_index(actor, EdgeKind::CommentLike, comment.id.uuid(), id);
        let mut transaction = Transaction::default();
        transaction.create(&self.table, item(comment_like_key(actor, comment.id), &edge, index)?)?;
        self.commit_unless_blocked(transaction, actor, &[comment.author, comment.tweet_author]).await
    }

    /// Removes the like of a comment. False if there is none. One round trip.
    pub async fn unlike_comment(&self, actor: UserId, comment: CommentId) -> Result<bool, StoreError> {
        let call = self
            .table
            .db
            .client
            .delete_item()
            .table_name(&self.table.name)
            .set_key(Some(comment_like_key(actor, comment).into_item()))
            .return_values(ReturnValue::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let output = metered(call.send(), Direction::Write, |o| o.consumed_capacity.as_slice()).await?;
        Ok(output.attributes.is_some_and(|was| !was.is_empty()))
    }

    /// Commits a new reaction, unless one of the users whom it reaches blocks the actor. False if it exists already.
    async fn commit_unless_blocked(
        &self,
        mut transaction: Transaction,
        actor: UserId,
        reached: &[UserId],
    ) -> Result<bool, WriteError> {
        let checks = check_blocks(&mut transaction, &self.table, actor, reached.iter().copied())?;
        match transaction.commit(&self.table.db).await? {
            Committed::Done => Ok(true),
            committed if is_blocked(&committed, &checks) => Err(WriteError::Blocked),
            Committed::Refused(_) => Ok(false),
        }
    }

    /// A page of the users with this reaction to a tweet, newest first. The index lags. One round trip.
    pub async fn of_tweet(
        &self,
        reaction: Reaction,
        tweet: TweetId,
        after: Option<EdgeId>,
        limit: i32,
    ) -> Result<ListPage<UserId>, StoreError> {
        let list = list_of(reaction.kind(), tweet.uuid());
        let after = after.map(|place| place.to_string());
        let page = self.table.list_page(&list, Order::NewestFirst, after.as_deref(), limit).await?;
        Ok(page.filter_map(|item| id_behind(&item, "pk", WORKS)))
    }

    /// A page of the tweets to which a user reacted, with their authors, newest reaction first. It never lags. One
    /// round trip.
    pub async fn by_user(
        &self,
        user: UserId,
        reaction: Reaction,
        after: Option<EdgeId>,
        limit: i32,
    ) -> Result<ListPage<(TweetId, UserId)>, StoreError> {
        let prefix = format!("{}#", reaction.kind().word());
        let own = PartitionRange { pk: works_pk(user), prefix: &prefix, by_recency: false, order: Order::NewestFirst };
        let after = after.map(|place| place.to_string());
        let page = self.table.own_page(&own, after.as_deref(), limit).await?;
        Ok(page.filter_map(|item| Some((id_behind(&item, "tweet", "")?, id_behind(&item, "author", "")?))))
    }

    /// A page of a user's retweets, as entries of the followers' timelines, newest first. It never lags. One round
    /// trip.
    pub async fn retweeted_by(
        &self,
        user: UserId,
        after: Option<EdgeId>,
        limit: i32,
    ) -> Result<ListPage<TimelineEntry>, StoreError> {
        let own =
            PartitionRange { pk: works_pk(user), prefix: "RETWEET#", by_recency: false, order: Order::NewestFirst };
        let after = after.map(|place| place.to_string());
        let page = self.table.own_page(&own, after.as_deref(), limit).await?;
        Ok(page.filter_map(|item| retweeted_entry(&item, user)))
    }
}

/// A retweet as an entry in the timelines of its actor's followers.
pub(crate) fn retweeted_entry(edge: &Item, actor: UserId) -> Option<TimelineEntry> {
    let (tweet, author) = (id_behind(edge, "tweet", "")?, id_behind(edge, "author", "")?);
    Some(TimelineEntry::retweeted(tweet, author, actor, id_behind(edge, "sk", "RETWEET#")?))
}
