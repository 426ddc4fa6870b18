//! Ranked lists: everybody's newest tweets, those of them that most people like or that have media, and the users whom
//! most people follow. `worker` makes them on its schedule, each as one item, so a page costs one small read and what it
//! shows (`docs/decisions/0022-originals-and-ranked-lists.md`).

use std::collections::BTreeSet;

use aviary_model::{Timestamp, TweetId, UserId};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::Deserialize;
use uuid::Uuid;

use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Condition, Update};
use crate::dynamodb::item::{Item, count, number};
use crate::dynamodb::pages::id_behind;
use crate::dynamodb::sharded_list::ShardedList;
use crate::dynamodb::table::SocialTable;
use crate::social::feed_lookup::Followed;
use crate::social::keys::{ranked_key, tweet_key};
use crate::social::profiles::profile_key;

/// The attribute with the ids of a list, 16 bytes each: as texts they would cost twice as much to read.
const ENTRIES: &str = "entries";
/// When a list was made, in milliseconds.
const MADE_AT: &str = "made_at";
/// The set of users who were followed since the last run.
const USERS: &str = "users";
const POPULAR: &str = "POPULAR";
const FOLLOWED: &str = "FOLLOWED";
/// From so many users on, nobody is added to the set before the next run.
const MAX_FOLLOWED: usize = 1_000;
/// A partition of the list by time has a sixteenth of the newest tweets. One of sixteen having a hundred of the newest
/// five hundred is twelve standard deviations away.
const NEWEST_OF_EACH: i32 = 100;

/// A ranked list of tweets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RankedTweets {
    /// Everybody's newest 500, newest first.
    Latest,
    /// Those of the newest 500 with the most likes.
    Top,
    /// The newest with media.
    Media,
}

impl RankedTweets {
    const ALL: [Self; 3] = [Self::Latest, Self::Top, Self::Media];

    fn sk(self) -> &'static str {
        match self {
            Self::Latest => "LATEST",
            Self::Top => "TOP",
            Self::Media => "MEDIA",
        }
    }
}

/// A list as it is stored, and when it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranking<T> {
    /// The entries, best first.
    pub entries: Vec<T>,
    /// `None` if there is no list yet.
    made_at: Option<i64>,
}

impl<T> Default for Ranking<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), made_at: None }
    }
}

/// What the list of the most followed users is made from.
#[derive(Clone, Debug, Default)]
pub struct RankedPeople {
    /// The list of before.
    pub before: Ranking<UserId>,
    /// Who was followed since then.
    pub followed: BTreeSet<UserId>,
}

/// The ranked lists in the `social` table.
#[derive(Clone, Debug)]
pub struct Ranked {
    table: SocialTable,
}

#[derive(Deserialize)]
struct Liked {
    id: TweetId,
    #[serde(default, deserialize_with = "count")]
    likes: u64,
}

impl Ranked {
    /// Uses this table. Makes no call.
    #[must_use]
    pub fn new(table: &SocialTable) -> Self {
        Self { table: table.clone() }
    }

    /// The tweets of a list with their authors, best first. What was deleted since the last run is still among them. One
    /// round trip.
    pub async fn tweets(&self, list: RankedTweets) -> Result<Vec<(TweetId, UserId)>, StoreError> {
        let found = self.table.batch_get_many_lagging(vec![ranked_key(list.sk())]).await?;
        Ok(found.first().map(tweets_of).unwrap_or_default())
    }

    /// The users whom most people follow, most followers first. One round trip.
    pub async fn popular(&self) -> Result<Vec<UserId>, StoreError> {
        let found = self.table.batch_get_many_lagging(vec![ranked_key(POPULAR)]).await?;
        Ok(found.first().map(users_of).unwrap_or_default())
    }

    /// Remembers until the next run who was followed. False if there are too many already. One round trip, one write
    /// unit for each kilobyte of the set.
    pub async fn add_followed(&self, users: &BTreeSet<UserId>) -> Result<bool, StoreError> {
        let has_room = Condition::missing(USERS).or(Condition::smaller(USERS, number(MAX_FOLLOWED)));
        let update = Update::new().add(USERS, set_of(users)).when(has_room);
        update.apply_once(&self.table, ranked_key(FOLLOWED)).await
    }

    /// Forgets those who were ranked; who was followed meanwhile stays. One round trip; none without anybody.
    pub async fn remove_followed(&self, users: &BTreeSet<UserId>) -> Result<(), StoreError> {
        if users.is_empty() {
            return Ok(());
        }
        Update::new().delete(USERS, set_of(users)).apply_once(&self.table, ranked_key(FOLLOWED)).await.map(|_| ())
    }

    /// The lists of tweets as they are stored: latest, top and media. One round trip.
    pub async fn stored_tweets(&self) -> Result<[Ranking<(TweetId, UserId)>; 3], StoreError> {
        let keys = RankedTweets::ALL.map(|list| ranked_key(list.sk()));
        let found = self.table.batch_get(keys.to_vec()).await?;
        Ok(RankedTweets::ALL.map(|list| {
            let item = found.iter().find(|item| ranked_key(list.sk()).is_of(item));
            item.map(|item| Ranking { entries: tweets_of(item), made_at: made_at(item) }).unwrap_or_default()
        }))
    }

