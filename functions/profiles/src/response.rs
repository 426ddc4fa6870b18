//! What clients see of a profile: document 000's form. Document 001's is shared with the login.

use aviary_media::MediaUrls;
use aviary_model::{Email, UserId};
use aviary_representation::{picture_url, with_own};
use aviary_store::Profile;
use serde::Serialize;
use utoipa::ToSchema;

/// A profile, as document 000 shows it. Texts and URLs that there are not are empty.
#[derive(Debug, Serialize, ToSchema)]
pub struct ViewedProfile {
    /// The profile's id, which is the user's.
    #[schema(value_type = String)]
    pub id: UserId,
    /// The user's id.
    #[schema(value_type = String)]
    pub user: UserId,
    /// The user's id.
    #[schema(value_type = String)]
    pub user_id: UserId,
    /// The username, as its owner writes it.
    pub username: String,
    /// The display name.
    pub alias: String,
    /// The biography.
    pub bio: String,
    /// The mail address. Only in the caller's own profile.
    pub email: String,
    /// The date of birth as `YYYY-MM-DD`. Only in the caller's own profile.
    pub date_of_birth: String,
    /// The time of the signup.
    #[schema(value_type = String, format = DateTime)]
    pub date_joined: String,
    /// The URL of the profile picture.
    pub image_url: String,
    /// The URL of the background picture.
    pub background_image_url: String,
    /// The number of followers.
    pub number_of_followers: u64,
    /// The number of users whom this user follows.
    pub number_of_following: u64,
    /// The number of this user's tweets.
    pub number_of_tweets: u64,
    /// The number of this user's tweets and comments.
    pub number_of_tweets_and_replies: u64,
    /// The number of tweets and comments that this user likes.
    pub number_of_likes: u64,
    /// The number of this user's tweets with media.
    pub number_of_media: u64,
    /// Does the caller follow this user?
    pub following: bool,
    /// Does the caller follow this user?
    pub is_following: bool,
}

impl ViewedProfile {
    /// A profile as the viewer sees it. `email` is the viewer's own address, if there is one.
    pub(crate) fn of(
        profile: &Profile,
        viewer: UserId,
        email: Option<&Email>,
        is_following: bool,
        media: &MediaUrls,
    ) -> Self {
        let own = profile.id == viewer;
        let email = email.filter(|_| own).map(|email| email.as_str().to_owned());
        let date_of_birth = profile.date_of_birth.as_ref().filter(|_| own).map(ToString::to_string);
        Self {
            id: profile.id,
            user: profile.id,
            user_id: profile.id,
            username: profile.username.as_str().to_owned(),
            alias: profile.alias.as_str().to_owned(),
            bio: profile.bio.as_str().to_owned(),
            email: email.unwrap_or_default(),
            date_of_birth: date_of_birth.unwrap_or_default(),
            date_joined: profile.created_at.to_string(),
            image_url: picture_url(profile, media).unwrap_or_default(),
            background_image_url: profile.background.as_ref().map(|link| link.as_str().to_owned()).unwrap_or_default(),
            number_of_followers: with_own(profile.followers, is_following),
            number_of_following: profile.following,
            number_of_tweets: profile.tweets,
            number_of_tweets_and_replies: profile.tweets.saturating_add(profile.replies),
            number_of_likes: profile.likes_given,
            number_of_media: profile.media_tweets,
            following: is_following,
            is_following,
        }
    }
}
