//! What clients see of a profile: document 001's form and document 000's.

use aviary_media::MediaUrls;
use aviary_model::UserId;
use aviary_representation::{picture_url, with_own};
use aviary_store::Profile;
use aviary_web::Client;
use serde::Serialize;
use utoipa::ToSchema;

/// Shown in place of an empty biography.
const DEFAULT_BIO: &str = "Write about yourself.";

/// A profile, as document 001 shows it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShownProfile {
    /// The biography; `Write about yourself.` if it is empty.
    #[schema(example = "Write about yourself.")]
    pub bio: String,
    /// The URL of the profile picture; the default picture's if the user has none.
    pub profile_pic: String,
    /// The number of followers.
    pub followers: u64,
    /// The number of users whom this user follows.
    pub following: u64,
}

impl ShownProfile {
    pub(crate) fn of(profile: &Profile, media: &MediaUrls, client: &Client) -> Self {
        let bio = profile.bio.as_str();
        Self {
            bio: if bio.is_empty() { DEFAULT_BIO } else { bio }.to_owned(),
            profile_pic: picture_url(profile, media).unwrap_or_else(|| client.default_picture_url()),
            followers: profile.followers,
            following: profile.following,
        }
    }
}

/// A profile, as document 000 shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ViewedProfile {
    /// The profile's id, which is the user's.
    #[schema(value_type = String)]
    pub id: UserId,
    /// The user's id.
    #[schema(value_type = String)]
    pub user: UserId,
    /// The username, as its owner writes it.
    pub username: String,
    /// The display name; empty if the user has none.
    pub alias: String,
    /// The biography; may be empty.
    pub bio: String,
    /// The date of birth as `YYYY-MM-DD`, or null. Only in the caller's own profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = Option<String>)]
    pub date_of_birth: Option<Option<String>>,
    /// The URL of the profile picture; empty if the user has none.
    pub image_url: String,
    /// The URL of the background picture; empty if the user has none.
    pub background_image_url: String,
    /// The number of followers.
    pub followers: u64,
    /// The number of users whom this user follows.
    pub following: u64,
    /// Does the caller follow this user?
    pub is_following: bool,
}

impl ViewedProfile {
    pub(crate) fn of(profile: &Profile, viewer: UserId, is_following: bool, media: &MediaUrls) -> Self {
        let own = profile.id == viewer;
        Self {
            id: profile.id,
            user: profile.id,
            username: profile.username.as_str().to_owned(),
            alias: profile.alias.as_str().to_owned(),
            bio: profile.bio.as_str().to_owned(),
            date_of_birth: own.then(|| profile.date_of_birth.as_ref().map(ToString::to_string)),
            image_url: picture_url(profile, media).unwrap_or_default(),
            background_image_url: profile.background.as_ref().map(|link| link.as_str().to_owned()).unwrap_or_default(),
            followers: with_own(profile.followers, is_following),
            following: profile.following,
            is_following,
        }
    }
}
