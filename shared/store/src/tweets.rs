//! Tweets: `T#<id> / TWEET`.

use aviary_model::{AltText, MediaId, Timestamp, TweetId, TweetText, UserId};
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use serde::{Deserialize, Serialize};

use crate::db::{Direction, metered};
use crate::item::{Key, item, shard, text};
use crate::transaction::{Committed, Transaction};
use crate::{Credentials, Db, OnceClaim, StoreError};

/// A tweet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tweet {
    /// The id.
    pub id: TweetId,
    /// Who wrote it.
    pub author: UserId,
    /// What it says; may be empty beside media.
    pub message: TweetText,
    /// Its pictures, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Media>,
    /// How many like it.
    #[serde(default)]
    pub likes: u64,
    /// How many comments it has.
    #[serde(default)]
    pub comments: u64,
    /// How many retweeted it.
    #[serde(default)]
    pub retweets: u64,
    /// When it was written.
    pub created_at: Timestamp,
}

/// A picture of a tweet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Media {
    /// The id.
    pub id: MediaId,
    /// The object's key in the bucket.
    pub key: String,
    /// Pixels across, as displayed.
    pub width: u32,
    /// Pixels down, as displayed.
    pub height: u32,
    /// What it shows, for those who can't see it.
    #[serde(default)]
    pub alt: AltText,
}

/// The tweets of the `social` table.
#[derive(Clone, Debug)]
pub struct Tweets {
    db: Db,
    table: String,
}

impl Tweets {
    /// The table of this name.
    #[must_use]
    pub fn new(db: Db, table: &str) -> Self {
        Self { db, table: table.to_owned() }
    }

    /// The tweet with this id. One step.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn by_id(&self, id: TweetId) -> Result<Option<Tweet>, StoreError> {
        self.db.get(&self.table, tweet_key(id)).await
    }

    /// Writes a new tweet; writing the same one again changes nothing. With an idempotency key, which is
    /// settled in the same transaction with this result. One step.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the key's claim has lapsed.
    pub async fn create(
        &self,
        tweet: &Tweet,
        claim: Option<(&OnceClaim, &Credentials, String)>,
    ) -> Result<(), StoreError> {
        let index = [
            ("time_pk", shard("TWEETS", tweet.id.uuid())),
            ("time_sk", tweet.id.to_string()),
            ("author_pk", format!("U#{}", tweet.author)),
            ("author_sk", tweet.id.to_string()),
        ];
        let item = item(tweet_key(tweet.id), tweet, index)?;
        let Some((claim, credentials, result)) = claim else {
            return self.db.create(&self.table, item).await;
        };
        let mut transaction = Transaction::default();
        let at = transaction.create(&self.table, item)?;
        claim.settle(&mut transaction, credentials, &result)?;
        match transaction.commit(&self.db).await? {
            Committed::Done => Ok(()),
            committed if committed.refused_at(Some(at)) => Ok(()),
            Committed::Refused(_) => Err(StoreError::Passing("the idempotency key's claim has lapsed".to_owned())),
        }
    }

    /// Removes a tweet of this author. False if there is none. One step.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn delete(&self, id: TweetId, author: UserId) -> Result<bool, StoreError> {
        let call = self
            .db
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(tweet_key(id).into_item()))
            .condition_expression("author = :author")
            .expression_attribute_values(":author", text(author.to_string()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        match metered(call.send(), Direction::Write, |o| o.consumed_capacity.as_slice()).await {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(DeleteItemError::ConditionalCheckFailedException(_)) => Ok(false),
                _ => Err(error.into()),
            },
        }
    }
}

fn tweet_key(id: TweetId) -> Key {
    Key::new(format!("T#{id}"), "TWEET")
}
