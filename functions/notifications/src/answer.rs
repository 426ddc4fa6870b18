//! What is shown of a notification.

use aviary_media::Bucket;
use aviary_model::{CommentId, NotificationId, TweetId, UserId};
use aviary_store::{Notification, Picture, Profile};
use serde::Serialize;
use utoipa::ToSchema;

/// A notification.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShownNotification {
    /// The id.
    #[schema(value_type = String)]
    pub id: NotificationId,
    /// What was done: `like`, `comment`, `follow`, `mention` (an answer too) or `retweet`.
    #[schema(example = "like")]
    pub kind: &'static str,
    /// Who did it.
    pub actor: ShownActor,
    /// The id of the tweet that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub tweet: Option<TweetId>,
    /// The id of the comment that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub comment: Option<CommentId>,
    /// When it was done.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// Has the caller read it?
    pub read: bool,
}

/// Who did something.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShownActor {
    /// The user's id.
    #[schema(value_type = String)]
    pub id: UserId,
    /// The username.
    pub username: String,
    /// The name shown beside it; empty if there is none.
    pub alias: String,
    /// The picture's URL; empty if there is none.
    pub image_url: String,
}

impl ShownNotification {
    pub(crate) fn of(notification: &Notification, actor: &Profile, bucket: &Bucket) -> Self {
        let news = &notification.news;
        Self {
            id: notification.id,
            kind: news.kind.as_str(),
            actor: ShownActor::of(actor, bucket),
            tweet: news.tweet,
            comment: news.comment,
            created_at: news.created_at.to_string(),
            read: notification.read,
        }
    }
}

impl ShownActor {
    fn of(profile: &Profile, bucket: &Bucket) -> Self {
        let picture = profile.picture.as_ref().map(|picture| match picture {
            Picture::Object(key) => bucket.urls().url(key),
            Picture::Link(link) => link.as_str().to_owned(),
        });
        Self {
            id: profile.id,
            username: profile.username.as_str().to_owned(),
            alias: profile.alias.as_str().to_owned(),
            image_url: picture.unwrap_or_default(),
        }
    }
}

/// How many notifications are unread.
#[derive(Debug, Serialize, ToSchema)]
pub struct Unread {
    /// The count.
    pub unread: u64,
}
