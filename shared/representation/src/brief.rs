//! People in lists, as the front-end of document 000 reads them.

use aviary_media::MediaUrls;
use aviary_model::UserId;
use aviary_store::Profile;
use serde::Serialize;
use utoipa::ToSchema;

use crate::counts::with_own;
use crate::links::picture_url;

/// A person in a list of document 000.
#[derive(Debug, Serialize, ToSchema)]
pub struct Brief {
    /// The profile's id, which is the user's.
    #[schema(value_type = String)]
    pub id: UserId,
    /// The user's id.
    #[schema(value_type = String)]
    pub user_id: UserId,
    /// The display name; empty if the user has none.
    pub alias: String,
    /// The username, as its owner writes it.
    pub username: String,
    /// The number of followers.
    pub number_of_followers: u64,
    /// The URL of the profile picture; empty if the user has none.
    pub image_url: String,
    /// Up to three people whom the caller follows and who follow this one, where people are suggested; else empty.
    pub related: Vec<Related>,
}

/// Somebody whom the caller follows and who follows a suggested person.
#[derive(Debug, Serialize, ToSchema)]
pub struct Related {
    /// The user's id.
    #[schema(value_type = String)]
    pub id: UserId,
    /// The username.
    pub username: String,
}

impl Brief {
    /// Shows the person with this profile, whom the caller follows or not.
    #[must_use]
    pub fn of(profile: &Profile, is_followed: bool, media: &MediaUrls) -> Self {
        Self {
            id: profile.id,
            user_id: profile.id,
            alias: profile.alias.as_str().to_owned(),
            username: profile.username.as_str().to_owned(),
            number_of_followers: with_own(profile.followers, is_followed),
            image_url: picture_url(profile, media).unwrap_or_default(),
            related: Vec::new(),
        }
    }
}
