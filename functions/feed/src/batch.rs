//! A batch: first its counts, then what depends on them.

use std::collections::{BTreeSet, HashMap, HashSet};

use aviary_model::UserId;
use aviary_store::{Count, Job, LookedUp, Lookup, StoreError, Task};
use futures_util::StreamExt;
use futures_util::future::try_join;
use serde_json::Value;
use uuid::Uuid;

use crate::Feed;
use crate::effects::{Effect, effects};
use crate::record::{Record, sequence_number};

/// Targets, recipients and jobs that are written to beside each other.
pub(crate) const AT_ONCE: usize = 8;
/// Fewer followers than this are one job; more are one for each shard of their list.
const FEW_FOLLOWERS: u64 = 500;
const FOLLOWER_SHARDS: u8 = 4;

/// An effect, and the place of its record in the batch.
pub(crate) type Due = (usize, Effect);

/// A write, and the places of the records for which it was made.
pub(crate) type Written = (Vec<usize>, Result<(), StoreError>);

/// What effects stand on.
struct Known {
    looked_up: LookedUp,
    /// Whose followers were all told to merge.
    crossed: HashSet<UserId>,
}

/// The places of records that are to come again.
pub(crate) type Failed = BTreeSet<usize>;

impl Feed {
    /// Does a batch, and says by their sequence numbers which records are to come again: those that can't be read,
    /// and those of which some effect could not be written. The others may come again with them.
    pub(crate) async fn batch(&self, records: &[Value]) -> Vec<String> {
        let mut failed = Failed::new();
        let mut counts = Vec::new();
        let mut due = Vec::new();
        for (at, record) in records.iter().enumerate() {
            match Record::read(record, &self.profiles) {
                Ok(Record { event, change }) => {
                    for effect in effects(&change) {
                        match effect {
                            Effect::Count(counter, by) => {
                                counts.push((at, Count { event: event.clone(), counter, by }))
                            }
                            effect => due.push((at, effect)),
                        }
                    }
                }
                Err(error) => {
                    tracing::error!(error = %error, "a record of the social stream can't be read");
                    failed.insert(at);
                }
            }
        }
        let (counted, effects) = (counts.len(), due.len());
        failed.extend(self.count(counts).await);
        failed.extend(self.follow_up(due).await);
        tracing::info!(
            target: "aviary_feed",
            records = records.len(), counts = counted, follow_ups = effects, failed = failed.len(),
            "a batch of the social stream is done"
        );
        failed.into_iter().filter_map(|at| records.get(at)).map(sequence_number).collect()
    }

    /// Counts by target.
    async fn count(&self, counts: Vec<(usize, Count)>) -> Failed {
        let mut targets: HashMap<Uuid, Vec<(usize, Count)>> = HashMap::new();
        for (at, count) in counts {
            targets.entry(count.counter.target()).or_default().push((at, count));
        }
        failures(targets.into_values().map(|counts| self.count_target(counts)), "a count").await
    }

    async fn count_target(&self, counts: Vec<(usize, Count)>) -> Written {
        let (places, counts): (Vec<usize>, Vec<Count>) = counts.into_iter().unzip();
        (places, self.counters.add(&counts, self.clock.now()).await)
    }

    /// Does the rest, once it is known whom it concerns. How many follow somebody is read after the batch's own
    /// follows were counted.
    async fn follow_up(&self, due: Vec<Due>) -> Failed {
        let lookup = lookup(&due);
        let (looked_up, crossed) = (self.profiles.look_up(&lookup), self.home.crossed(&lookup.people));
        let known = match try_join(looked_up, crossed).await {
            Ok((looked_up, crossed)) => Known { looked_up, crossed },
            Err(error) => return all(&due, &error),
        };
        let told = self.tell(&due, &known.looked_up).await;
        let writes = due.into_iter().map(|due| self.write_due(due, &known));
        told.into_iter().chain(failures(writes, "a follow-up").await).collect()
    }

    async fn write_due(&self, (at, effect): Due, known: &Known) -> Written {
        (vec![at], self.write(&effect, known).await)
    }

    /// Writes what leads on: jobs, and what timelines merge.
    async fn write(&self, effect: &Effect, known: &Known) -> Result<(), StoreError> {
        let followers = |user| known.looked_up.followers(user);
        let is_over = |user| followers(user).is_some_and(|followers| followers > self.fan_out_limit);
        match effect {
            Effect::FanOut { user, .. } if !is_over(*user) => self.put(self.fan_out(effect, followers(*user))).await,
            // The first one above the limit, whichever of the two has moved: from now on they merge.
            Effect::FanOut { user, position, .. } if !known.crossed.contains(user) => {
                let task = Task::Cross { user: *user, after: None, round: 0 };
                let job = self.jobs.named(&format!("cross {position}"), task, self.clock.now());
                self.home.cross(*user, &self.jobs, &job).await
            }
            Effect::Follow { user, followed, follow } if is_over(*followed) => {
                self.home.pull(*user, *followed, *follow).await
            }
            Effect::Follow { user, followed, follow } => {
                // This one does not merge, so it is not true of all followers any more.
                if known.crossed.contains(followed) {
                    self.home.uncross(*followed).await?;
                }
                let task = Task::Backfill { user: *user, followed: *followed, round: 0 };
                self.put(vec![self.jobs.named(&format!("backfill {follow}"), task, self.clock.now())]).await
            }
            Effect::Unfollow { user, followed, follow } => self.home.end_pull(*user, *followed, *follow).await,
            Effect::Withdraw { user, tweet, edge } => {
                let task = Task::Withdraw { user: *user, tweet: *tweet, edge: *edge, round: 0 };
                self.put(vec![self.jobs.named(&format!("withdraw {edge}"), task, self.clock.now())]).await
            }
            Effect::Quiet { user, other } => {
                let task = Task::Quiet { user: *user, other: *other, after: None, round: 0 };
                // However often the two make up, it is one job.
                self.put(vec![self.jobs.named(&format!("quiet {user} {other}"), task, self.clock.now())]).await
            }
            Effect::FanOut { .. } | Effect::Count(..) | Effect::Tell(..) | Effect::TellNamed { .. } => Ok(()),
        }
    }

    /// The jobs of a fan-out. None for who is gone, since what they wrote is not shown any more; and none for a
    /// tweet that nobody is there to read, since whoever follows later gets the last tweets anyway.
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

fn lookup(due: &[Due]) -> Lookup {
    let mut lookup = Lookup::default();
    for (_, effect) in due {
        match effect {
            Effect::TellNamed { names, .. } => lookup.names.extend(names.iter().cloned()),
            Effect::FanOut { user, .. } => drop(lookup.people.insert(*user)),
            Effect::Follow { followed, .. } => drop(lookup.people.insert(*followed)),
            _ => {}
        }
    }
    lookup
}

/// Makes the writes beside each other, and answers the places of those that failed.
pub(crate) async fn failures<F: Future<Output = Written>>(
    writes: impl Iterator<Item = F>,
    what: &'static str,
) -> Failed {
    let mut failed = Failed::new();
    let mut results = futures_util::stream::iter(writes).buffer_unordered(AT_ONCE);
    while let Some((places, result)) = results.next().await {
        if let Err(error) = result {
            tracing::error!(error = %error, records = places.len(), "{what} could not be written");
            failed.extend(places);
        }
    }
    failed
}

/// Everything that is due has failed.
pub(crate) fn all(due: &[Due], error: &StoreError) -> Failed {
    tracing::error!(error = %error, records = due.len(), "what a batch needs to be followed up can't be read");
    due.iter().map(|(at, _)| *at).collect()
}
