//! Likes, retweets and saves of tweets, and likes of comments. Each is an edge in its actor's partition, so a repeated
//! reaction changes nothing.

use aviary_model::{CommentId, EdgeId, Timestamp, TweetId, UserId};
use aws_sdk_dynamodb::types::{ReturnConsumedCapacity, ReturnValue};
use uuid::Uuid;

use crate::dynamodb::client::{Direction, metered};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, item};
use crate::dynamodb::pages::{ListPage, Order, PartitionRange, id_behind};
use crate::dynamodb::table::SocialTable;
use crate::dynamodb::transaction::{Committed, Transaction};
use crate::feed::timelines::TimelineEntry;
use crate::social::block_checks::{WriteError, check_blocks, is_blocked};
use crate::social::comments::Comment;
use crate::social::keys::{EdgeKind, WORKS, edge_index, edge_key, list_of, works_pk};
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
}

/// The reactions to tweets and comments in the `social` table.
#[derive(Clone, Debug)]
pub struct Reactions {
    table: SocialTable,
}

/// The tweet or comment that is reacted to.
struct Target {
    id: Uuid,
    author: UserId,
    /// The users whose blocks forbid the reaction.
    reached: Vec<UserId>,
    /// Further attributes of the edge.
    more: Vec<(&'static str, String)>,
}

/// The attributes that every edge of this kind has.
#[derive(serde::Serialize)]
struct Edge {
    id: EdgeId,
    author: UserId,
}

impl Reactions {
    /// Uses this table. Makes no call.
    #[must_use]
    pub fn new(table: &SocialTable) -> Self {
        Self { table: table.clone() }
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
        let target =
            Target { id: tweet.id.uuid(), author: tweet.author, reached: vec![tweet.author], more: Vec::new() };
        self.put_edge(actor, reaction.kind(), target, now).await
    }

    /// Removes a reaction. False if there is none. One round trip.
    pub async fn remove(&self, actor: UserId, reaction: Reaction, tweet: TweetId) -> Result<bool, StoreError> {
        self.remove_edge(actor, reaction.kind(), tweet.uuid()).await
    }

    /// Adds a like to a comment. False if it exists already. One round trip.
    ///
    /// # Errors
    /// If the author of the comment or of its tweet blocks the actor.
    pub async fn like_comment(&self, actor: UserId, comment: &Comment, now: Timestamp) -> Result<bool, WriteError> {
        let target = Target {
            id: comment.id.uuid(),
            author: comment.author,
            reached: vec![comment.author, comment.tweet_author],
            more: vec![("tweet", comment.tweet.to_string())],
        };
        self.put_edge(actor, EdgeKind::CommentLike, target, now).await
    }

    /// Removes the like of a comment. False if there is none. One round trip.
    pub async fn unlike_comment(&self, actor: UserId, comment: CommentId) -> Result<bool, StoreError> {
        self.remove_edge(actor, EdgeKind::CommentLike, comment.uuid()).await
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
        let own = PartitionRange { pk: works_pk(user), prefix: &prefix, by_recency: true, order: Order::NewestFirst };
        let after = after.map(|place| place.to_string());
        let page = self.table.own_page(&own, after.as_deref(), limit).await?;
        Ok(page.filter_map(|item| Some((id_behind(&item, "sk", &prefix)?, id_behind(&item, "author", "")?))))
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
            PartitionRange { pk: works_pk(user), prefix: "RETWEET#", by_recency: true, order: Order::NewestFirst };
        let after = after.map(|place| place.to_string());
        let page = self.table.own_page(&own, after.as_deref(), limit).await?;
        Ok(page.filter_map(|item| retweeted_entry(&item, user)))
    }

    async fn put_edge(
        &self,
        actor: UserId,
        kind: EdgeKind,
        target: Target,
        now: Timestamp,
    ) -> Result<bool, WriteError> {
        let id = EdgeId::new(now, self.table.entropy())?;
        // No list shows the comments that a user likes, so their edges have no `recent_sk`.
        let index = edge_index(actor, kind, target.id, id).into_iter();
        let index = index.filter(|(name, _)| kind != EdgeKind::CommentLike || *name != "recent_sk");
        let edge = Edge { id, author: target.author };
        let edge = item(edge_key(actor, kind, target.id), &edge, index.chain(target.more))?;
        let mut transaction = Transaction::default();
        transaction.create(&self.table, edge)?;
        let checks = check_blocks(&mut transaction, &self.table, actor, target.reached)?;
        match transaction.commit(&self.table.db).await? {
            Committed::Done => Ok(true),
            committed if is_blocked(&committed, &checks) => Err(WriteError::Blocked),
            Committed::Refused(_) => Ok(false),
        }
    }

    async fn remove_edge(&self, actor: UserId, kind: EdgeKind, target: Uuid) -> Result<bool, StoreError> {
        let call = self
            .table
            .db
            .client
            .delete_item()
            .table_name(&self.table.name)
            .set_key(Some(edge_key(actor, kind, target).into_item()))
            .return_values(ReturnValue::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let output = metered(call.send(), Direction::Write, |o| o.consumed_capacity.as_slice()).await?;
        Ok(output.attributes.is_some_and(|was| !was.is_empty()))
    }
}

/// A retweet as an entry in the timelines of its actor's followers.
pub(crate) fn retweeted_entry(edge: &Item, actor: UserId) -> Option<TimelineEntry> {
    let (tweet, author) = (id_behind(edge, "sk", "RETWEET#")?, id_behind(edge, "author", "")?);
    Some(TimelineEntry::retweeted(tweet, author, actor, id_behind(edge, "id", "")?))
}
