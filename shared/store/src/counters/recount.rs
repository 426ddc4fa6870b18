//! Compares counters with the items they count, and corrects them. It is for operators; no function's role allows it.

use aviary_model::{Timestamp, UserId};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity, Select};
use futures_util::future::try_join_all;

use crate::counters::Counter;
use crate::counters::tally::{CheckableCounter, Tally, stored};
use crate::dynamodb::client::{Direction, metered};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Condition, Update};
use crate::dynamodb::item::{Item, Key, number, text};
use crate::dynamodb::pages::SHARDS;
use crate::dynamodb::table::{FeedTable, SocialTable, run_query};
use crate::feed::inbox_item::inbox_key;
use crate::feed::notifications::PREFIX;
use crate::social::comments::{answers_list, comments_list};
use crate::social::keys::{EdgeKind, list_of, user_pk, works_pk};

/// The counters of the `social` table, and the unread counts in `feed`.
#[derive(Clone, Debug)]
pub struct Recount {
    social: SocialTable,
    feed: FeedTable,
}

/// The key after which the next call of [`Recount::walk`] continues.
#[derive(Clone, Debug)]
pub struct WalkPosition(Item);

impl WalkPosition {
    pub(crate) fn of_key(key: Item) -> Self {
        Self(key)
    }

    pub(crate) fn into_key(self) -> Item {
        self.0
    }
}

/// A counter with its stored and its true value at the time of reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CounterCheck {
    /// The counter.
    pub tallied: CheckableCounter,
    /// The stored value.
    pub stored: i64,
    /// The number of items that it should count.
    pub there: i64,
}

/// A query whose matching items are counted.
struct Query<'a> {
    table: &'a str,
    index: Option<&'static str>,
    condition: &'static str,
    filter: Option<&'static str>,
    values: Vec<(&'static str, AttributeValue)>,
}

impl Recount {
    /// Uses these tables. Makes no call.
    #[must_use]
    pub fn new(social: &SocialTable, feed: &FeedTable) -> Self {
        Self { social: social.clone(), feed: feed.clone() }
    }

    /// Adds the next megabyte of the whole `social` table to a tally. Returns the place at which to continue, `None` at
    /// the end. One round trip, half a read unit for each 4 KB.
    #[allow(clippy::disallowed_methods, reason = "an operator counts everything, with rights of their own")]
    pub async fn walk(
        &self,
        tally: &mut Tally,
        from: Option<WalkPosition>,
    ) -> Result<Option<WalkPosition>, StoreError> {
        let call = self
            .social
            .db
            .client
            .scan()
            .table_name(&self.social.name)
            .projection_expression(
                "pk, sk, tweet, #other, followers, following, tweets, media_tweets, replies, likes_given, likes, \
                 comments, retweets, saves, in_reply_to",
            )
            .expression_attribute_names("#other", "other")
            .set_exclusive_start_key(from.map(|WalkPosition(key)| key))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let output = metered(call.send(), Direction::Read, |o| o.consumed_capacity.as_slice()).await?;
        output.items.unwrap_or_default().iter().for_each(|item| tally.take(item));
        Ok(output.last_evaluated_key.map(WalkPosition))
    }

    /// Reads a counter and counts its items; `None` if the item that has the counter is gone. Edges of other users are
    /// counted in an index that lags. Two round trips, or more if there are many items.
    pub async fn read(&self, tallied: CheckableCounter, now: Timestamp) -> Result<Option<CounterCheck>, StoreError> {
        let (table, key, name) = self.place(tallied);
        let Some(item) = self.social.db.batch_get(table, vec![key]).await?.pop() else { return Ok(None) };
        let counts = self.queries(tallied, &item, now).into_iter().map(|query| self.count(query));
        let there = try_join_all(counts).await?.into_iter().sum();
        Ok(Some(CounterCheck { tallied, stored: stored(&item, name), there }))
    }

