//! People: as the author of something, and as an entry of a list.

use aviary_media::MediaUrls;
use aviary_model::UserId;
use aviary_store::Profile;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::links::{Links, picture_url};

/// The author of a tweet or a comment.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Author {
    /// The user's id.
    #[schema(value_type = String)]
    pub id: UserId,
    /// The username, as its owner writes it.
    pub username: String,
    /// The display name; empty if the user has none.
    pub alias: String,
    /// The URL of the profile picture; the default picture's if the user has none.
    pub profile_pic: String,
}

impl Author {
    /// Shows the author with this profile.
    #[must_use]
    pub fn of(profile: &Profile, links: Links<'_>) -> Self {
        Self {
            id: profile.id,
            username: profile.username.as_str().to_owned(),
            alias: profile.alias.as_str().to_owned(),
            profile_pic: picture_url(profile, links.media).unwrap_or_else(|| links.client.default_picture_url()),
        }
    }
}

/// A person in a list, or the actor of a notification.
#[derive(Debug, Serialize, ToSchema)]
pub struct Person {
    /// The user's id.
    #[schema(value_type = String)]
    pub id: UserId,
    /// The username, as its owner writes it.
    pub username: String,
    /// The display name; empty if the user has none.
    pub alias: String,
    /// The URL of the profile picture; empty if the user has none.
    pub image_url: String,
}

impl Person {
    /// Shows the person with this profile.
    #[must_use]
    pub fn of(profile: &Profile, media: &MediaUrls) -> Self {
        Self {
            id: profile.id,
            username: profile.username.as_str().to_owned(),
            alias: profile.alias.as_str().to_owned(),
            image_url: picture_url(profile, media).unwrap_or_default(),
        }
    }
}
