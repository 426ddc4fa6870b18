//! Tweets with their media.

use std::borrow::Cow;

use aviary_media::MediaUrls;
use aviary_model::{MediaId, TweetId};
use aviary_store::{Media, MediaKind, MediaState, PageData, Profile, Tweet};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::counts::with_own;
use crate::links::Links;
use crate::person::Author;

/// A tweet. A repeated request gets the stored JSON of the first response, which routes of another form read.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ShownTweet {
    /// The tweet's id.
    #[schema(value_type = String)]
    pub id: TweetId,
    /// The tweet's author.
    pub author: Author,
    /// The text; may be empty if there is media.
    pub message: String,
    /// The URLs of the images; a picture on another site is one of them.
    pub imagelinks: Vec<String>,
    /// The URLs of the videos.
    pub videolinks: Vec<String>,
    /// The images and videos, with their sizes and descriptions.
    pub media: Vec<ShownMedia>,
    /// The number of likes.
    pub likes: u64,
    /// The number of comments.
    pub comments: u64,
    /// The number of retweets.
    pub retweets: u64,
    /// Does the caller like the tweet?
    pub liked: bool,
    /// Has the caller retweeted the tweet?
    pub retweeted: bool,
    /// Has the caller saved the tweet?
    pub saved: bool,
    /// The time of posting.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// The time of the last edit; null if the tweet was never edited.
    pub edited_at: Option<String>,
    /// The id of the tweet that this one answers.
    #[schema(value_type = Option<String>)]
    pub in_reply_to: Option<TweetId>,
    /// The number of saves. Only document 000's shape has it.
    #[serde(skip)]
    pub saves: u64,
}

/// An image or a video of a tweet.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ShownMedia {
    /// The medium's id.
    #[schema(value_type = String)]
    pub id: MediaId,
    /// `image` or `video`.
    #[schema(value_type = String)]
    pub kind: Cow<'static, str>,
    /// The URL of the file; null unless it is `ready`.
    pub url: Option<String>,
    /// The URL of an image's thumbnail; null until there is one, and for videos.
    pub thumbnail_url: Option<String>,
    /// A few characters from which a client draws what is shown until the image is there (blurha.sh); null like the
    /// thumbnail.
    pub blurhash: Option<String>,
    /// The width in pixels.
    pub width: u32,
    /// The height in pixels.
    pub height: u32,
    /// The author's description; may be empty.
    pub alt: String,
    /// `ready`, `processing` or `rejected`.
    #[schema(value_type = String)]
    pub state: Cow<'static, str>,
}

/// The caller's own reactions to a tweet.
#[derive(Clone, Copy, Debug, Default)]
pub struct OwnReactions {
    liked: bool,
    retweeted: bool,
    saved: bool,
}

impl OwnReactions {
    /// The viewer's reactions to a tweet, as they were read for a page.
    #[must_use]
    pub fn of(tweet: TweetId, page_data: &PageData) -> Self {
        Self { liked: page_data.likes(tweet), retweeted: page_data.retweeted(tweet), saved: page_data.saved(tweet) }
    }
}

impl ShownTweet {
    /// Shows a tweet of the author with this profile.
    #[must_use]
    pub fn of(tweet: &Tweet, author: &Profile, own: OwnReactions, links: Links<'_>) -> Self {
        let urls = |kind: MediaKind| {
            let media = tweet.media.iter().filter(move |media| media.kind == kind && media.state == MediaState::Ready);
            media.map(|media| links.media.url(&media.key))
        };
        let linked = tweet.media_url.iter().map(|link| link.as_str().to_owned());
        Self {
            id: tweet.id,
            author: Author::of(author, links),
            message: tweet.message.as_str().to_owned(),
            imagelinks: linked.chain(urls(MediaKind::Image)).collect(),
            videolinks: urls(MediaKind::Video).collect(),
            media: tweet.media.iter().map(|media| ShownMedia::of(media, links.media)).collect(),
            likes: with_own(tweet.likes, own.liked),
            comments: tweet.comments,
            retweets: with_own(tweet.retweets, own.retweeted),
            liked: own.liked,
            retweeted: own.retweeted,
            saved: own.saved,
            created_at: tweet.created_at.to_string(),
            edited_at: tweet.edited_at.map(|at| at.to_string()),
            in_reply_to: tweet.in_reply_to.map(|parent| parent.tweet),
            saves: with_own(tweet.saves, own.saved),
        }
    }

    /// Shows a tweet that was read for a page; `None` if the tweet or its author is deleted.
    #[must_use]
    pub fn from_page(id: TweetId, page_data: &PageData, links: Links<'_>) -> Option<Self> {
        let tweet = page_data.tweet(id)?;
        let author = page_data.profile(tweet.author)?;
        Some(Self::of(tweet, author, OwnReactions::of(id, page_data), links))
    }
}

impl ShownMedia {
    /// Shows an image or video of a tweet.
    #[must_use]
    pub fn of(media: &Media, urls: &MediaUrls) -> Self {
        Self {
            id: media.id,
            kind: media.kind.as_str().into(),
            url: (media.state == MediaState::Ready).then(|| urls.url(&media.key)),
            thumbnail_url: media.thumbnail.as_ref().map(|key| urls.url(key)),
            blurhash: media.blurhash.clone(),
            width: media.width,
            height: media.height,
            alt: media.alt.as_str().to_owned(),
            state: media.state.as_str().into(),
        }
    }
}
