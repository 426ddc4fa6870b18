//! Lookups for stream records: owners of mentioned names, and follower counts.

use std::collections::{HashMap, HashSet};

use aviary_model::{NameKey, UserId};
use serde::Deserialize;

use crate::accounts::NameOwner;
use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::Key;
use crate::dynamodb::pages::attribute;
use crate::social::profiles::{Profiles, name_key, profile_key};

/// What is to be looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lookup {
    /// Usernames.
    pub names: HashSet<NameKey>,
    /// Those of whom it is asked how many follow them.
    pub people: HashSet<UserId>,
}

/// What was found. Names that nobody has and people who are gone are not in it.
#[derive(Clone, Debug, Default)]
pub struct LookedUp {
    owners: HashMap<String, UserId>,
    followers: HashMap<UserId, u64>,
}

impl LookedUp {
    /// Whose name it is.
    #[must_use]
    pub fn owner(&self, name: &NameKey) -> Option<UserId> {
        self.owners.get(name.as_str()).copied()
    }

    /// How many follow this one.
    #[must_use]
    pub fn followers(&self, user: UserId) -> Option<u64> {
        self.followers.get(&user).copied()
    }
}

#[derive(Deserialize)]
struct Followed {
    id: UserId,
    #[serde(default, deserialize_with = "crate::dynamodb::item::count")]
    followers: u64,
}

impl Profiles {
    /// Looks all of it up, as it is now. One round trip; none where nothing is asked.
    pub async fn look_up(&self, wanted: &Lookup) -> Result<LookedUp, StoreError> {
        let names = wanted.names.iter().map(name_key);
        let keys: Vec<Key> = names.chain(wanted.people.iter().copied().map(profile_key)).collect();
        let mut found = LookedUp::default();
        for item in self.table.batch_get_many(keys).await? {
            let name = attribute(&item, "pk").and_then(|pk| pk.strip_prefix("NAME#")).map(ToOwned::to_owned);
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
