//! Profiles, and the social side's own pointers from names to them.
//!
//! `U#<id> / PROFILE` is a profile, `NAME#<key> / NAME` says whose a username is.

use aviary_model::{Alias, Bio, BirthDate, Link, NameKey, Timestamp, UserId, Username};
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity, ReturnValue};
use serde::{Deserialize, Serialize};

use crate::accounts::Guard;
use crate::db::{Direction, metered};
use crate::item::{Item, Key, fields, item, shard, text};
use crate::{Db, StoreError};

/// A profile.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Profile {
    /// The user's id.
    pub id: UserId,
    /// The user's name.
    pub username: Username,
    /// The name shown beside it.
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
    /// The picture behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub background: Option<Link>,
    /// What the user service was asked to do with it.
    #[serde(default, skip_serializing_if = "was_never_created")]
    pub service_profile: ServiceProfile,
    /// How many follow this user.
    #[serde(default)]
    pub followers: u64,
    /// How many this user follows.
    #[serde(default)]
    pub following: u64,
    /// When the profile was made.
    pub created_at: Timestamp,
}

impl Profile {
    /// A new user's profile: a name, nothing else yet.
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
            created_at,
        }
    }
}

/// Where a profile picture is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Picture {
    /// An object in our bucket, by its key.
    Object(String),
    /// A picture elsewhere (document 000's `image_url`).
    Link(Link),
}

/// A profile as the user service (document 003) has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceProfile {
    /// Made by the signup; `create` was not called.
    #[default]
    NeverCreated,
    /// `create` was called, and `delete` not since.
    Created,
    /// `delete` was called, and `create` not since.
    Deleted,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn was_never_created(state: &ServiceProfile) -> bool {
    *state == ServiceProfile::NeverCreated
}

/// What is to change; the rest stays.
#[derive(Clone, Debug, Default)]
pub struct ProfileChange {
    /// A new biography.
    pub bio: Option<Bio>,
    /// A new picture.
    pub picture: Option<Picture>,
}

/// The profiles of the `social` table.
#[derive(Clone, Debug)]
pub struct Profiles {
    pub(crate) db: Db,
    pub(crate) table: String,
}

impl Profiles {
    /// The table of this name.
    #[must_use]
    pub fn new(db: Db, table: &str) -> Self {
        Self { db, table: table.to_owned() }
    }

    /// The profile of this user. One step.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn by_id(&self, id: UserId) -> Result<Option<Profile>, StoreError> {
        self.db.get(&self.table, profile_key(id)).await
    }

    /// Whose this username is. One step.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn owner_of(&self, name: &NameKey) -> Result<Option<UserId>, StoreError> {
        let guard = self.db.get::<Guard>(&self.table, name_key(name)).await?;
        Ok(guard.map(|guard| guard.user_id))
    }

    /// The profile of whoever has this username. Two steps.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn by_name(&self, name: &NameKey) -> Result<Option<Profile>, StoreError> {
        match self.owner_of(name).await? {
            Some(id) => self.by_id(id).await,
            None => Ok(None),
        }
    }

    /// Changes a profile and answers it as it was before, so that exactly one caller learns of each
    /// picture that it replaced. None if there is no such profile. One step.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn change(&self, id: UserId, change: &ProfileChange) -> Result<Option<Profile>, StoreError> {
        let mut sets = Vec::new();
        let mut call = self
            .db
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(profile_key(id).into_item()))
            .condition_expression("attribute_exists(pk)")
            .return_values(ReturnValue::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        if let Some(bio) = &change.bio {
            sets.push("bio = :bio");
            call = call.expression_attribute_values(":bio", text(bio.as_str()));
        }
        if let Some(picture) = &change.picture {
            sets.push("picture = :picture");
            call = call.expression_attribute_values(":picture", picture_value(picture)?);
        }
        if sets.is_empty() {
            return self.by_id(id).await;
        }
        let call = call.update_expression(format!("SET {}", sets.join(", ")));
        match metered(call.send(), Direction::Write, |o| o.consumed_capacity.as_slice()).await {
            Ok(output) => output.attributes.map(|item| fields(&self.table, item)).transpose(),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(None),
                _ => Err(error.into()),
            },
        }
    }
}

fn picture_value(picture: &Picture) -> Result<AttributeValue, StoreError> {
    serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value(picture)
        .map_err(|cause| StoreError::Rejected(format!("a picture can't be written: {cause}")))
}

pub(crate) fn profile_item(profile: &Profile) -> Result<Item, StoreError> {
    let index = [("time_pk", shard("PROFILES", profile.id.uuid())), ("time_sk", profile.id.to_string())];
    item(profile_key(profile.id), profile, index)
}

pub(crate) fn name_item(name: &NameKey, id: UserId) -> Result<Item, StoreError> {
    item(name_key(name), &Guard { user_id: id }, [])
}

pub(crate) fn profile_key(id: UserId) -> Key {
    Key::new(format!("U#{id}"), "PROFILE")
}

pub(crate) fn name_key(name: &NameKey) -> Key {
    Key::new(format!("NAME#{}", name.as_str()), "NAME")
}
