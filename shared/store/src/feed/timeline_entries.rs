//! Adds tweets to home timelines, and removes retweets from them.
//!
//! `U#<u> / HOME#<t>` is the only entry for a tweet, however many sources it has. A source is the tweet's author or a
//! user who retweeted it. The first source (`via`, absent for the author) decides the entry's position. The next few
//! sources are in the set `also`. Each of these has an item `U#<u> / ALSO#<t>#<x>` with the retweet's position, which
//! also makes it findable by the retweet. If the first source undoes the retweet, another source replaces it.

use std::collections::BTreeSet;

use aviary_model::{EdgeId, Timestamp, TweetId, UserId};
use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::try_join;
use futures_util::{StreamExt, TryStreamExt};
use serde::Deserialize;

use crate::dynamodb::client::MAX_ROUNDS;
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Applied, Condition, Update};
use crate::dynamodb::item::{Item, Key, expiring, item, number, shard, text};
use crate::dynamodb::pages::id_behind;
use crate::dynamodb::transaction::{Committed, Transaction, distinct};
use crate::feed::timelines::{HOME, HomeTimelines, Retweet, TimelineEntry, home_key, origin};
use crate::social::edge_states::{FOLLOW, Relation};
use crate::social::keys::{relation_key, tweet_key, user_pk};
use crate::social::visibility::Visibility;

const KEPT_SECONDS: i64 = 90 * 24 * 3_600;
/// The largest number of further sources of an entry. Each of them is read with the page.
const MAX_ALSO: usize = 4;
/// The number of timelines from which an entry is withdrawn concurrently.
const WITHDRAWALS_AT_ONCE: usize = 16;

#[derive(Deserialize)]
struct Also {
    position: EdgeId,
}

impl HomeTimelines {
    /// Adds a tweet to a reader's timeline. An existing entry keeps its position and stores the new source. The new
    /// source takes over the position in two cases: the reader follows no stored source any more, or the first source
    /// retweeted again. One round trip; three if another source was first.
    pub async fn put(&self, user: UserId, entry: &TimelineEntry, now: Timestamp) -> Result<(), StoreError> {
        for round in 0..MAX_ROUNDS {
            self.feed.db.pause_before(round).await?;
            let Some(there) = self.put_first(user, entry, now).await? else { return Ok(()) };
            if there.via == entry.via || self.put_beside(user, entry, &there, now).await? {
                return Ok(());
            }
        }
        Err(changes_all_the_time())
    }

    /// Writes the entry if there is none, or if the existing one has expired or is an older retweet by the same user.
    /// Returns the existing entry if it was not replaced.
    async fn put_first(
        &self,
        user: UserId,
        entry: &TimelineEntry,
        now: Timestamp,
    ) -> Result<Option<TimelineEntry>, StoreError> {
        let by = entry.via.map_or_else(|| "nobody".to_owned(), |via| via.to_string());
        let older = Condition::less("recent_sk", text(recent_sk(entry.position)));
        let condition = Condition::item_missing()
            .or(Condition::at_most("expires_at", number(now.seconds())))
            .or(Condition::equals("via", text(by)).and(older));
        let mut put = set_all(entry_item(user, entry, now)?).when(condition);
        if entry.via.is_none() {
            put = put.remove("via");
        }
        match put.apply_to(&self.feed, home_key(user, entry.tweet)).await? {
            Applied::Done(_) => Ok(None),
            Applied::Refused(there) => self.feed.read(there).map(Some),
        }
    }

    /// Adds a source to an existing entry, or lets it take over the position. False if the entry changed concurrently.
    async fn put_beside(
        &self,
        user: UserId,
        entry: &TimelineEntry,
        there: &TimelineEntry,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let home = home_key(user, entry.tweet);
        if !self.is_brought(user, there).await? {
            let until = now.plus_seconds(KEPT_SECONDS);
            let moved = moved(user, there, entry, Some(until)).apply_to(&self.feed, home).await?;
            return Ok(matches!(moved, Applied::Done(_)));
        }
        // The author is always a source.
        let Some(via) = entry.via else { return Ok(true) };
        if there.also.len() >= MAX_ALSO && !there.also.contains(&via) {
            return Ok(true);
        }
        let older = Condition::less("position", text(entry.position.to_string()));
        let newer = set_all(also_item(user, entry, via, now)?).when(Condition::item_missing().or(older));
        let known = Update::new()
            .add("also", AttributeValue::Ss(vec![via.to_string()]))
            .when(Condition::item_exists())
            .when(Condition::missing("via").or(Condition::differs("via", text(via.to_string()))));
        let mut transaction = Transaction::default();
        transaction.update(&self.feed, also_key(user, entry.tweet, via), &newer)?;
        let at = transaction.update(&self.feed, home, &known)?;
        // If only the first write is refused, this retweet or a newer one of the same user is stored already.
        Ok(!transaction.commit(&self.feed.db).await?.refused(at))
    }

