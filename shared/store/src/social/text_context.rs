//! What a new text is checked against: its author, the tweet it refers to, and the users it mentions.

use std::collections::HashMap;

use aviary_model::{NameKey, TweetId, UserId};

use crate::accounts::NameOwner;
use crate::dynamodb::error::StoreError;
use crate::dynamodb::pages::attribute;
use crate::social::keys::tweet_key;
use crate::social::profiles::{Profile, name_key, profile_key};
use crate::social::tweets::{Tweet, Tweets};

/// What a new text stands on.
#[derive(Clone, Debug, Default)]
pub struct TextContext {
    /// Its author's profile.
    pub author: Option<Profile>,
    /// The tweet that it answers or comments.
    pub tweet: Option<Tweet>,
    /// Who has the names that it mentions.
    pub mentioned: Vec<UserId>,
}

impl Tweets {
    /// Reads what a text stands on: its author's profile, the tweet that it is about, and whose the names in it are.
    /// One round trip.
    pub async fn basis(
        &self,
        author: UserId,
        tweet: Option<TweetId>,
        mentions: &[NameKey],
    ) -> Result<TextContext, StoreError> {
        let mut keys = vec![profile_key(author)];
        keys.extend(tweet.map(tweet_key));
        keys.extend(mentions.iter().map(name_key));
        let mut basis = TextContext::default();
        for found in self.table.batch_get_many(keys).await? {
            match attribute(&found, "sk") {
                Some("PROFILE") => basis.author = Some(self.table.read(found)?),
                Some("TWEET") => basis.tweet = Some(self.table.read(found)?),
                _ => basis.mentioned.push(self.table.read::<NameOwner>(found)?.user_id),
            }
        }
        Ok(basis)
    }

    /// Whose the names are, of those that somebody has. One round trip, none where there is no name.
    pub async fn owners_of(&self, names: &[NameKey]) -> Result<HashMap<NameKey, UserId>, StoreError> {
        let found = self.table.batch_get_many(names.iter().map(name_key).collect()).await?;
        let mut owners = HashMap::new();
        for item in found {
            let name = attribute(&item, "pk").and_then(|pk| pk.strip_prefix("NAME#")).map(NameKey::of);
            let owner = self.table.read::<NameOwner>(item)?.user_id;
            owners.extend(name.map(|name| (name, owner)));
        }
        Ok(owners)
    }
}
