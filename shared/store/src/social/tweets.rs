//! Tweets: `T#<id> / TWEET`, with their entries in lists. This module reads them; `tweet_writes` writes them.

use aviary_model::{AltText, Link, MediaId, Tag, Timestamp, TweetId, TweetText, UserId};
use serde::{Deserialize, Serialize};

use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, count};
use crate::dynamodb::pages::{ListPage, Order, PartitionRange, id_behind};
use crate::dynamodb::table::SocialTable;
use crate::social::keys::{tweet_key, works_pk};

/// A tweet as it is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tweet {
    /// The id, which sorts by time.
    pub id: TweetId,
    /// The author.
    pub author: UserId,
    /// The text; it may be empty if there is media.
    pub message: TweetText,
    /// Its pictures in order, or its video.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Media>,
    /// A picture on another site, which clients of document 000 upload there. It is shown and never fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_url: Option<Link>,
    /// The tweet to which it replies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<ReplyTo>,
    /// The number of likes.
    #[serde(default, deserialize_with = "count")]
    pub likes: u64,
    /// The number of comments.
    #[serde(default, deserialize_with = "count")]
    pub comments: u64,
    /// The number of retweets.
    #[serde(default, deserialize_with = "count")]
    pub retweets: u64,
    /// How many users saved it.
    #[serde(default, deserialize_with = "count")]
    pub saves: u64,
    /// The time of creation.
    pub created_at: Timestamp,
    /// The time of the last edit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
}

impl Tweet {
    /// A new tweet that has only text, with all counters at zero.
    #[must_use]
    pub fn new(id: TweetId, author: UserId, message: TweetText, created_at: Timestamp) -> Self {
        Self {
            id,
            author,
            message,
            media: Vec::new(),
            media_url: None,
            in_reply_to: None,
            likes: 0,
            comments: 0,
            retweets: 0,
            saves: 0,
            created_at,
            edited_at: None,
        }
    }

    /// Does it show something beside its text?
    #[must_use]
    pub fn has_media(&self) -> bool {
        !self.media.is_empty() || self.media_url.is_some()
    }
}

/// The parent of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyTo {
    /// The parent tweet.
    pub tweet: TweetId,
    /// The author.
    pub author: UserId,
}

/// A picture or a video of a tweet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Media {
    /// The id.
    pub id: MediaId,
    /// Whether it is a picture or a video.
    #[serde(default, skip_serializing_if = "is_image")]
    pub kind: MediaKind,
    /// The object's key in the bucket; empty until it is ready.
    pub key: String,
    /// The width in pixels, as displayed.
    pub width: u32,
    /// The height in pixels, as displayed.
    pub height: u32,
    /// A description for people who cannot see it.
    #[serde(default)]
    pub alt: AltText,
    /// The key of a picture's thumbnail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<String>,
    /// A few characters from which a client draws what is shown until the picture is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blurhash: Option<String>,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "is_ready")]
    pub state: MediaState,
    /// Whether it was uploaded directly, and so has an item and a folder of its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub direct: bool,
}

/// Where an image or video stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaState {
    /// Nothing was uploaded yet.
    Waiting,
    /// It is being checked.
    Processing,
    /// It is served.
    #[default]
    Ready,
    /// It is not served.
    Rejected,
}

impl MediaState {
    /// The word in responses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Processing => "processing",
            Self::Ready => "ready",
            Self::Rejected => "rejected",
        }
    }
}

/// The kind of a media file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// A picture, animated or not.
    #[default]
    Image,
    /// A video.
    Video,
}

impl MediaKind {
    /// The word in responses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_image(kind: &MediaKind) -> bool {
    *kind == MediaKind::Image
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_ready(state: &MediaState) -> bool {
    *state == MediaState::Ready
}

/// The tweets of the `social` table.
#[derive(Clone, Debug)]
pub struct Tweets {
    pub(crate) table: SocialTable,
}

impl Tweets {
    /// Uses this table. Makes no call.
    #[must_use]
    pub fn new(table: &SocialTable) -> Self {
        Self { table: table.clone() }
    }

    /// The tweet with this id. One round trip.
    pub async fn by_id(&self, id: TweetId) -> Result<Option<Tweet>, StoreError> {
        self.table.get(tweet_key(id)).await
    }

    /// A page of an author's tweets, newest first. It never lags. One round trip.
    pub async fn by_author(
        &self,
        author: UserId,
        after: Option<TweetId>,
        limit: i32,
    ) -> Result<ListPage<TweetId>, StoreError> {
        self.authored(author, "TWEET#", after, limit).await
    }

    /// A page of an author's tweets with media, newest first. It never lags. One round trip.
    pub async fn with_media(
        &self,
        author: UserId,
        after: Option<TweetId>,
        limit: i32,
    ) -> Result<ListPage<TweetId>, StoreError> {
        self.authored(author, "MEDIA#", after, limit).await
    }

    /// A page of the tweets with a tag, with their authors, newest first. The index lags. One round trip.
    pub async fn tagged(
        &self,
        tag: &Tag,
        after: Option<TweetId>,
        limit: i32,
    ) -> Result<ListPage<(TweetId, UserId)>, StoreError> {
        self.listed(&tag_list(tag), Order::NewestFirst, after, limit).await
    }

    /// A page of the replies to a tweet, with their authors, oldest first. The index lags. One round trip.
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
        let own = PartitionRange { pk: works_pk(author), prefix, by_recency: false, order: Order::NewestFirst };
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

/// The list of tweets with a tag.
pub(crate) fn tag_list(tag: &Tag) -> String {
    format!("TAG#{}", tag.as_str())
}

/// The list of replies to a tweet.
pub(crate) fn replies_list(tweet: TweetId) -> String {
    format!("REPLIES#{tweet}")
}

/// Reads the tweet's id and its author from a list entry.
fn with_author(item: &Item) -> Option<(TweetId, UserId)> {
    Some((id_behind(item, "pk", "T#")?, id_behind(item, "author", "")?))
}
