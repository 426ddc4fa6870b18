//! Makes the ranked lists, on the schedule of the sweep.
//!
//! Each run reads everything anew and replaces the lists that changed, unless another run was faster. A run that fails,
//! or is late, leaves the lists of before.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use aviary_model::{TweetId, UserId};
use aviary_store::{RankedTweets, StoreError};
use futures_util::future::{try_join, try_join3};

use crate::worker::Worker;

/// How many of everybody's newest tweets are ranked.
const LATEST: usize = 500;
/// How many of them with the most likes, and how many with media, are listed.
const SHOWN: usize = 20;
/// How many of the most followed users are listed.
const POPULAR: usize = 100;

/// A tweet with its author.
type Entry = (TweetId, UserId);

impl Worker {
    /// Makes the lists of tweets and the list of users. Three round trips for each of the two, which run concurrently:
    /// some 300 read units, and half a one for each user who was followed since the last run.
    pub(crate) async fn rank(&self) -> Result<(), StoreError> {
        try_join(self.rank_tweets(), self.rank_people()).await.map(|_| ())
    }

    async fn rank_tweets(&self) -> Result<(), StoreError> {
        let ranked = &self.ranked;
        let (mut latest, mut media, before) =
            try_join3(ranked.newest(false), ranked.newest(true), ranked.stored_tweets()).await?;
        latest.truncate(LATEST);
        media.truncate(SHOWN);
        let ids: Vec<TweetId> = latest.iter().map(|(tweet, _)| *tweet).collect();
        let top = most_liked(&latest, &ranked.likes_of(&ids).await?.into_iter().collect());
        let [was_latest, was_top, was_media] = &before;
        let now = self.clock.now();
        let replaced = try_join3(
            ranked.replace_tweets(RankedTweets::Latest, was_latest, &latest, now),
            ranked.replace_tweets(RankedTweets::Top, was_top, &top, now),
            ranked.replace_tweets(RankedTweets::Media, was_media, &media, now),
        );
        replaced.await.map(|_| ())
    }

    async fn rank_people(&self) -> Result<(), StoreError> {
        let people = self.ranked.stored_people().await?;
        let mut candidates = people.followed.clone();
        candidates.extend(&people.before.entries);
        let popular = most_followed(self.ranked.followers_of(&candidates).await?);
        if self.ranked.replace_popular(&people.before, &popular, self.clock.now()).await? {
            // After the list that has them. The next run ranks them again if this one ends here.
            self.ranked.remove_followed(&people.followed).await?;
        }
        Ok(())
    }
}

/// The tweets with the most likes, newest first among those with as many. A tweet without a number is gone.
fn most_liked(newest: &[Entry], likes: &HashMap<TweetId, u64>) -> Vec<Entry> {
    let mut top: Vec<(u64, Entry)> = newest.iter().filter_map(|entry| Some((*likes.get(&entry.0)?, *entry))).collect();
    top.sort_by_key(|(likes, (tweet, _))| Reverse((*likes, *tweet)));
    top.into_iter().take(SHOWN).map(|(_, entry)| entry).collect()
}

/// The users with the most followers, the oldest account first among those with as many.
fn most_followed(followers: Vec<(UserId, u64)>) -> Vec<UserId> {
    let found: BTreeSet<(Reverse<u64>, UserId)> =
        followers.into_iter().filter(|(_, count)| *count > 0).map(|(user, count)| (Reverse(count), user)).collect();
    found.into_iter().take(POPULAR).map(|(_, user)| user).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(n: usize) -> T {
        format!("019a0000-0000-7000-8000-{n:012}").parse().unwrap()
    }

    #[test]
    fn tweets_are_ranked_by_likes_then_by_time() {
        let newest: Vec<Entry> = (0..30).rev().map(|n| (id(n), id(99))).collect();
        let mut likes: HashMap<TweetId, u64> = newest.iter().map(|(tweet, _)| (*tweet, 0)).collect();
        likes.insert(id(3), 7);
        likes.insert(id(5), 7);
        likes.insert(id(1), 9);
        likes.remove(&id(29));
        let top: Vec<TweetId> = most_liked(&newest, &likes).into_iter().map(|(tweet, _)| tweet).collect();
        assert_eq!(top[..5], [id(1), id(5), id(3), id(28), id(27)]);
        assert_eq!(top.len(), SHOWN);
    }

    #[test]
    fn users_are_ranked_by_followers_and_only_if_they_have_any() {
        let popular = most_followed(vec![(id(1), 0), (id(2), 3), (id(3), 5), (id(4), 3)]);
        assert_eq!(popular, [id(3), id(2), id(4)]);
        assert_eq!(most_followed((0..200).map(|n| (id(n), 1)).collect()).len(), POPULAR);
    }
}
