//! The reads that decide to whose timelines a tweet is written.

use aviary_model::{EdgeId, TweetId, UserId};
use futures_util::future::try_join;

use crate::dynamodb::error::StoreError;
use crate::dynamodb::pages::{ListPage, Order, PartitionRange, attribute, cut, id_behind};
use crate::feed::timelines::{HomeTimelines, TimelineEntry};
use crate::social::edge_states::Relation;
use crate::social::keys::{EdgeKind, USER, edge_key, list_of, relation_key, tweet_key, works_pk};
use crate::social::profiles::profile_key;
use crate::social::reactions::retweeted_entry;

/// The largest number of tweets, and of retweets, that a new follower gets.
const LAST_TWEETS: i32 = 20;
/// More than the lag of an index and the difference between two clocks.
const LAG_SECONDS: i64 = 60;

/// A follower of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Follower {
    /// The following user.
    pub user: UserId,
    /// The id of the follow.
    pub follow: EdgeId,
}

impl HomeTimelines {
    /// A page of a user's followers, oldest first, from one shard of the list or from all. The index lags. One round
    /// trip.
    pub async fn followers(
        &self,
        user: UserId,
        shard: Option<u8>,
        after: Option<&str>,
        limit: i32,
    ) -> Result<ListPage<Follower>, StoreError> {
        let list = list_of(EdgeKind::Follow, user.uuid());
        let page = match shard {
            None => self.social.list_page(&list, Order::OldestFirst, after, limit).await?,
            Some(shard) => {
                let pk = format!("{list}#{shard}");
                let found = self.social.list_shard(pk, Order::OldestFirst, after, limit).await?;
                cut(found, limit, |item| attribute(item, "list_sk").map(ToOwned::to_owned))
            }
        };
        Ok(page.filter_map(|item| {
            Some(Follower { user: id_behind(&item, "pk", USER)?, follow: id_behind(&item, "list_sk", "")? })
        }))
    }

    /// Does everything that this entry needs still exist? It needs the tweet, its author, the user who tweeted or
    /// retweeted it, and for a retweet the edge with this position. One round trip.
    pub async fn is_current(
        &self,
        user: UserId,
        tweet: TweetId,
        author: UserId,
        position: EdgeId,
    ) -> Result<bool, StoreError> {
        let mut keys = vec![tweet_key(tweet), profile_key(author)];
        if user != author {
            keys.push(profile_key(user));
        }
        keys.extend((position != tweet.into()).then(|| edge_key(user, EdgeKind::Retweet, position)));
        let found = self.social.batch_get(keys.clone()).await?;
        Ok(keys.iter().all(|key| found.iter().any(|item| key.is_of(item))))
    }

    /// The entries that a new follower gets; none if the follow is gone. They are the followed user's last tweets and
    /// the retweets since a minute before the follow, except for retweets of the follower's own tweets. The fan-out of
    /// these retweets may have read an index without the new follower. It never lags. Two round trips.
    pub async fn for_new_follower(&self, user: UserId, followed: UserId) -> Result<Vec<TimelineEntry>, StoreError> {
        let relation: Option<Relation> = self.social.get(relation_key(user, followed)).await?;
        let Some(follow) = relation.and_then(|relation| relation.follow) else { return Ok(Vec::new()) };
        let own = |pk, prefix| PartitionRange { pk, prefix, by_recency: false, order: Order::NewestFirst };
        let (tweeted, retweeted) = (own(works_pk(followed), "TWEET#"), own(works_pk(followed), "RETWEET#"));
        let (tweeted, retweeted) = try_join(
            self.social.own_page(&tweeted, None, LAST_TWEETS),
            self.social.own_page(&retweeted, None, LAST_TWEETS),
        )
        .await?;
        let since = follow.made_at().plus_seconds(-LAG_SECONDS);
        let tweets = tweeted.entries.iter().filter_map(|item| id_behind(item, "sk", "TWEET#"));
        let retweets = retweeted.entries.iter().filter_map(|item| retweeted_entry(item, followed));
        let retweets = retweets.filter(|entry| entry.position.made_at() >= since && entry.author != user);
        Ok(tweets.map(|tweet| TimelineEntry::tweeted(tweet, followed)).chain(retweets).collect())
    }
}
