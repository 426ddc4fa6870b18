//! Profiles, and the usernames that point to them.
//!
//! `U#<id> / PROFILE` is a profile. `NAME#<key> / NAME` names the owner of a username.

use aviary_model::{Alias, Bio, BirthDate, Link, NameKey, Timestamp, UserId, Username};
use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use crate::accounts::NameOwner;
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Condition, Update};
use crate::dynamodb::item::{Item, Key, count, item, shard, text};
use crate::dynamodb::table::SocialTable;
use crate::social::search_index::{alias_index, name_index};

/// A user's profile.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Profile {
    /// The user's id.
    pub id: UserId,
    /// The unique name by which others find and mention the user.
    pub username: Username,
    /// The display name beside the username; empty if there is none.
    #[serde(default)]
    pub alias: Alias,
    /// The biography; empty until one is written.
    #[serde(default)]
    pub bio: Bio,
    /// Shown to its owner only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_of_birth: Option<BirthDate>,
    /// The profile picture, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
    /// A link to the background picture, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub background: Option<Link>,
    /// The profile's state in the user service.
    #[serde(default, skip_serializing_if = "was_never_created")]
    pub service_profile: ServiceProfile,
    /// The number of followers.
    #[serde(default, deserialize_with = "count")]
    pub followers: u64,
    /// The number of users whom this user follows.
    #[serde(default, deserialize_with = "count")]
    pub following: u64,
    /// The number of tweets.
    #[serde(default, deserialize_with = "count")]
    pub tweets: u64,
    /// The number of tweets with media.
    #[serde(default, deserialize_with = "count")]
    pub media_tweets: u64,
    /// The number of comments.
    #[serde(default, deserialize_with = "count")]
    pub replies: u64,
    /// The number of tweets and comments that this user likes.
    #[serde(default, deserialize_with = "count")]
    pub likes_given: u64,
    /// The time of creation.
    pub created_at: Timestamp,
}

impl Profile {
    /// A new user's profile, with a username and default values.
    #[must_use]
    pub fn new(id: UserId, username: Username, created_at: Timestamp) -> Self {
        Self {
            id,
            username,
            alias: Alias::default(),
            bio: Bio::default(),
            date_of_birth: None,
            picture: None,
            background: None,
            service_profile: ServiceProfile::default(),
            followers: 0,
            following: 0,
            tweets: 0,
            media_tweets: 0,
            replies: 0,
            likes_given: 0,
            created_at,
        }
    }
}

/// The location of a profile picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Picture {
    /// The key of an object in our bucket.
    Object(String),
    /// A link to a picture on another site (document 000's `image_url`).
    Link(Link),
}

/// The state of a profile in the user service (document 003).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceProfile {
    /// The signup created the profile; `create` was never called.
    #[default]
    NeverCreated,
    /// `create` was called last.
    Created,
    /// `delete` was called last.
    Deleted,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn was_never_created(state: &ServiceProfile) -> bool {
    *state == ServiceProfile::NeverCreated
}

/// The fields to change; `None` keeps a field.
#[derive(Clone, Debug, Default)]
pub struct ProfileChange {
    /// A new biography.
    pub bio: Option<Bio>,
    /// A new alias; an empty one removes it.
    pub alias: Option<Alias>,
    /// A new picture; `Some(None)` removes it.
    pub picture: Option<Option<Picture>>,
    /// A new background picture; `Some(None)` removes it.
    pub background: Option<Option<Link>>,
}

impl ProfileChange {
    fn is_empty(&self) -> bool {
        self.bio.is_none() && self.alias.is_none() && self.picture.is_none() && self.background.is_none()
    }

    /// The profile after this change.
    #[must_use]
    pub fn applied_to(self, before: Profile) -> Profile {
        Profile {
            bio: self.bio.unwrap_or(before.bio),
            alias: self.alias.unwrap_or(before.alias),
            picture: self.picture.unwrap_or(before.picture),
            background: self.background.unwrap_or(before.background),
            ..before
        }
    }

    /// The update that makes this change.
    fn update(&self, id: UserId) -> Result<Update, StoreError> {
        let mut update = Update::new()
            .set_some("bio", self.bio.as_ref().map(|bio| text(bio.as_str())))
            .set_some("alias", self.alias.as_ref().map(|alias| text(alias.as_str())))
            .when(Condition::item_exists());
        if let Some(alias) = &self.alias {
            update = match alias_index(alias, id) {
                Some(index) => index.into_iter().fold(update, |update, (name, value)| update.set(name, text(value))),
                None => update.remove("list_pk").remove("list_sk"),
            };
        }
        update = match &self.picture {
            Some(Some(picture)) => update.set("picture", picture_value(picture)?),
            Some(None) => update.remove("picture"),
            None => update,
        };
        Ok(match &self.background {
            Some(Some(link)) => update.set("background", text(link.as_str())),
            Some(None) => update.remove("background"),
            None => update,
        })
    }
}

/// The profiles of the `social` table.
#[derive(Clone, Debug)]
pub struct Profiles {
    pub(crate) table: SocialTable,
}

impl Profiles {
    /// Uses this table. Makes no call.
    #[must_use]
    pub fn new(table: &SocialTable) -> Self {
        Self { table: table.clone() }
    }

    /// The profile of this user. One round trip.
    pub async fn by_id(&self, id: UserId) -> Result<Option<Profile>, StoreError> {
        self.table.get(profile_key(id)).await
    }

    /// The user who owns this username. One round trip.
    pub async fn owner_of(&self, name: &NameKey) -> Result<Option<UserId>, StoreError> {
        let owner = self.table.get::<NameOwner>(name_key(name)).await?;
        Ok(owner.map(|owner| owner.user_id))
    }

    /// The profile of the user who owns this username. Two round trips.
    pub async fn by_name(&self, name: &NameKey) -> Result<Option<Profile>, StoreError> {
        match self.owner_of(name).await? {
            Some(id) => self.by_id(id).await,
            None => Ok(None),
        }
    }

    /// Changes a profile and returns it as it was before, so that exactly one caller learns of each replaced picture.
    /// `None` if there is no such profile. One round trip.
    pub async fn change(&self, id: UserId, change: &ProfileChange) -> Result<Option<Profile>, StoreError> {
        if change.is_empty() {
            return self.by_id(id).await;
        }
        let before = change.update(id)?.apply(&self.table, profile_key(id)).await?;
        before.map(|item| self.table.read(item)).transpose()
    }
}

fn picture_value(picture: &Picture) -> Result<AttributeValue, StoreError> {
    serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value(picture)
        .map_err(|cause| StoreError::Rejected(format!("a picture can't be written: {cause}")))
}

pub(crate) fn profile_item(profile: &Profile) -> Result<Item, StoreError> {
    let index = [("time_pk", shard("PROFILES", profile.id.uuid())), ("time_sk", profile.id.to_string())];
    let index = index.into_iter().chain(alias_index(&profile.alias, profile.id).into_iter().flatten());
    item(profile_key(profile.id), profile, index)
}

pub(crate) fn name_item(name: &NameKey, id: UserId) -> Result<Item, StoreError> {
    item(name_key(name), &NameOwner { user_id: id, expires_at: None }, name_index(name, id).into_iter().flatten())
}

pub(crate) fn profile_key(id: UserId) -> Key {
    Key::new(format!("U#{id}"), "PROFILE")
}

pub(crate) fn name_key(name: &NameKey) -> Key {
    Key::new(format!("NAME#{}", name.as_str()), "NAME")
}
