//! Creation, edits and deletion of tweets, each in one transaction with the tweet's list entries.

use std::collections::HashSet;

use aviary_model::{Tag, Timestamp, TweetId, TweetText, UserId};

use crate::credentials::idempotency_keys::{IdempotencyResult, lapsed};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Condition, Update};
use crate::dynamodb::item::{Item, Key, item, number, shard, text};
use crate::dynamodb::table::SocialTable;
use crate::dynamodb::transaction::{Committed, Refusal, Transaction, WriteId};
use crate::jobs::{Jobs, Task, job_item};
use crate::social::block_checks::{WriteError, check_blocks, is_blocked};
use crate::social::keys::{authored_key, list_pk, tweet_key, with_media_key};
use crate::social::media_uploads::{MediaUpload, show_in};
use crate::social::tweets::{Tweet, Tweets, replies_list, tag_list};

/// The outcome of an edit.
#[derive(Debug)]
pub enum Edited<T> {
    /// The new text is stored.
    Done,
    /// The text was changed after the caller read it; this is the current item.
    Changed(Box<T>),
    /// The item was deleted.
    Gone,
}

impl Tweets {
    /// Writes a new tweet, unless the author of the parent tweet or a mentioned user blocks its author. Writing the
    /// same tweet again changes nothing. If there is an idempotency key, the same transaction stores this result with
    /// it. One round trip.
    ///
    /// # Errors
    /// If one of these users blocks the author, or the idempotency claim has expired.
    pub async fn create(
        &self,
        tweet: &Tweet,
        mentioned: &[UserId],
        settled: Option<IdempotencyResult<'_>>,
    ) -> Result<(), WriteError> {
        self.create_with_media(tweet, &[], mentioned, settled).await
    }

    /// As [`Tweets::create`], for a tweet that shows these media items, the last of its media. No other tweet may show
    /// them. One round trip.
    ///
    /// # Errors
    /// As [`Tweets::create`], and if a media item is no longer as it was read.
    pub async fn create_with_media(
        &self,
        tweet: &Tweet,
        uploads: &[MediaUpload],
        mentioned: &[UserId],
        settled: Option<IdempotencyResult<'_>>,
    ) -> Result<(), WriteError> {
        let mut transaction = Transaction::default();
        let at = transaction.create(&self.table, tweet_item(tweet)?)?;
        let first = tweet.media.len().saturating_sub(uploads.len());
        let shown = (first..).zip(uploads).map(|(place, upload)| {
            let place = (tweet.id, u8::try_from(place).unwrap_or(u8::MAX));
            show_in(&mut transaction, &self.table, upload, place)
        });
        let shown = shown.collect::<Result<Vec<WriteId>, _>>()?;
        for place in places(tweet)? {
            transaction.create(&self.table, place)?;
        }
        let parent = tweet.in_reply_to.map(|parent| parent.author);
        let reached = mentioned.iter().copied().chain(parent);
        let checks = check_blocks(&mut transaction, &self.table, tweet.author, reached)?;
        if let Some((claim, credentials, result)) = &settled {
            claim.settle(&mut transaction, credentials, result)?;
        }
        match transaction.commit(&self.table.db).await? {
            Committed::Done => Ok(()),
            committed if committed.refused(at) => Ok(()),
            committed if shown.iter().any(|write| committed.refused(*write)) => Err(WriteError::MediaChanged),
            committed if is_blocked(&committed, &checks) => Err(WriteError::Blocked),
            Committed::Refused(_) => Err(lapsed().into()),
        }
    }

    /// Replaces a tweet's text, if it is still the text that was read and none of the users in `reached` blocks the
    /// author. One round trip.
    ///
    /// # Errors
    /// If one of these users blocks the author.
    pub async fn edit(
        &self,
        tweet: &Tweet,
        message: &TweetText,
        reached: &[UserId],
        now: Timestamp,
    ) -> Result<Edited<Tweet>, WriteError> {
        let mut transaction = Transaction::default();
        let at = transaction.update(&self.table, tweet_key(tweet.id), &new_text(&tweet.message, message, now))?;
        let (before, after): (HashSet<Tag>, HashSet<Tag>) =
            (tweet.message.tags().into_iter().collect(), message.tags().into_iter().collect());
        for tag in before.difference(&after) {
            transaction.delete(&self.table, tag_key(tweet.id, tag))?;
        }
        for tag in after.difference(&before) {
            transaction.put(&self.table, tag_item(tweet.id, tweet.author, tag)?)?;
        }
        let checks = check_blocks(&mut transaction, &self.table, tweet.author, reached.iter().copied())?;
        let committed = transaction.commit(&self.table.db).await?;
        edited(&self.table, &committed, at, &checks)
    }

