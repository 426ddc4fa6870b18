//! Tweets and people as clients see them.

use aviary_media::Bucket;
use aviary_model::{MediaId, TweetId, UserId};
use aviary_store::{Media, MediaKind, PageData, Picture, Profile, Tweet};
use aviary_web::{ApiError, Client};
use axum::Json;
use http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A tweet.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShownTweet {
    /// The id.
    #[schema(value_type = String)]
    pub id: TweetId,
    /// Who wrote it.
    pub author: Author,
    /// What it says.
    pub message: String,
    /// The URLs of its images.
    pub imagelinks: Vec<String>,
    /// The URLs of its videos.
    pub videolinks: Vec<String>,
    /// Its images and videos with all that is known of them.
    pub media: Vec<ShownMedia>,
    /// How many like it.
    pub likes: u64,
    /// How many comments it has.
    pub comments: u64,
    /// How many retweeted it.
    pub retweets: u64,
    /// Does the caller like it?
    pub liked: bool,
    /// Did the caller retweet it?
    pub retweeted: bool,
    /// Did the caller save it?
    pub saved: bool,
    /// When it was written.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it was last edited.
    pub edited_at: Option<String>,
    /// The tweet that it answers.
    #[schema(value_type = Option<String>)]
    pub in_reply_to: Option<TweetId>,
}

/// A tweet's or a comment's author.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Author {
    /// The user's id.
    #[schema(value_type = String)]
    pub id: UserId,
    /// The username.
    pub username: String,
    /// The name shown beside it.
    pub alias: String,
    /// The URL of the profile picture.
    pub profile_pic: String,
}

/// Somebody in a list of people.
#[derive(Debug, Serialize, ToSchema)]
pub struct Person {
    /// The user's id.
    #[schema(value_type = String)]
    pub id: UserId,
    /// The username.
    pub username: String,
    /// The name shown beside it.
    pub alias: String,
    /// The URL of the profile picture; empty if there is none.
    pub image_url: String,
}

/// An image or a video of a tweet.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShownMedia {
    /// The id.
    #[schema(value_type = String)]
    pub id: MediaId,
    /// `image` or `video`.
    pub kind: &'static str,
    /// Where it is.
    pub url: String,
    /// Where a smaller one is; null while there is none.
    pub thumbnail_url: Option<String>,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// What it shows.
    pub alt: String,
    /// Always `ready`.
    pub state: &'static str,
}

/// How the caller stands to a tweet.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Marks {
    liked: bool,
    retweeted: bool,
    saved: bool,
}

impl Marks {
    pub(crate) fn of(tweet: TweetId, seen: &PageData) -> Self {
        Self { liked: seen.likes(tweet), retweeted: seen.retweeted(tweet), saved: seen.saved(tweet) }
    }
}

/// What turns keys into URLs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Links<'a> {
    pub(crate) bucket: &'a Bucket,
    pub(crate) client: &'a Client,
}

impl Links<'_> {
    fn picture(self, profile: &Profile) -> Option<String> {
        profile.picture.as_ref().map(|picture| match picture {
            Picture::Object(key) => self.bucket.urls().url(key),
            Picture::Link(link) => link.as_str().to_owned(),
        })
    }

    pub(crate) fn author(self, profile: &Profile) -> Author {
        Author {
            id: profile.id,
            username: profile.username.as_str().to_owned(),
            alias: profile.alias.as_str().to_owned(),
            profile_pic: self.picture(profile).unwrap_or_else(|| self.client.default_picture_url()),
        }
    }

    pub(crate) fn person(self, profile: &Profile) -> Person {
        Person {
            id: profile.id,
            username: profile.username.as_str().to_owned(),
            alias: profile.alias.as_str().to_owned(),
            image_url: self.picture(profile).unwrap_or_default(),
        }
    }

    pub(crate) fn tweet(self, tweet: &Tweet, author: &Profile, marks: Marks) -> ShownTweet {
        let urls = |kind: MediaKind| {
            let media = tweet.media.iter().filter(|media| media.kind == kind);
            media.map(|media| self.bucket.urls().url(&media.key)).collect()
        };
        ShownTweet {
            id: tweet.id,
            author: self.author(author),
            message: tweet.message.as_str().to_owned(),
            imagelinks: urls(MediaKind::Image),
            videolinks: urls(MediaKind::Video),
            media: tweet.media.iter().map(|media| self.media(media)).collect(),
            likes: with_own(tweet.likes, marks.liked),
            comments: tweet.comments,
            retweets: with_own(tweet.retweets, marks.retweeted),
            liked: marks.liked,
            retweeted: marks.retweeted,
            saved: marks.saved,
            created_at: tweet.created_at.to_string(),
            edited_at: tweet.edited_at.map(|at| at.to_string()),
            in_reply_to: tweet.in_reply_to.map(|parent| parent.tweet),
        }
    }

    /// A tweet that was read for a page; `None` if it or its author is deleted.
    pub(crate) fn tweet_from_page(self, id: TweetId, page_data: &PageData) -> Option<ShownTweet> {
        let tweet = page_data.tweet(id)?;
        Some(self.tweet(tweet, page_data.profile(tweet.author)?, Marks::of(id, page_data)))
    }

    fn media(self, media: &Media) -> ShownMedia {
        ShownMedia {
            id: media.id,
            kind: match media.kind {
                MediaKind::Image => "image",
                MediaKind::Video => "video",
            },
            url: self.bucket.urls().url(&media.key),
            thumbnail_url: None,
            width: media.width,
            height: media.height,
            alt: media.alt.as_str().to_owned(),
            state: "ready",
        }
    }
}

/// The stored response of the first request, for a repeated one.
pub(crate) fn repeat_response(stored: &str) -> Result<(StatusCode, Json<Value>), ApiError> {
    serde_json::from_str(stored).map(|response| (StatusCode::CREATED, Json(response))).map_err(ApiError::internal)
}

/// A stored count that is at least 1 if the viewer's own reaction exists: the stream may not have counted it yet.
pub(crate) fn with_own(count: u64, own: bool) -> u64 {
    count.max(u64::from(own))
}

/// A stored count after the caller's reaction was written; `changed` says whether this request added it.
pub(crate) fn one_more(count: u64, changed: bool) -> u64 {
    with_own(count.saturating_add(u64::from(changed)), true)
}

/// A stored count after the caller's reaction was removed; `changed` says whether this request removed one.
pub(crate) fn one_less(count: u64, changed: bool) -> u64 {
    count.saturating_sub(u64::from(changed))
}
