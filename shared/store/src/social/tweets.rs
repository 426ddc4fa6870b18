//! Tweets: `T#<id> / TWEET`, with their places in lists. What is asked of them; writing is in `tweet_writes`.

use aviary_model::{AltText, MediaId, Tag, Timestamp, TweetId, TweetText, UserId};
use serde::{Deserialize, Serialize};

use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, count};
use crate::dynamodb::pages::{ListPage, Order, Own, id_behind};
use crate::dynamodb::table::SocialTable;
use crate::social::keys::{tweet_key, user_pk};

/// A tweet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tweet {
    /// The id.
    pub id: TweetId,
    /// Who wrote it.
    pub author: UserId,
    /// What it says; may be empty beside media.
    pub message: TweetText,
    /// Its pictures, in order, or its video.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Media>,
    /// What it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<ReplyTo>,
    /// How many like it.
    #[serde(default, deserialize_with = "count")]
    pub likes: u64,
    /// How many comments it has.
    #[serde(default, deserialize_with = "count")]
    pub comments: u64,
    /// How many retweeted it.
    #[serde(default, deserialize_with = "count")]
    pub retweets: u64,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was last edited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
}

impl Tweet {
    /// A tweet of text alone that nobody has seen yet.
    #[must_use]
    pub fn new(id: TweetId, author: UserId, message: TweetText, created_at: Timestamp) -> Self {
        Self {
            id,
            author,
            message,
            media: Vec::new(),
            in_reply_to: None,
            likes: 0,
            comments: 0,
            retweets: 0,
            created_at,
            edited_at: None,
        }
    }
}

/// The tweet that another one answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyTo {
    /// Which.
    pub tweet: TweetId,
    /// Who wrote it.
    pub author: UserId,
}

/// A picture or a video of a tweet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Media {
    /// The id.
    pub id: MediaId,
    /// Which of both it is.
    #[serde(default, skip_serializing_if = "is_image")]
    pub kind: MediaKind,
    /// The object's key in the bucket.
    pub key: String,
    /// Pixels across, as displayed.
    pub width: u32,
    /// Pixels down, as displayed.
    pub height: u32,
    /// What it shows, for those who can't see it.
    #[serde(default)]
    pub alt: AltText,
}

/// What a tweet shows beside its message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// A picture, animated or not.
    #[default]
    Image,
    /// A video.
    Video,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_image(kind: &MediaKind) -> bool {
    *kind == MediaKind::Image
}

/// The tweets of the `social` table.
#[derive(Clone, Debug)]
pub struct Tweets {
    pub(crate) table: SocialTable,
}

impl Tweets {
    /// In this table.
    #[must_use]
    pub fn new(table: &SocialTable) -> Self {
        Self { table: table.clone() }
    }

    /// The tweet with this id. One round trip.
    pub async fn by_id(&self, id: TweetId) -> Result<Option<Tweet>, StoreError> {
        self.table.get(tweet_key(id)).await
    }

    /// An author's tweets, newest first; never lags. One round trip.
    pub async fn by_author(
        &self,
        author: UserId,
        after: Option<TweetId>,
        limit: i32,
    ) -> Result<ListPage<TweetId>, StoreError> {
        self.authored(author, "TWEET#", after, limit).await
    }

    /// The same of those that have media. One round trip.
    pub async fn with_media(
        &self,
        author: UserId,
        after: Option<TweetId>,
        limit: i32,
    ) -> Result<ListPage<TweetId>, StoreError> {
        self.authored(author, "MEDIA#", after, limit).await
    }

    /// Tweets with a tag and their authors, newest first; lags. One round trip.
    pub async fn tagged(
        &self,
        tag: &Tag,
        after: Option<TweetId>,
        limit: i32,
    ) -> Result<ListPage<(TweetId, UserId)>, StoreError> {
        self.listed(&tag_list(tag), Order::NewestFirst, after, limit).await
    }

    /// The tweets that answer this one and their authors, oldest first; lags. One round trip.
    pub async fn replies(
        &self,
        tweet: TweetId,
        after: Option<TweetId>,
        limit: i32,
    ) -> Result<ListPage<(TweetId, UserId)>, StoreError> {
        self.listed(&replies_list(tweet), Order::OldestFirst, after, limit).await
    }

    async fn authored(
        &self,
        author: UserId,
        prefix: &str,
        after: Option<TweetId>,
        limit: i32,
    ) -> Result<ListPage<TweetId>, StoreError> {
        let own = Own { pk: user_pk(author), prefix, by_recency: false, order: Order::NewestFirst };
        let after = after.map(|id| id.to_string());
        let page = self.table.own_page(&own, after.as_deref(), limit).await?;
        Ok(page.filter_map(|item| id_behind(&item, "sk", prefix)))
    }

    async fn listed(
        &self,
        list: &str,
        order: Order,
        after: Option<TweetId>,
        limit: i32,
    ) -> Result<ListPage<(TweetId, UserId)>, StoreError> {
        let after = after.map(|id| id.to_string());
        let page = self.table.list_page(list, order, after.as_deref(), limit).await?;
        Ok(page.filter_map(|item| with_author(&item)))
    }
}

/// The list of the tweets with a tag.
pub(crate) fn tag_list(tag: &Tag) -> String {
    format!("TAG#{}", tag.as_str())
}

/// The list of the tweets that answer one.
pub(crate) fn replies_list(tweet: TweetId) -> String {
    format!("REPLIES#{tweet}")
}

/// An entry whose partition is a tweet's.
fn with_author(item: &Item) -> Option<(TweetId, UserId)> {
    Some((id_behind(item, "pk", "T#")?, id_behind(item, "author", "")?))
}
