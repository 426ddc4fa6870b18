//! Applies one batch: first its counts, then the effects that depend on them.

use std::collections::{BTreeSet, HashSet};

use aviary_model::{Mention, UserId};
use aviary_store::{Count, FeedLookup, FeedLookupResult, Job, StoreError, Task};
use futures_util::StreamExt;
use futures_util::future::try_join;
use serde_json::Value;

use crate::effects::{Effect, effects};
use crate::feed::Feed;
use crate::record::Record;

/// Concurrent writes of one kind: notifications by recipient, jobs.
const AT_ONCE: usize = 8;
/// Below this number of followers a fan-out is one job; from it on it is one job for each shard of their list.
const FEW_FOLLOWERS: u64 = 500;
const FOLLOWER_SHARDS: u8 = 4;

/// The index of a record in the batch, and one of its effects.
pub(crate) type Due = (usize, Effect);

/// The indexes of the records that a write was made for, and its result.
pub(crate) type Written = (Vec<usize>, Result<(), StoreError>);

/// What is read before the effects are written.
struct Known {
    looked_up: FeedLookupResult,
    /// Authors whose tweets all of their followers merge at reading.
    crossed: HashSet<UserId>,
}

/// The indexes of records that failed.
pub(crate) type Failed = BTreeSet<usize>;

impl Feed {
    /// Applies a batch and returns the records that failed: those that can't be read, and those with an effect that could
    /// not be written. Lambda may deliver others again with them.
    pub(crate) async fn batch<'a>(&self, records: &'a [Value]) -> Vec<&'a Value> {
        let mut failed = Failed::new();
        let mut counts = Vec::new();
        let mut due = Vec::new();
        for (index, record) in records.iter().enumerate() {
            match Record::read(record, &self.profiles) {
                Ok(Record { event, change }) => {
                    let mut by = Vec::new();
                    for effect in effects(&change) {
                        match effect {
                            Effect::Count(counter, how) => by.push((counter, how)),
                            effect => due.push((index, effect)),
                        }
                    }
                    counts.extend((!by.is_empty()).then_some((index, Count { event, by })));
                }
                Err(error) => {
                    tracing::error!(error = %error, "a record of the social stream can't be read");
                    failed.insert(index);
                }
            }
        }
        let (counted, follow_ups) = (counts.len(), due.len());
        failed.extend(self.count(counts).await);
        failed.extend(self.follow_up(due).await);
        tracing::info!(
            target: "aviary_feed",
            records = records.len(), counts = counted, follow_ups = follow_ups, failed = failed.len(),
            "a batch of the social stream was applied"
        );
        failed.into_iter().filter_map(|index| records.get(index)).collect()
    }

    /// Adds the counts of all records together.
    async fn count(&self, counts: Vec<(usize, Count)>) -> Failed {
        let (indexes, counts): (Vec<usize>, Vec<Count>) = counts.into_iter().unzip();
        let mut failed = Failed::new();
        for (places, result) in self.counters.add(&counts, self.clock.now()).await {
            if let Err(error) = result {
                tracing::error!(error = %error, records = places.len(), "counts could not be written");
                failed.extend(places.iter().filter_map(|place| indexes.get(*place)));
            }
        }
        failed
    }

    /// Writes the other effects. The numbers of followers are read only now, when the batch's own follows are counted.
    async fn follow_up(&self, due: Vec<Due>) -> Failed {
        let lookup = lookup(&due);
        let (looked_up, crossed) = (self.profiles.look_up(&lookup), self.home.pulled_users(&lookup.people));
        let known = match try_join(looked_up, crossed).await {
            Ok((looked_up, crossed)) => Known { looked_up, crossed },
            Err(error) => return all(&due, &error),
        };
        self.note_followed(&due).await;
        let not_notified = self.notify(&due, &known.looked_up).await;
        let writes = due.into_iter().map(|due| self.write_due(due, &known));
        not_notified.into_iter().chain(failures(writes, "a follow-up").await).collect()
    }

    /// Says whom the ranking of users has to look at. A user who is missing there is ranked after the next follow, so a
    /// failure holds nothing up.
    async fn note_followed(&self, due: &[Due]) {
        let followed = due.iter().filter_map(|(_, effect)| match effect {
            Effect::StartFollowing { followed, .. } => Some(*followed),
            _ => None,
        });
        let followed: BTreeSet<UserId> = followed.collect();
        if followed.is_empty() {
            return;
        }
        match self.ranked.add_followed(&followed).await {
            Ok(true) => {}
            Ok(false) => tracing::info!(target: "aviary_feed", "too many users were followed to rank all of them"),
            Err(error) => tracing::warn!(error = %error, "who was followed could not be noted for the ranking"),
        }
    }

    async fn write_due(&self, (index, effect): Due, known: &Known) -> Written {
        (vec![index], self.write(&effect, known).await)
    }

    /// Writes jobs, and which authors a timeline merges at reading.
    async fn write(&self, effect: &Effect, known: &Known) -> Result<(), StoreError> {
        let followers = |user| known.looked_up.followers(user);
        let is_over = |user| followers(user).is_some_and(|followers| followers > self.fan_out_limit);
        match effect {
            Effect::FanOut { user, .. } if !is_over(*user) => self.put(self.fan_out(effect, followers(*user))).await,
            // The first tweet above the limit, whether followers came or the limit was lowered: followers now merge.
            Effect::FanOut { user, position, .. } if !known.crossed.contains(user) => {
                let task = Task::SwitchFollowersToPull { user: *user, after: None, round: 0 };
                let job = self.jobs.named(&format!("cross {position}"), task, self.clock.now());
                self.home.mark_pulled(*user, &self.jobs, &job).await
            }
            Effect::StartFollowing { user, followed, follow } if is_over(*followed) => {
                self.home.pull(*user, *followed, *follow).await
            }
            Effect::StartFollowing { user, followed, follow } => {
                // The new follower does not merge, so not all followers do any more.
                if known.crossed.contains(followed) {
                    self.home.unmark_pulled(*followed).await?;
                }
                let task = Task::Backfill { user: *user, followed: *followed, round: 0 };
                self.put(vec![self.jobs.named(&format!("backfill {follow}"), task, self.clock.now())]).await
            }
            Effect::StopFollowing { user, followed, follow } => self.home.end_pull(*user, *followed, *follow).await,
            Effect::UndoFanOut { user, tweet, edge } => {
                let task = Task::Withdraw { user: *user, tweet: *tweet, edge: *edge, round: 0 };
                self.put(vec![self.jobs.named(&format!("withdraw {edge}"), task, self.clock.now())]).await
            }
            Effect::MarkHiddenRead { user, other } => {
                let task = Task::MarkHiddenRead { user: *user, other: *other, after: None, round: 0 };
                // However often the two block and unblock each other, it is one job.
                self.put(vec![self.jobs.named(&format!("quiet {user} {other}"), task, self.clock.now())]).await
            }
            Effect::FanOut { .. } | Effect::Count(..) | Effect::Notify(..) | Effect::NotifyMentioned { .. } => Ok(()),
        }
    }

    /// The jobs of a fan-out. None for a deleted account, whose tweets are not shown. None for a tweet without followers,
    /// because later followers get the last tweets by a backfill.
    fn fan_out(&self, effect: &Effect, followers: Option<u64>) -> Vec<Job> {
        let (Effect::FanOut { user, tweet, author, position }, Some(followers)) = (effect, followers) else {
            return Vec::new();
        };
        if followers == 0 && *position == (*tweet).into() {
            return Vec::new();
        }
        let shards: Vec<Option<u8>> =
            if followers < FEW_FOLLOWERS { vec![None] } else { (0..FOLLOWER_SHARDS).map(Some).collect() };
        let job = |shard: Option<u8>| {
            let (user, tweet, author, position) = (*user, *tweet, *author, *position);
            let task = Task::FanOut { user, tweet, author, position, shard, after: None };
            let part = shard.map_or_else(|| "all".to_owned(), |shard| shard.to_string());
            self.jobs.named(&format!("fan out {position} {part}"), task, self.clock.now())
        };
        shards.into_iter().map(job).collect()
    }

    async fn put(&self, jobs: Vec<Job>) -> Result<(), StoreError> {
        for job in jobs {
            self.jobs.put(&job).await?;
        }
        Ok(())
    }
}

