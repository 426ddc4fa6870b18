//! What clients see of a notification.

use aviary_media::MediaUrls;
use aviary_model::{CommentId, NotificationId, TweetId};
use aviary_representation::Person;
use aviary_store::{Notification, Profile};
use serde::Serialize;
use utoipa::ToSchema;

/// A notification.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShownNotification {
    /// The notification's id.
    #[schema(value_type = String)]
    pub id: NotificationId,
    /// `like`, `comment`, `follow`, `mention` (also for an answer) or `retweet`.
    #[schema(example = "like")]
    pub kind: &'static str,
    /// The user who did it.
    pub actor: Person,
    /// The id of the tweet, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub tweet: Option<TweetId>,
    /// The id of the comment, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub comment: Option<CommentId>,
    /// The time at which it was done.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// Has the caller read it?
    pub read: bool,
}

impl ShownNotification {
    pub(crate) fn of(notification: &Notification, actor: &Profile, media: &MediaUrls) -> Self {
        let news = &notification.news;
        Self {
            id: notification.id,
            kind: news.kind.as_str(),
            actor: Person::of(actor, media),
            tweet: news.tweet,
            comment: news.comment,
            created_at: news.created_at.to_string(),
            read: notification.read,
        }
    }
}

/// The caller's unread notifications.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnreadResponse {
    /// The number of unread notifications.
    pub unread: u64,
}
