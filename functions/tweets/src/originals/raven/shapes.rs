//! Tweets and comments as Raven reads them, and its errors in the client's words.

use aviary_model::{CommentId, TweetId, UserId};
use aviary_representation::{ShownComment, ShownTweet};
use aviary_web::{ApiError, Client};
use serde::Serialize;
use utoipa::ToSchema;

/// A tweet in document 000's shape.
#[derive(Debug, Serialize, ToSchema)]
pub struct RavenTweet {
    /// The tweet's id.
    #[schema(value_type = String)]
    pub tweet_id: TweetId,
    /// The author's id.
    #[schema(value_type = String)]
    pub user_id: UserId,
    /// The author's username.
    pub username: String,
    /// The author's id.
    #[schema(value_type = String)]
    pub user: UserId,
    /// The author's display name; empty if there is none.
    pub alias: String,
    /// The text; empty if there is only a picture.
    pub content: String,
    /// Is there a picture or a video?
    pub media: bool,
    /// The URL of the first picture, else of the video; empty if there is none.
    pub media_url: String,
    /// Always true: all tweets are public.
    pub public: bool,
    /// Always true.
    pub public_reply: bool,
    /// The URL of the author's picture; empty if there is none.
    pub profile_image: String,
    /// The time of posting.
    #[schema(format = DateTime)]
    pub timestamp: String,
    /// The number of saves.
    pub number_of_saves: u64,
    /// The number of likes.
    pub number_of_likes: u64,
    /// The number of retweets.
    pub number_of_retweets: u64,
    /// The number of comments.
    pub number_of_replies: u64,
    /// Does the caller like the tweet?
    pub liked: bool,
    /// Has the caller retweeted the tweet?
    pub retweeted: bool,
    /// Has the caller saved the tweet?
    pub saved: bool,
}

/// A comment in document 000's shape, which calls it a reply.
#[derive(Debug, Serialize, ToSchema)]
pub struct RavenReply {
    /// The comment's id.
    #[schema(value_type = String)]
    pub reply_id: CommentId,
    /// The id of the tweet.
    #[schema(value_type = String)]
    pub tweet: TweetId,
    /// The author's id.
    #[schema(value_type = String)]
    pub user: UserId,
    /// The text.
    pub content: String,
    /// The author's username.
    pub username: String,
    /// The author's display name; empty if there is none.
    pub alias: String,
    /// The URL of the author's picture; empty if there is none.
    pub image_url: String,
    /// Always false: replies have no pictures.
    pub media: bool,
    /// Always empty.
    pub media_url: String,
    /// The number of likes.
    pub number_of_likes: u64,
    /// Does the caller like the reply?
    pub liked: bool,
    /// The time of writing.
    #[schema(format = DateTime)]
    pub timestamp: String,
}

/// An entry of a list of tweets and replies.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum TweetOrReply {
    /// A tweet.
    Tweet(RavenTweet),
    /// A reply, with the tweet that it answers.
    Reply {
        /// The tweet.
        tweet: RavenTweet,
        /// The reply.
        reply: Box<RavenReply>,
    },
}

/// What a write without another answer says.
#[derive(Debug, Serialize, ToSchema)]
pub struct Message {
    /// What was done.
    pub message: &'static str,
}

impl RavenTweet {
    pub(crate) fn of(tweet: ShownTweet, client: &Client) -> Self {
        let media_url = tweet.imagelinks.into_iter().chain(tweet.videolinks).next().unwrap_or_default();
        Self {
            tweet_id: tweet.id,
            user_id: tweet.author.id,
            username: tweet.author.username,
            user: tweet.author.id,
            alias: tweet.author.alias,
            content: tweet.message,
            media: !media_url.is_empty(),
            media_url,
            public: true,
            public_reply: true,
            profile_image: own_picture(tweet.author.profile_pic, client),
            timestamp: tweet.created_at,
            number_of_saves: tweet.saves,
            number_of_likes: tweet.likes,
            number_of_retweets: tweet.retweets,
            number_of_replies: tweet.comments,
            liked: tweet.liked,
            retweeted: tweet.retweeted,
            saved: tweet.saved,
        }
    }
}

impl RavenReply {
    pub(crate) fn of(comment: ShownComment, client: &Client) -> Self {
        Self {
            reply_id: comment.id,
            tweet: comment.tweet,
            user: comment.author.id,
            content: comment.message,
            username: comment.author.username,
            alias: comment.author.alias,
            image_url: own_picture(comment.author.profile_pic, client),
            media: false,
            media_url: String::new(),
            number_of_likes: comment.likes,
            liked: comment.liked,
            timestamp: comment.created_at,
        }
    }
}

/// The picture of a person, without our default one: the client has a default of its own.
fn own_picture(url: String, client: &Client) -> String {
    if url == client.default_picture_url() { String::new() } else { url }
}

/// An error of the product in the client's words.
pub(crate) fn in_their_words(error: ApiError) -> ApiError {
    error.renaming("message", "content")
}
