//! A profile, as document 001 shows it.

use aviary_media::MediaUrls;
use aviary_store::Profile;
use aviary_web::Client;
use serde::Serialize;
use utoipa::ToSchema;

use crate::links::picture_url;

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
    /// Shows this profile.
    #[must_use]
    pub fn of(profile: &Profile, media: &MediaUrls, client: &Client) -> Self {
        let bio = profile.bio.as_str();
        Self {
            bio: if bio.is_empty() { DEFAULT_BIO } else { bio }.to_owned(),
            profile_pic: picture_url(profile, media).unwrap_or_else(|| client.default_picture_url()),
            followers: profile.followers,
            following: profile.following,
        }
    }
}