    /// What the list of users is made from. One round trip.
    pub async fn stored_people(&self) -> Result<RankedPeople, StoreError> {
        let found = self.table.batch_get(vec![ranked_key(POPULAR), ranked_key(FOLLOWED)]).await?;
        let mut people = RankedPeople::default();
        for item in &found {
            if ranked_key(POPULAR).is_of(item) {
                people.before = Ranking { entries: users_of(item), made_at: made_at(item) };
            } else if let Some(AttributeValue::Bs(ids)) = item.get(USERS) {
                people.followed.extend(ids.iter().flat_map(uuids).map(UserId::of_uuid));
            }
        }
        Ok(people)
    }

    /// Everybody's newest tweets with their authors, newest first; those with media only, if `media`. At least the
    /// newest five hundred, if there are so many. The index lags. One round trip.
    pub async fn newest(&self, media: bool) -> Result<Vec<(TweetId, UserId)>, StoreError> {
        let list = ShardedList::by_time(if media { "MEDIA" } else { "TWEETS" });
        let found = self.table.db.sharded_newest(&self.table.name, list, NEWEST_OF_EACH).await?;
        let entry = |item: &Item| Some((id_behind(item, "time_sk", "")?, id_behind(item, "author", "")?));
        Ok(found.iter().filter_map(entry).collect())
    }

    /// The likes of these tweets; deleted ones are missing. It may lag for some seconds. One round trip.
    pub async fn likes_of(&self, tweets: &[TweetId]) -> Result<Vec<(TweetId, u64)>, StoreError> {
        let found = self.table.batch_get_many_lagging(tweets.iter().copied().map(tweet_key).collect()).await?;
        let likes = found.into_iter().map(|item| self.table.read::<Liked>(item));
        likes.map(|liked| liked.map(|liked| (liked.id, liked.likes))).collect()
    }

    /// The numbers of these users' followers; deleted users are missing. It may lag for some seconds. One round trip.
    pub async fn followers_of(&self, users: &BTreeSet<UserId>) -> Result<Vec<(UserId, u64)>, StoreError> {
        let found = self.table.batch_get_many_lagging(users.iter().copied().map(profile_key).collect()).await?;
        let followers = found.into_iter().map(|item| self.table.read::<Followed>(item));
        followers.map(|followed| followed.map(|followed| (followed.id, followed.followers))).collect()
    }

    /// Replaces a list of tweets, unless another run replaced it since it was read. False if one did. One round trip;
    /// none if the list is the same.
    pub async fn replace_tweets(
        &self,
        list: RankedTweets,
        before: &Ranking<(TweetId, UserId)>,
        entries: &[(TweetId, UserId)],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        if before.entries == entries {
            return Ok(true);
        }
        let ids = entries.iter().flat_map(|(tweet, author)| [tweet.uuid(), author.uuid()]);
        self.replace(list.sk(), before.made_at, ids, now).await
    }

    /// Replaces the list of users, as [`Ranked::replace_tweets`].
    pub async fn replace_popular(
        &self,
        before: &Ranking<UserId>,
        entries: &[UserId],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        if before.entries == entries {
            return Ok(true);
        }
        self.replace(POPULAR, before.made_at, entries.iter().map(|user| user.uuid()), now).await
    }

    async fn replace(
        &self,
        sk: &str,
        was_made_at: Option<i64>,
        ids: impl Iterator<Item = Uuid>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let unchanged = match was_made_at {
            Some(made_at) => Condition::equals(MADE_AT, number(made_at)),
            None => Condition::missing(MADE_AT),
        };
        let bytes: Vec<u8> = ids.flat_map(Uuid::into_bytes).collect();
        let entries = AttributeValue::B(Blob::new(bytes));
        let update = Update::new().set(ENTRIES, entries).set(MADE_AT, number(now.millis())).when(unchanged);
        update.apply_once(&self.table, ranked_key(sk)).await
    }
}

fn set_of(users: &BTreeSet<UserId>) -> AttributeValue {
    AttributeValue::Bs(users.iter().map(|user| Blob::new(user.uuid().into_bytes())).collect())
}

fn made_at(item: &Item) -> Option<i64> {
    item.get(MADE_AT)?.as_n().ok()?.parse().ok()
}

fn uuids(blob: &Blob) -> Vec<Uuid> {
    blob.as_ref().chunks_exact(16).filter_map(|bytes| Uuid::from_slice(bytes).ok()).collect()
}

fn ids_in(item: &Item) -> Vec<Uuid> {
    item.get(ENTRIES).and_then(|entries| entries.as_b().ok()).map(uuids).unwrap_or_default()
}

fn users_of(item: &Item) -> Vec<UserId> {
    ids_in(item).into_iter().map(UserId::of_uuid).collect()
}

fn tweets_of(item: &Item) -> Vec<(TweetId, UserId)> {
    let ids = ids_in(item);
    let pairs = ids.chunks_exact(2).filter_map(|pair| match pair {
        [tweet, author] => Some((TweetId::of_uuid(*tweet), UserId::of_uuid(*author))),
        _ => None,
    });
    pairs.collect()
}