    /// Does the reader follow any source of this entry that is not hidden from them?
    async fn is_brought(&self, reader: UserId, entry: &TimelineEntry) -> Result<bool, StoreError> {
        // An author who retweeted the tweet too is named twice, and a batch read rejects duplicate keys.
        let keys = distinct(entry.bringers().map(|who| relation_key(reader, who)));
        for item in self.social.batch_get(keys).await? {
            let relation: Relation = self.social.read(item)?;
            if relation.follow.is_some() && !Visibility::from(relation).is_hidden() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl HomeTimelines {
    pub(crate) async fn withdraw_from(&self, readers: BTreeSet<UserId>, retweet: Retweet) -> Result<(), StoreError> {
        let withdrawals: Vec<_> = readers.into_iter().map(|reader| self.withdraw(reader, retweet)).collect();
        futures_util::stream::iter(withdrawals).buffer_unordered(WITHDRAWALS_AT_ONCE).try_collect().await
    }

    async fn withdraw(&self, reader: UserId, retweet: Retweet) -> Result<(), StoreError> {
        let Retweet { by, tweet, edge } = retweet;
        let (home, also) = (home_key(reader, tweet), also_key(reader, tweet, by));
        for round in 0..MAX_ROUNDS {
            self.feed.db.pause_before(round).await?;
            let found = self.feed.batch_get(vec![home.clone(), also.clone()]).await?;
            let find = |key: &Key| found.iter().find(|item| key.is_of(item)).cloned();
            let entry = find(&home).map(|item| self.feed.read::<TimelineEntry>(item)).transpose()?;
            let brings_too = match find(&also) {
                Some(item) => self.feed.read::<Also>(item)?.position == edge,
                None => false,
            };
            let mut transaction = Transaction::default();
            if brings_too {
                self.forget(&mut transaction, reader, retweet, entry.as_ref())?;
            }
            if let Some(entry) = entry.filter(|entry| entry.via == Some(by) && entry.position == edge) {
                self.replace(&mut transaction, reader, &entry).await?;
            }
            if transaction.is_empty() || matches!(transaction.commit(&self.feed.db).await?, Committed::Done) {
                return Ok(());
            }
        }
        Err(changes_all_the_time())
    }

    /// Removes this retweet from the entry's sources; the entry stays.
    fn forget(
        &self,
        transaction: &mut Transaction,
        reader: UserId,
        Retweet { by, tweet, edge }: Retweet,
        entry: Option<&TimelineEntry>,
    ) -> Result<(), StoreError> {
        transaction.delete_if(&self.feed, also_key(reader, tweet, by), &at(edge))?;
        // If this user is the first source, `replace` changes or removes the whole entry.
        if entry.is_some_and(|entry| entry.via != Some(by)) {
            let update =
                Update::new().delete("also", AttributeValue::Ss(vec![by.to_string()])).when(Condition::item_exists());
            transaction.update(&self.feed, home_key(reader, tweet), &update)?;
        }
        Ok(())
    }

    /// Replaces the first source of an entry: by the author if the reader follows them, else by the earliest of the
    /// other retweets. The entry is removed if there is no other source or the tweet is gone.
    async fn replace(
        &self,
        transaction: &mut Transaction,
        reader: UserId,
        entry: &TimelineEntry,
    ) -> Result<(), StoreError> {
        let TimelineEntry { tweet, author, .. } = *entry;
        let home = home_key(reader, tweet);
        let relation = relation_key(reader, author);
        let social = self.social.batch_get(vec![tweet_key(tweet), relation.clone()]);
        let others = entry.also.iter().map(|other| also_key(reader, tweet, *other)).collect();
        let (social, others) = try_join(social, self.feed.batch_get_many(others)).await?;
        let find = |key: &Key| social.iter().find(|item| key.is_of(item));
        let prefix = format!("ALSO#{tweet}#");
        let places =
            others.iter().filter_map(|item| Some((id_behind(item, "position", "")?, id_behind(item, "sk", &prefix)?)));
        let first = places.min_by_key(|(position, _): &(EdgeId, UserId)| *position);
        let next = if find(&tweet_key(tweet)).is_none() {
            None
        } else if find(&relation).is_some_and(|item| item.contains_key(FOLLOW)) {
            Some(TimelineEntry::tweeted(tweet, author))
        } else {
            first.map(|(position, via)| TimelineEntry::retweeted(tweet, author, via, position))
        };
        let Some(next) = next else {
            return transaction.delete_if(&self.feed, home, &unchanged(entry)).map(|_| ());
        };
        if let Some(via) = next.via {
            transaction.delete_if(&self.feed, also_key(reader, tweet, via), &at(next.position))?;
        }
        transaction.update(&self.feed, home, &moved(reader, entry, &next, None)).map(|_| ())
    }
}

/// An update that moves an entry to another source's position, if it is unchanged since it was read. It then expires at
/// `until`, or as before without one.
fn moved(reader: UserId, entry: &TimelineEntry, next: &TimelineEntry, until: Option<Timestamp>) -> Update {
    let kept = until.map(|until| number(until.seconds()));
    let update = Update::new().set_some("expires_at", kept).when(unchanged(entry));
    let places = places_of(reader, next).into_iter();
    let update = places.fold(update, |update, (name, value)| update.set(name, text(value)));
    match next.via {
        None => update.remove("via"),
        Some(via) => update.set("via", text(via.to_string())).delete("also", AttributeValue::Ss(vec![via.to_string()])),
    }
}

/// The condition that the entry is unchanged since it was read.
pub(crate) fn unchanged(entry: &TimelineEntry) -> Condition {
    let by = match entry.via {
        None => Condition::missing("via"),
        Some(via) => Condition::equals("via", text(via.to_string())),
    };
    let also: Vec<String> = entry.also.iter().map(ToString::to_string).collect();
    let others = match also.is_empty() {
        true => Condition::missing("also"),
        false => Condition::equals("also", AttributeValue::Ss(also)),
    };
    by.and(at(entry.position)).and(others)
}

fn at(position: EdgeId) -> Condition {
    Condition::equals("position", text(position.to_string()))
}

/// An update that sets all attributes of `item` and keeps the other attributes of the stored item.
fn set_all(item: Item) -> Update {
    let fields = item.into_iter().filter(|(name, _)| !matches!(name.as_str(), "pk" | "sk"));
    fields.fold(Update::new(), |update, (name, value)| update.set(&name, value))
}

fn entry_item(user: UserId, entry: &TimelineEntry, now: Timestamp) -> Result<Item, StoreError> {
    let item = item(home_key(user, entry.tweet), entry, places_of(user, entry))?;
    Ok(expiring(item, now.plus_seconds(KEPT_SECONDS)))
}

/// The attributes that hold an entry's position and its index keys.
fn places_of(user: UserId, entry: &TimelineEntry) -> [(&'static str, String); 4] {
    [
        ("position", entry.position.to_string()),
        ("recent_sk", recent_sk(entry.position)),
        ("origin_pk", shard(&origin(entry.tweet, entry.via), user.uuid())),
        ("origin_sk", user.to_string()),
    ]
}

fn recent_sk(position: EdgeId) -> String {
    format!("{HOME}{position}")
}

fn also_item(user: UserId, entry: &TimelineEntry, via: UserId, now: Timestamp) -> Result<Item, StoreError> {
    let index = [
        ("position", entry.position.to_string()),
        ("origin_pk", shard(&origin(entry.tweet, Some(via)), user.uuid())),
        // Differs from the key of the entry itself, because one retweet can be the origin of both.
        ("origin_sk", format!("{user}#also")),
    ];
    let item = item(also_key(user, entry.tweet, via), &serde_json::Map::new(), index)?;
    Ok(expiring(item, now.plus_seconds(KEPT_SECONDS)))
}

pub(crate) fn also_key(user: UserId, tweet: TweetId, via: UserId) -> Key {
    Key::new(user_pk(user), format!("ALSO#{tweet}#{via}"))
}

fn changes_all_the_time() -> StoreError {
    StoreError::Contended("a timeline entry changed in every attempt")
}
