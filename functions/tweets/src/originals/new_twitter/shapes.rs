//! Tweets, people and comments in document 001's shapes.

use aviary_model::{CommentId, TweetId, UserId};
use aviary_representation::{Author, Person, ShownComment, ShownTweet};
use aviary_web::Client;
use serde::Serialize;
use utoipa::ToSchema;

/// A tweet, as document 001 shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tweet001 {
    /// The tweet's id.
    #[serde(rename = "_id")]
    #[schema(value_type = String)]
    pub id: TweetId,
    /// The text.
    pub message: String,
    /// The URLs of the images.
    pub imagelinks: Vec<String>,
    /// The URL of the video; empty if there is none.
    pub videolinks: String,
    /// The author's id.
    #[schema(value_type = String)]
    pub author: UserId,
    /// The number of likes.
    pub likescount: u64,
    /// The number of comments.
    pub commentscount: u64,
    /// Does the caller like the tweet?
    pub like_flag: bool,
    /// The time of posting.
    #[serde(rename = "createdAt")]
    pub created_at: String,
    /// The time of the last edit, or of posting.
    #[serde(rename = "updatedAt")]
    pub updated_at: String,
}

impl From<&ShownTweet> for Tweet001 {
    fn from(tweet: &ShownTweet) -> Self {
        Self {
            id: tweet.id,
            message: tweet.message.clone(),
            imagelinks: tweet.imagelinks.clone(),
            videolinks: tweet.videolinks.first().cloned().unwrap_or_default(),
            author: tweet.author.id,
            likescount: tweet.likes,
            commentscount: tweet.comments,
            like_flag: tweet.liked,
            created_at: tweet.created_at.clone(),
            updated_at: tweet.edited_at.as_ref().unwrap_or(&tweet.created_at).clone(),
        }
    }
}

/// The tweets of a list.
pub(crate) fn tweets(shown: &[ShownTweet]) -> Vec<Tweet001> {
    shown.iter().map(Tweet001::from).collect()
}

/// A person, as document 001 shows them.
#[derive(Debug, Serialize, ToSchema)]
pub struct Person001 {
    /// The user's id.
    #[serde(rename = "_id")]
    #[schema(value_type = String)]
    pub id: UserId,
    /// The display name; empty if the user has none.
    pub name: String,
    /// The username.
    pub username: String,
    /// The profile.
    pub profile: Picture001,
}

/// The part of a profile that lists show.
#[derive(Debug, Serialize, ToSchema)]
pub struct Picture001 {
    /// The URL of the profile picture; the default picture's if the user has none.
    #[serde(rename = "profilePic")]
    pub profile_pic: String,
}

impl From<&Author> for Person001 {
    fn from(author: &Author) -> Self {
        Self {
            id: author.id,
            name: author.alias.clone(),
            username: author.username.clone(),
            profile: Picture001 { profile_pic: author.profile_pic.clone() },
        }
    }
}

impl Person001 {
    pub(crate) fn of(person: Person, client: &Client) -> Self {
        let Person { id, username, alias, image_url } = person;
        let profile_pic = if image_url.is_empty() { client.default_picture_url() } else { image_url };
        Self { id, name: alias, username, profile: Picture001 { profile_pic } }
    }
}

/// The authors of these tweets, each once, in the order in which they come.
pub(crate) fn authors(shown: &[ShownTweet]) -> Vec<Person001> {
    let mut people: Vec<Person001> = Vec::new();
    for author in shown.iter().map(|tweet| &tweet.author) {
        if people.iter().all(|person| person.id != author.id) {
            people.push(author.into());
        }
    }
    people
}

/// A comment, as document 001 shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Comment001 {
    /// The comment's id.
    #[serde(rename = "_id")]
    #[schema(value_type = String)]
    pub id: CommentId,
    /// The id of the comment's author.
    #[schema(value_type = String)]
    pub commentorid: UserId,
    /// The text.
    pub text: String,
    /// 1 for a comment that answers another one, else 0.
    pub threadlevel: u8,
    /// The number of comments that answer this one.
    pub commentscount: u64,
    /// The id of the comment that this one answers.
    #[schema(value_type = Option<String>)]
    pub parentid: Option<CommentId>,
    /// The time of writing.
    #[serde(rename = "createdAt")]
    pub created_at: String,
}

impl From<&ShownComment> for Comment001 {
    fn from(comment: &ShownComment) -> Self {
        Self {
            id: comment.id,
            commentorid: comment.author.id,
            text: comment.message.clone(),
            threadlevel: u8::from(comment.in_reply_to.is_some()),
            commentscount: comment.comments,
            parentid: comment.in_reply_to,
            created_at: comment.created_at.clone(),
        }
    }
}

/// What was done, in words.
#[derive(Debug, Serialize, ToSchema)]
pub struct Done001 {
    /// What was done.
    pub message: &'static str,
}