fn lookup(due: &[Due]) -> FeedLookup {
    let mut lookup = FeedLookup::default();
    for (_, effect) in due {
        match effect {
            Effect::NotifyMentioned { mentions, .. } => {
                lookup.names.extend(mentions.iter().flat_map(Mention::candidates).cloned());
            }
            Effect::FanOut { user, .. } => drop(lookup.people.insert(*user)),
            Effect::StartFollowing { followed, .. } => drop(lookup.people.insert(*followed)),
            _ => {}
        }
    }
    lookup
}

/// Runs the writes concurrently, and returns the indexes of those that failed.
pub(crate) async fn failures<F: Future<Output = Written>>(
    writes: impl Iterator<Item = F>,
    what: &'static str,
) -> Failed {
    let mut failed = Failed::new();
    let mut results = futures_util::stream::iter(writes).buffer_unordered(AT_ONCE);
    while let Some((indexes, result)) = results.next().await {
        if let Err(error) = result {
            tracing::error!(error = %error, records = indexes.len(), "{what} could not be written");
            failed.extend(indexes);
        }
    }
    failed
}

/// Reports all effects as failed.
pub(crate) fn all(due: &[Due], error: &StoreError) -> Failed {
    tracing::error!(error = %error, records = due.len(), "the data that a batch's effects depend on can't be read");
    due.iter().map(|(index, _)| *index).collect()
}
