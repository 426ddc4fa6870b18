//! Whom a write reaches: none of them may block its author. That is a condition of the write, so that a block
//! that is made in this moment holds.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use aviary_model::{NameKey, TweetId, UserId};

use crate::accounts::NameOwner;
use crate::item::fields;
use crate::lists::attribute;
use crate::profiles::{name_key, profile_key};
use crate::social_keys::{hide_key, tweet_key};
use crate::transaction::{Committed, Expression, Transaction};
use crate::{Profile, StoreError, Tweet, Tweets};

/// Why something was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Somebody whom it would have reached blocks the caller.
    #[error("somebody whom it would have reached blocks the caller")]
    Blocked,
    /// DynamoDB did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<aviary_model::EntropyError> for WriteError {
    fn from(error: aviary_model::EntropyError) -> Self {
        Self::Store(error.into())
    }
}

/// Lets a transaction stand on none of these blocking the caller. Answers the places of the checks.
pub(crate) fn check_reach(
    transaction: &mut Transaction,
    table: &str,
    caller: UserId,
    reached: impl IntoIterator<Item = UserId>,
) -> Result<Range<usize>, StoreError> {
    let free = Expression::new("", "attribute_not_exists(blocked_by) OR blocked_by = :no")
        .value(":no", aws_sdk_dynamodb::types::AttributeValue::Bool(false));
    let others: HashSet<UserId> = reached.into_iter().filter(|other| *other != caller).collect();
    let mut places = 0..0;
    for other in others {
        let at = transaction.check(table, hide_key(caller, other), &free)?;
        places = if places.is_empty() { at..at + 1 } else { places.start..at + 1 };
    }
    Ok(places)
}

/// Was it one of these checks that failed?
pub(crate) fn is_blocked(committed: &Committed, checks: &Range<usize>) -> bool {
    checks.clone().any(|place| committed.refused_at(Some(place)))
}

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
    /// Reads what a text stands on: its author's profile, the tweet that it is about, and whose the names in it
    /// are. One step.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
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
        for found in self.db.batch_get_many(&self.table, keys).await? {
            match attribute(&found, "sk") {
                Some("PROFILE") => basis.author = Some(fields(&self.table, found)?),
                Some("TWEET") => basis.tweet = Some(fields(&self.table, found)?),
                _ => basis.mentioned.push(fields::<NameOwner>(&self.table, found)?.user_id),
            }
        }
        Ok(basis)
    }

    /// Whose the names are, of those that somebody has. One step, none where there is no name.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn owners_of(&self, names: &[NameKey]) -> Result<HashMap<NameKey, UserId>, StoreError> {
        let found = self.db.batch_get_many(&self.table, names.iter().map(name_key).collect()).await?;
        let mut owners = HashMap::new();
        for item in found {
            let name = attribute(&item, "pk").and_then(|pk| pk.strip_prefix("NAME#")).map(NameKey::of);
            let owner = fields::<NameOwner>(&self.table, item)?.user_id;
            owners.extend(name.map(|name| (name, owner)));
        }
        Ok(owners)
    }
}