    /// Deletes a tweet and its entries in its author's lists, and creates a job that removes everything that refers to
    /// it. False if it is deleted already. One round trip.
    pub async fn delete(&self, tweet: &Tweet, jobs: &Jobs, now: Timestamp) -> Result<bool, StoreError> {
        let media = tweet.media.iter().filter(|media| media.direct).map(|media| media.id).collect();
        let task = Task::RemoveTweet { author: tweet.author, tweet: tweet.id, media, round: 0 };
        let mut transaction = Transaction::default();
        transaction.delete_if(&self.table, tweet_key(tweet.id), &Condition::item_exists())?;
        transaction.delete(&self.table, authored_key(tweet.author, tweet.id))?;
        if tweet.has_media() {
            transaction.delete(&self.table, with_media_key(tweet.author, tweet.id))?;
        }
        transaction.create(&jobs.table, job_item(&jobs.job(task, now)?)?)?;
        Ok(matches!(transaction.commit(&self.table.db).await?, Committed::Done))
    }
}

/// An update that replaces the text, if it is still the one that was read.
pub(crate) fn new_text(before: &TweetText, after: &TweetText, now: Timestamp) -> Update {
    Update::new()
        .set("message", text(after.as_str()))
        .set("edited_at", number(now.millis()))
        .when(Condition::equals("message", text(before.as_str())))
}

/// Reads the outcome of an edit. `text` is the write of the text in the transaction.
pub(crate) fn edited<T: serde::de::DeserializeOwned>(
    table: &SocialTable,
    committed: &Committed,
    text: WriteId,
    checks: &[WriteId],
) -> Result<Edited<T>, WriteError> {
    if matches!(committed, Committed::Done) {
        return Ok(Edited::Done);
    }
    match committed.refusal(text) {
        Some(Refusal { found: Some(found), .. }) => Ok(Edited::Changed(Box::new(table.read(found.clone())?))),
        Some(Refusal { found: None, .. }) => Ok(Edited::Gone),
        None if is_blocked(committed, checks) => Err(WriteError::Blocked),
        None => Err(StoreError::Rejected("an edit was refused without a reason".to_owned()).into()),
    }
}

fn tweet_item(tweet: &Tweet) -> Result<Item, StoreError> {
    let mut index = vec![("time_pk", shard("TWEETS", tweet.id.uuid())), ("time_sk", tweet.id.to_string())];
    if let Some(parent) = tweet.in_reply_to {
        index.extend(in_list(&replies_list(parent.tweet), tweet.id));
    }
    item(tweet_key(tweet.id), tweet, index)
}

/// A tweet's entries in its author's lists and in the lists of its tags.
fn places(tweet: &Tweet) -> Result<Vec<Item>, StoreError> {
    let by = [("author", tweet.author.to_string())];
    let mut places = vec![item(authored_key(tweet.author, tweet.id), &Nothing {}, by.clone())?];
    if tweet.has_media() {
        let by_time = [("time_pk", shard("MEDIA", tweet.id.uuid())), ("time_sk", tweet.id.to_string())];
        let index = by.into_iter().chain(by_time);
        places.push(item(with_media_key(tweet.author, tweet.id), &Nothing {}, index)?);
    }
    for tag in tweet.message.tags() {
        places.push(tag_item(tweet.id, tweet.author, &tag)?);
    }
    Ok(places)
}

/// An item that has no attributes besides its keys.
#[derive(serde::Serialize)]
pub(crate) struct Nothing {}

fn tag_item(tweet: TweetId, author: UserId, tag: &Tag) -> Result<Item, StoreError> {
    let author = ("author", author.to_string());
    item(tag_key(tweet, tag), &Nothing {}, in_list(&tag_list(tag), tweet).into_iter().chain([author]))
}

fn tag_key(tweet: TweetId, tag: &Tag) -> Key {
    Key::new(format!("T#{tweet}"), format!("TAG#{}", tag.as_str()))
}

fn in_list(list: &str, tweet: TweetId) -> [(&'static str, String); 2] {
    [("list_pk", list_pk(list, tweet.uuid())), ("list_sk", tweet.to_string())]
}