    /// Sets a counter to the number of items found, unless it changed since it was read. False if it changed. One round
    /// trip.
    pub async fn set(&self, reading: CounterCheck) -> Result<bool, StoreError> {
        let (_, key, name) = self.place(reading.tallied);
        let unchanged = Condition::equals(name, number(reading.stored));
        // A counter that was never changed has no attribute and counts as zero.
        let unchanged = match reading.stored {
            0 => unchanged.or(Condition::missing(name)),
            _ => unchanged,
        };
        let update = Update::new().set(name, number(reading.there)).when(Condition::item_exists()).when(unchanged);
        match reading.tallied {
            CheckableCounter::Edges(_) => update.apply_once(&self.social, key).await,
            CheckableCounter::Unread(_) => update.apply_once(&self.feed, key).await,
        }
    }

    fn place(&self, tallied: CheckableCounter) -> (&str, Key, &'static str) {
        match tallied {
            CheckableCounter::Edges(counter) => (&self.social.name, counter.key(), counter.attribute()),
            CheckableCounter::Unread(user) => (&self.feed.name, inbox_key(user), "unread"),
        }
    }

    fn queries(&self, tallied: CheckableCounter, item: &Item, now: Timestamp) -> Vec<Query<'_>> {
        let counter = match tallied {
            CheckableCounter::Edges(counter) => counter,
            CheckableCounter::Unread(user) => return vec![self.unread(user, item, now)],
        };
        let kind = match counter {
            Counter::Following(user) => return vec![self.beginning(&self.social.name, user_pk(user), "FOLLOW#")],
            Counter::Tweets(user) => return vec![self.works(user, "TWEET#")],
            Counter::MediaTweets(user) => return vec![self.works(user, "MEDIA#")],
            Counter::Replies(user) => return vec![self.works(user, "COMMENT#")],
            Counter::LikesGiven(user) => return ["LIKE#", "CLIKE#"].map(|kind| self.works(user, kind)).into(),
            Counter::Comments(tweet) => return self.shards(&comments_list(tweet)),
            Counter::Answers(comment) => return self.shards(&answers_list(comment)),
            Counter::Followers(_) => EdgeKind::Follow,
            Counter::Likes(_) => EdgeKind::Like,
            Counter::Retweets(_) => EdgeKind::Retweet,
            Counter::Saves(_) => EdgeKind::Save,
            Counter::CommentLikes(_) => EdgeKind::CommentLike,
        };
        self.shards(&list_of(kind, counter.target()))
    }

    fn unread(&self, user: UserId, inbox: &Item, now: Timestamp) -> Query<'_> {
        let read_seq = inbox.get("read_seq").cloned().unwrap_or_else(|| number(0));
        let mut query = self.beginning(&self.feed.name, user_pk(user), PREFIX);
        // The TTL removes expired items late.
        query.filter = Some("seq > :read_seq AND attribute_not_exists(was_read) AND expires_at > :now");
        query.values.extend([(":read_seq", read_seq), (":now", number(now.seconds()))]);
        query
    }

    fn works(&self, user: UserId, prefix: &str) -> Query<'_> {
        self.beginning(&self.social.name, works_pk(user), prefix)
    }

    fn beginning<'a>(&self, table: &'a str, pk: String, prefix: &str) -> Query<'a> {
        let values = vec![(":pk", text(pk)), (":sk", text(prefix))];
        Query { table, index: None, condition: "pk = :pk AND begins_with(sk, :sk)", filter: None, values }
    }

    fn shards(&self, list: &str) -> Vec<Query<'_>> {
        let shard = |shard| Query {
            table: &self.social.name,
            index: Some("lists"),
            condition: "list_pk = :pk",
            filter: None,
            values: vec![(":pk", text(format!("{list}#{shard}")))],
        };
        (0..SHARDS).map(shard).collect()
    }

    async fn count(&self, query: Query<'_>) -> Result<i64, StoreError> {
        let (mut total, mut from) = (0, None);
        loop {
            let values = query.values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
            let call = self
                .social
                .db
                .query(query.table)
                .set_index_name(query.index.map(ToOwned::to_owned))
                .consistent_read(query.index.is_none())
                .key_condition_expression(query.condition)
                .set_filter_expression(query.filter.map(ToOwned::to_owned))
                .set_expression_attribute_values(Some(values))
                .select(Select::Count)
                .set_exclusive_start_key(from);
            let output = run_query(call).await?;
            total += i64::from(output.count);
            from = output.last_evaluated_key;
            if from.is_none() {
                return Ok(total);
            }
        }
    }
}
