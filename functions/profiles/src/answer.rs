//! Document 001's shape of a profile.

use aviary_media::Bucket;
use aviary_store::{Picture, Profile};
use aviary_web::Client;
use serde::Serialize;
use utoipa::ToSchema;

/// Shown until somebody writes a biography.
const DEFAULT_BIO: &str = "Write about yourself.";

/// A profile as document 001 shows it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShownProfile {
    /// The biography.
    #[schema(example = "Write about yourself.")]
    pub bio: String,
    /// The URL of the profile picture.
    pub profile_pic: String,
    /// How many follow this user.
    pub followers: u64,
    /// How many this user follows.
    pub following: u64,
}

impl ShownProfile {
    pub(crate) fn of(profile: &Profile, bucket: &Bucket, client: &Client) -> Self {
        let bio = profile.bio.as_str();
        Self {
            bio: if bio.is_empty() { DEFAULT_BIO } else { bio }.to_owned(),
            profile_pic: match &profile.picture {
                Some(Picture::Object(key)) => bucket.urls().url(key),
                Some(Picture::Link(link)) => link.as_str().to_owned(),
                None => client.default_picture_url(),
            },
            followers: profile.followers,
            following: profile.following,
        }
    }
}
