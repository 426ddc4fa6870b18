//! The stored items on which the checks of a new text depend: its author, the tweet or comment it refers to, and the
//! users it mentions.

use std::collections::{HashMap, HashSet};

use aviary_model::{CommentId, Mention, NameKey, TweetId, UserId};

use crate::accounts::NameOwner;
use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, Key};
use crate::dynamodb::pages::attribute;
use crate::social::comments::Comment;
use crate::social::keys::{comment_key, tweet_key};
use crate::social::profiles::{Profile, name_key, profile_key};
use crate::social::tweets::{Tweet, Tweets};

/// The stored items on which the checks of a new text depend.
#[derive(Clone, Debug, Default)]
pub struct TextContext {
    /// The profile of the text's author.
    pub author: Option<Profile>,
    /// The tweet that the text replies to or comments on.
    pub tweet: Option<Tweet>,
    /// The comment that the text answers.
    pub comment: Option<Comment>,
    /// The users whom the text mentions.
    pub mentioned: Vec<UserId>,
}

impl Tweets {
    /// Reads the author's profile, the tweet and the comment that the text refers to, and the mentioned users. One round
    /// trip: twenty mentions have at most 60 candidates, and one call reads a hundred items.
    pub async fn text_context(
        &self,
        author: UserId,
        (tweet, comment): (Option<TweetId>, Option<CommentId>),
        mentions: &[Mention],
    ) -> Result<TextContext, StoreError> {
        let mut keys = vec![profile_key(author)];
        keys.extend(tweet.map(tweet_key));
        keys.extend(comment.map(comment_key));
        keys.extend(candidate_keys(mentions));
        let (mut context, mut owners) = (TextContext::default(), HashMap::new());
        for found in self.table.batch_get_many(keys).await? {
            match attribute(&found, "sk") {
                Some("PROFILE") => context.author = Some(self.table.read(found)?),
                Some("TWEET") => context.tweet = Some(self.table.read(found)?),
                Some("COMMENT") => context.comment = Some(self.table.read(found)?),
                _ => owners.extend(self.owner(found)?),
            }
        }
        context.mentioned = mentions.iter().filter_map(|mention| mention.owner(&owners)).collect();
        Ok(context)
    }

    /// The owners of the candidates of these mentions; names without an owner are missing. One round trip; no round
    /// trip without mentions.
    pub async fn owners_of(&self, mentions: &[Mention]) -> Result<HashMap<NameKey, UserId>, StoreError> {
        let mut owners = HashMap::new();
        for found in self.table.batch_get_many(candidate_keys(mentions)).await? {
            owners.extend(self.owner(found)?);
        }
        Ok(owners)
    }

    fn owner(&self, name: Item) -> Result<Option<(NameKey, UserId)>, StoreError> {
        let key = attribute(&name, "pk").and_then(|pk| pk.strip_prefix("NAME#")).map(NameKey::of);
        let owner = self.table.read::<NameOwner>(name)?.user_id;
        Ok(key.map(|key| (key, owner)))
    }
}

/// The keys of all candidates, each once.
fn candidate_keys(mentions: &[Mention]) -> Vec<Key> {
    let candidates: HashSet<&NameKey> = mentions.iter().flat_map(Mention::candidates).collect();
    candidates.into_iter().map(name_key).collect()
}
