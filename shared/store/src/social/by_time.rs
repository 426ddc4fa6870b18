//! Lists of all profiles, tweets and comments by time, for the administration.

use aviary_model::{CommentId, Timestamp, TweetId, UserId};
use futures_util::future::try_join5;

use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::Item;
use crate::dynamodb::pages::{ListPage, Order, id_behind};
use crate::dynamodb::sharded_list::ShardedList;
use crate::dynamodb::table::SocialTable;
use crate::social::comments::Comments;
use crate::social::profiles::Profiles;
use crate::social::tweets::Tweets;

impl Profiles {
    /// A page of all profiles, after this one. The index lags. One round trip.
    pub async fn by_time(
        &self,
        order: Order,
        after: Option<UserId>,
        limit: i32,
    ) -> Result<ListPage<UserId>, StoreError> {
        let after = after.map(|id| id.to_string());
        let page = by_time(&self.table, "PROFILES", order, after.as_deref(), limit).await?;
        Ok(page.filter_map(|item| id_behind(&item, "time_sk", "")))
    }
}

impl Tweets {
    /// A page of all tweets with their authors, after this one; of those with media only, if `media`. The index lags. One
    /// round trip.
    pub async fn by_time(
        &self,
        media: bool,
        order: Order,
        after: Option<TweetId>,
        limit: i32,
    ) -> Result<ListPage<(TweetId, UserId)>, StoreError> {
        let (list, after) = (if media { "MEDIA" } else { "TWEETS" }, after.map(|id| id.to_string()));
        let page = by_time(&self.table, list, order, after.as_deref(), limit).await?;
        Ok(page.filter_map(|item| with_author(&item)))
    }
}

impl Comments {
    /// A page of all comments with their authors, after this one. The index lags. One round trip.
    pub async fn by_time(
        &self,
        order: Order,
        after: Option<CommentId>,
        limit: i32,
    ) -> Result<ListPage<(CommentId, UserId)>, StoreError> {
        let after = after.map(|id| id.to_string());
        let page = by_time(&self.table, "COMMENTS", order, after.as_deref(), limit).await?;
        Ok(page.filter_map(|item| with_author(&item)))
    }
}

/// How much was made since a moment, each count up to a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MadeSince {
    /// Profiles, which are made with their accounts.
    pub profiles: u64,
    /// Tweets.
    pub tweets: u64,
    /// Tweets with media.
    pub media: u64,
    /// Comments.
    pub comments: u64,
    /// Cases that are open.
    pub cases: u64,
}

/// Where a count of [`MadeSince`] stops: the entries of each of its 16 partitions.
const COUNTED: i32 = 250;

impl Profiles {
    /// Counts what was made since a moment, up to 4,000 of each kind. The index lags. One round trip.
    pub async fn made_since(&self, since: Timestamp) -> Result<MadeSince, StoreError> {
        let count = |list| self.table.db.sharded_count(&self.table.name, ShardedList::by_time(list), since, COUNTED);
        let lists = ["PROFILES", "TWEETS", "MEDIA", "COMMENTS", "OPENCASES"].map(count);
        let [profiles, tweets, media, comments, cases] = lists;
        let (profiles, tweets, media, comments, cases) = try_join5(profiles, tweets, media, comments, cases).await?;
        Ok(MadeSince { profiles, tweets, media, comments, cases })
    }
}

/// A page of one of the lists in the index `by-time`.
pub(crate) async fn by_time(
    table: &SocialTable,
    list: &str,
    order: Order,
    after: Option<&str>,
    limit: i32,
) -> Result<ListPage<Item>, StoreError> {
    table.db.sharded_page(&table.name, ShardedList::by_time(list), order, after, limit).await
}

fn with_author<T: std::str::FromStr>(item: &Item) -> Option<(T, UserId)> {
    Some((id_behind(item, "time_sk", "")?, id_behind(item, "author", "")?))
}
