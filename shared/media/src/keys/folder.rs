//! Folders: the common prefixes of all keys of one owner.

use aviary_model::{GenerationId, IntegerSession, UserId};
use uuid::Uuid;

use crate::keys::prefixes::{
    AVATARS, DOWNLOADS, EXPORTS, INTEGERS, INTEGERS_UPLOADS, MEDIA, MEDIA_UPLOADS, THUMBNAILS, TWEETS, session_part,
};

/// The common prefix of all objects of one owner. No key is a folder, and no folder contains another owner's keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder(String);

impl Folder {
    /// The images and videos of a tweet.
    #[must_use]
    pub fn tweet(tweet: Uuid) -> Self {
        Self(format!("{TWEETS}{tweet}/"))
    }

    /// The file of an image or video that was uploaded directly.
    #[must_use]
    pub fn media(media: Uuid) -> Self {
        Self(format!("{MEDIA}{media}/"))
    }

    /// The thumbnails of a tweet, or of an image that was uploaded directly.
    #[must_use]
    pub fn thumbnails(owner: Uuid) -> Self {
        Self(format!("{THUMBNAILS}{owner}/"))
    }

    /// What a user has uploaded and was not checked yet.
    #[must_use]
    pub fn media_uploads(user: UserId) -> Self {
        Self(format!("{MEDIA_UPLOADS}{user}/"))
    }

    /// The profile pictures of a user.
    #[must_use]
    pub fn avatars(user: Uuid) -> Self {
        Self(format!("{AVATARS}{user}/"))
    }

    /// The units of all integer sets of a user.
    #[must_use]
    pub fn integers(user: UserId) -> Self {
        Self(format!("{INTEGERS}{user}/"))
    }

    /// The units of the integer sets of one generation of a session.
    #[must_use]
    pub fn integers_generation(user: UserId, generation: GenerationId) -> Self {
        Self(format!("{INTEGERS}{user}/{generation}/"))
    }

    /// The uploads of a user for requests about integers.
    #[must_use]
    pub fn integers_uploads(user: UserId) -> Self {
        Self(format!("{INTEGERS_UPLOADS}{user}/"))
    }

    /// The downloads of a user: responses about integers that were too large to be sent inline.
    #[must_use]
    pub fn downloads(user: UserId) -> Self {
        Self(format!("{DOWNLOADS}{user}/"))
    }

    /// The exports of a user.
    #[must_use]
    pub fn exports(user: UserId) -> Self {
        Self(format!("{EXPORTS}{user}/"))
    }

    /// The downloads about one session.
    #[must_use]
    pub fn session_downloads(user: UserId, session: &IntegerSession) -> Self {
        Self(format!("{DOWNLOADS}{user}/{:032x}/", session_part(session)))
    }

    /// The prefix, which ends with a slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::keys::private_key::PrivateKey;

    fn id() -> Uuid {
        Uuid::from_u128(0x0190_1234_5678_7abc_8def_0123_4567_89ab)
    }

    #[test]
    fn a_folder_holds_its_owners_objects_and_no_others() {
        let (user, other): (UserId, UserId) =
            (id().to_string().parse().unwrap(), Uuid::max().to_string().parse().unwrap());
        let (generation, upload) = (id().to_string(), id().to_string());
        let set = |user| PrivateKey::integers(user, generation.parse().unwrap(), 1);
        let sent = |user| PrivateKey::integers_upload(user, upload.parse().unwrap());
        let [a, b] = ["a", "b"].map(|name| IntegerSession::parse(name).unwrap());
        let download = |user, session| PrivateKey::download(user, session, 1);
        for (folder, inside, outside) in [
            (Folder::integers(user), set(user), set(other)),
            (Folder::integers_generation(user, generation.parse().unwrap()), set(user), set(other)),
            (Folder::integers_uploads(user), sent(user), sent(other)),
            (Folder::integers(user), set(user), sent(user)),
            (Folder::downloads(user), download(user, &a), download(other, &a)),
            (Folder::session_downloads(user, &a), download(user, &a), download(user, &b)),
            (Folder::session_downloads(user, &a), download(user, &a), download(other, &a)),
        ] {
            assert!(inside.as_str().starts_with(folder.as_str()), "{folder:?} {inside}");
            assert!(!outside.as_str().starts_with(folder.as_str()), "{folder:?} {outside}");
        }
    }
}
