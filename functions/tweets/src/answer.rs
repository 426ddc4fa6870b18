//! A tweet as clients see it.

use aviary_media::Bucket;
use aviary_model::{MediaId, TweetId, UserId};
use aviary_store::{Media, Picture, Profile, Tweet};
use aviary_web::Client;
use serde::Serialize;
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
    pub in_reply_to: Option<String>,
}

/// A tweet's author.
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

/// An image of a tweet.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShownMedia {
    /// The id.
    #[schema(value_type = String)]
    pub id: MediaId,
    /// Always `image`.
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

impl ShownTweet {
    pub(crate) fn of(tweet: &Tweet, author: &Profile, bucket: &Bucket, client: &Client) -> Self {
        let media: Vec<ShownMedia> = tweet.media.iter().map(|media| shown(media, bucket)).collect();
        Self {
            id: tweet.id,
            author: Author {
                id: author.id,
                username: author.username.as_str().to_owned(),
                alias: author.alias.as_str().to_owned(),
                profile_pic: match &author.picture {
                    Some(Picture::Object(key)) => bucket.urls().url(key),
                    Some(Picture::Link(link)) => link.as_str().to_owned(),
                    None => client.default_picture_url(),
                },
            },
            message: tweet.message.as_str().to_owned(),
            imagelinks: media.iter().map(|media| media.url.clone()).collect(),
            videolinks: Vec::new(),
            media,
            likes: tweet.likes,
            comments: tweet.comments,
            retweets: tweet.retweets,
            liked: false,
            retweeted: false,
            saved: false,
            created_at: tweet.created_at.to_string(),
            edited_at: None,
            in_reply_to: None,
        }
    }
}

fn shown(media: &Media, bucket: &Bucket) -> ShownMedia {
    ShownMedia {
        id: media.id,
        kind: "image",
        url: bucket.urls().url(&media.key),
        thumbnail_url: None,
        width: media.width,
        height: media.height,
        alt: media.alt.as_str().to_owned(),
        state: "ready",
    }
}
