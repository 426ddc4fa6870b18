//! Lookups for stream records: owners of mentioned names, and follower counts.

use std::collections::{HashMap, HashSet};

use aviary_model::{Mention, NameKey, UserId};
use serde::Deserialize;

use crate::accounts::NameOwner;
use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::Key;
use crate::dynamodb::pages::attribute;
use crate::social::profiles::{Profiles, name_key, profile_key};

/// The names and users to look up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedLookup {
    /// Usernames.
    pub names: HashSet<NameKey>,
    /// Users whose follower counts are looked up.
    pub people: HashSet<UserId>,
}

/// The results of a lookup. Names without an owner and deleted users are missing.
#[derive(Clone, Debug, Default)]
pub struct FeedLookupResult {
    owners: HashMap<NameKey, UserId>,
    followers: HashMap<UserId, u64>,
}

impl FeedLookupResult {
    /// The user whom a mention names.
    #[must_use]
    pub fn mentioned(&self, mention: &Mention) -> Option<UserId> {
        mention.owner(&self.owners)
    }

    /// The number of this user's followers.
    #[must_use]
    pub fn followers(&self, user: UserId) -> Option<u64> {
        self.followers.get(&user).copied()
    }
}

/// A profile, as far as it says how many people follow its user.
#[derive(Deserialize)]
pub(crate) struct Followed {
    pub(crate) id: UserId,
    #[serde(default, deserialize_with = "crate::dynamodb::item::count")]
    pub(crate) followers: u64,
}

impl Profiles {
    /// Looks everything up with consistent reads. One round trip; no round trip if there is nothing to look up.
    pub async fn look_up(&self, lookup: &FeedLookup) -> Result<FeedLookupResult, StoreError> {
        let names = lookup.names.iter().map(name_key);
        let keys: Vec<Key> = names.chain(lookup.people.iter().copied().map(profile_key)).collect();
        let mut found = FeedLookupResult::default();
        for item in self.table.batch_get_many(keys).await? {
            let name = attribute(&item, "pk").and_then(|pk| pk.strip_prefix("NAME#")).map(NameKey::of);
            if let Some(name) = name {
                found.owners.insert(name, self.table.read::<NameOwner>(item)?.user_id);
            } else {
                let Followed { id, followers } = self.table.read(item)?;
                found.followers.insert(id, followers);
            }
        }
        Ok(found)
    }
}
