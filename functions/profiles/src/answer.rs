//! The shapes of a profile: document 001's, document 000's, and a person in a list.

use aviary_media::Bucket;
use aviary_model::UserId;
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
            profile_pic: picture_url(profile, bucket).unwrap_or_else(|| client.default_picture_url()),
            followers: profile.followers,
            following: profile.following,
        }
    }
}

/// Where the profile picture is, if there is one.
fn picture_url(profile: &Profile, bucket: &Bucket) -> Option<String> {
    match profile.picture.as_ref()? {
        Picture::Object(key) => Some(bucket.urls().url(key)),
        Picture::Link(link) => Some(link.as_str().to_owned()),
    }
}

/// A profile as document 000 shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ViewedProfile {
    /// The profile's id, which is the user's.
    #[schema(value_type = String)]
    pub id: UserId,
    /// The user's id.
    #[schema(value_type = String)]
    pub user: UserId,
    /// The username.
    pub username: String,
    /// The name shown beside it; empty if there is none.
    pub alias: String,
    /// The biography; empty until somebody writes one.
    pub bio: String,
    /// `YYYY-MM-DD` or null; in one's own profile only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = Option<String>)]
    pub date_of_birth: Option<Option<String>>,
    /// The picture's URL; empty if there is none.
    pub image_url: String,
    /// The URL of the picture behind it; empty if there is none.
    pub background_image_url: String,
    /// How many follow this user.
    pub followers: u64,
    /// How many this user follows.
    pub following: u64,
    /// Does the caller?
    pub is_following: bool,
}

impl ViewedProfile {
    pub(crate) fn of(profile: &Profile, viewer: UserId, is_following: bool, bucket: &Bucket) -> Self {
        let own = profile.id == viewer;
        Self {
            id: profile.id,
            user: profile.id,
            username: profile.username.as_str().to_owned(),
            alias: profile.alias.as_str().to_owned(),
            bio: profile.bio.as_str().to_owned(),
            date_of_birth: own.then(|| profile.date_of_birth.as_ref().map(ToString::to_string)),
            image_url: picture_url(profile, bucket).unwrap_or_default(),
            background_image_url: profile.background.as_ref().map(|link| link.as_str().to_owned()).unwrap_or_default(),
            // What the viewer did may not be counted yet.
            followers: profile.followers.max(u64::from(is_following)),
            following: profile.following,
            is_following,
        }
    }
}

/// Somebody in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShownPerson {
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

impl ShownPerson {
    pub(crate) fn of(profile: &Profile, bucket: &Bucket) -> Self {
        Self {
            id: profile.id,
            username: profile.username.as_str().to_owned(),
            alias: profile.alias.as_str().to_owned(),
            image_url: picture_url(profile, bucket).unwrap_or_default(),
        }
    }
}

/// A page of people.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonList {
    /// Where the next page is.
    pub next: Option<String>,
    /// Always null.
    pub previous: Option<String>,
    /// People.
    pub results: Vec<ShownPerson>,
}
