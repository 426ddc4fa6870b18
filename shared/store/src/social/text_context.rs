//! The stored items on which the checks of a new text depend: its author, the tweet it refers to, and the users it
//! mentions.

use std::collections::HashMap;

use aviary_model::{NameKey, TweetId, UserId};

use crate::accounts::NameOwner;
use crate::dynamodb::error::StoreError;
use crate::dynamodb::pages::attribute;
use crate::social::keys::tweet_key;
use crate::social::profiles::{Profile, name_key, profile_key};
use crate::social::tweets::{Tweet, Tweets};

/// The stored items on which the checks of a new text depend.
#[derive(Clone, Debug, Default)]
pub struct TextContext {
    /// The profile of the text's author.
    pub author: Option<Profile>,
    /// The tweet that the text replies to or comments on.
    pub tweet: Option<Tweet>,
    /// The owners of the mentioned names.
    pub mentioned: Vec<UserId>,
}

impl Tweets {
    /// Reads the author's profile, the tweet that the text refers to, and the owners of the mentioned names. One round
    /// trip.
    pub async fn text_context(
        &self,
        author: UserId,
        tweet: Option<TweetId>,
        mentions: &[NameKey],
    ) -> Result<TextContext, StoreError> {
        let mut keys = vec![profile_key(author)];
        keys.extend(tweet.map(tweet_key));
        keys.extend(mentions.iter().map(name_key));
        let mut context = TextContext::default();
        for found in self.table.batch_get_many(keys).await? {
            match attribute(&found, "sk") {
                Some("PROFILE") => context.author = Some(self.table.read(found)?),
                Some("TWEET") => context.tweet = Some(self.table.read(found)?),
                _ => context.mentioned.push(self.table.read::<NameOwner>(found)?.user_id),
            }
        }
        Ok(context)
    }

    /// The owners of these names; names without an owner are missing. One round trip; no round trip without names.
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
