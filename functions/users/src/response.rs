//! What clients see of a user, in document 003's form.

use aviary_media::MediaUrls;
use aviary_model::Bio;
use aviary_representation::picture_url;
use aviary_store::{Profile, ServiceProfile};
use aviary_web::Client;
use serde::Serialize;
use utoipa::ToSchema;

/// Shown in place of an empty biography.
const DEFAULT_BIOGRAPHY: &str = "Default biography";

/// A user, as document 003 shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShownUser {
    /// The username, as its owner writes it.
    #[schema(example = "john_doe")]
    pub username: String,
    /// The biography; `Default biography` if it is empty.
    #[schema(example = "Default biography")]
    pub biography: String,
}

impl ShownUser {
    pub(crate) fn of(profile: &Profile, bio: &Bio) -> Self {
        let biography = if bio.is_empty() { DEFAULT_BIOGRAPHY } else { bio.as_str() };
        Self { username: profile.username.as_str().to_owned(), biography: biography.to_owned() }
    }
}

/// A user with their picture, as the caller sees them.
#[derive(Debug, Serialize, ToSchema)]
pub struct ViewedUser {
    /// The user.
    #[serde(flatten)]
    pub user: ShownUser,
    /// The URL of the picture; the default picture's if the user has none.
    pub avatar_url: String,
    /// Whether the user is online, as far as the caller may know: the caller, and users who follow the caller and are
    /// followed.
    pub is_online: bool,
}

/// What was done, in words.
#[derive(Debug, Serialize, ToSchema)]
pub struct Done {
    /// What was done.
    pub message: &'static str,
}

/// The URL of the user's picture, or of the default picture.
pub(crate) fn avatar_url(profile: &Profile, media: &MediaUrls, client: &Client) -> String {
    picture_url(profile, media).unwrap_or_else(|| client.default_picture_url())
}

/// Was the profile deleted by `DELETE /api/users/delete/<username>/`, and not created again since?
pub(crate) fn is_deleted(profile: &Profile) -> bool {
    profile.service_profile == ServiceProfile::Deleted
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use aviary_model::Timestamp;

    use super::*;

    #[test]
    fn an_empty_biography_is_shown_as_the_default() {
        let profile = Profile::new(
            "019a0000-0000-7000-8000-0000000000aa".parse().unwrap(),
            aviary_model::Username::parse("john_doe").unwrap(),
            Timestamp::from_millis(0),
        );
        let shown = |bio: &str| serde_json::to_string(&ShownUser::of(&profile, &Bio::parse(bio).unwrap())).unwrap();
        assert_eq!(shown(""), r#"{"username":"john_doe","biography":"Default biography"}"#);
        assert_eq!(shown("blabla"), r#"{"username":"john_doe","biography":"blabla"}"#);
    }
}
