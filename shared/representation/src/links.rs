//! Absolute URLs of stored objects.

use aviary_media::MediaUrls;
use aviary_store::{Picture, Profile};
use aviary_web::Client;

/// What turns object keys into URLs, and knows the URL of the default profile picture.
#[derive(Clone, Copy, Debug)]
pub struct Links<'a> {
    /// The public URLs of the media bucket.
    pub media: &'a MediaUrls,
    /// The client, which reaches the default picture by the host that it called.
    pub client: &'a Client,
}

/// The URL of the profile picture: an uploaded one, or a link that the user set. `None` if the user has none.
#[must_use]
pub fn picture_url(profile: &Profile, media: &MediaUrls) -> Option<String> {
    match profile.picture.as_ref()? {
        Picture::Object(key) => Some(media.url(key)),
        Picture::Link(link) => Some(link.as_str().to_owned()),
    }
}
