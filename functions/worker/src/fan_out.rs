//! Writes timelines: new tweets to followers, earlier tweets to a new follower, and the switch to merging at reading.

use aviary_model::{EdgeId, TweetId, UserId};
use aviary_store::{Follower, StoreError, Task, TimelineEntry, trims_timeline};
use futures_util::{StreamExt, TryStreamExt};

use crate::outcome::{Outcome, TaskError, second_round};
use crate::worker::Worker;

/// Followers of one run. The next run continues at once, because the stream delivers the changed job.
const FOLLOWERS: i32 = 500;
/// Timelines that are written concurrently.
const AT_ONCE: usize = 32;
/// With more failures than this on one page, the page is repeated; up to it, each reader gets a job.
const MAX_PUT_OFF: usize = 20;
const PUT_OFF_SECONDS: i64 = 30;

/// A tweet or retweet that is written to timelines. `user` tweeted or retweeted it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FanOutItem {
    pub(crate) user: UserId,
    pub(crate) tweet: TweetId,
    pub(crate) author: UserId,
    pub(crate) position: EdgeId,
}

impl FanOutItem {
    fn entry(self) -> TimelineEntry {
        let Self { user, tweet, author, position } = self;
        match position == tweet.into() {
            true => TimelineEntry::tweeted(tweet, author),
            false => TimelineEntry::retweeted(tweet, author, user, position),
        }
    }
}

impl Worker {
    /// Writes the item to the timelines of one page of followers. Does nothing if the tweet or retweet is gone. If it is
    /// deleted meanwhile, the second round of its removal also removes these entries.
    pub(crate) async fn fan_out(
        &self,
        item: FanOutItem,
        shard: Option<u8>,
        after: Option<&str>,
    ) -> Result<Outcome, TaskError> {
        let FanOutItem { user, tweet, author, position } = item;
        if !self.home.is_current(user, tweet, author, position).await? {
            return Ok(Outcome::Done);
        }
        let page = self.home.followers(user, shard, after, FOLLOWERS).await?;
        let entry = item.entry();
        // The author's own timeline merges the author's tweets at reading.
        let readers = page.entries.iter().map(|follower| follower.user).filter(|reader| *reader != author);
        let write = async |reader| (reader, self.home.put(reader, &entry, self.clock.now()).await);
        let writes: Vec<_> = readers.map(write).collect();
        let mut written = futures_util::stream::iter(writes).buffer_unordered(AT_ONCE);
        let mut failed = Vec::new();
        while let Some((reader, result)) = written.next().await {
            match result {
                Ok(()) => self.trim_sometimes(reader, tweet).await?,
                Err(error) => failed.push((reader, error)),
            }
        }
        self.put_off_readers(item, failed).await?;
        Ok(page.next.map_or(Outcome::Done, |next| {
            let task = Task::FanOut { user, tweet, author, position, shard, after: Some(next) };
            Outcome::Again { task, after_seconds: 0 }
        }))
    }

    /// Gives each reader whose timeline could not be written a job of their own, so that one reader does not keep a tweet
    /// from all others.
    ///
    /// # Errors
    /// If too many failed: then DynamoDB is the reason, and the whole page is repeated.
    async fn put_off_readers(&self, item: FanOutItem, failed: Vec<(UserId, StoreError)>) -> Result<(), TaskError> {
        let (full, failed): (Vec<_>, Vec<_>) =
            failed.into_iter().partition(|(_, error)| matches!(error, StoreError::Full(_)));
        for (reader, error) in full {
            tracing::warn!(user.id = %reader, error = %error, "a timeline is full and goes without the tweet");
        }
        if failed.len() > MAX_PUT_OFF {
            return failed.into_iter().next().map_or(Ok(()), |(_, error)| Err(error.into()));
        }
        let FanOutItem { user, tweet, author, position } = item;
        for (reader, error) in failed {
            tracing::warn!(user.id = %reader, error = %error, "a timeline could not be written");
            let task = Task::Deliver { reader, user, tweet, author, position };
            let job = self.jobs.named(&format!("deliver {position} {reader}"), task, self.clock.now());
            self.jobs.put(&self.jobs.after(PUT_OFF_SECONDS, job)).await?;
        }
        Ok(())
    }

    /// Writes the item to one reader's timeline. Does nothing if the tweet or retweet is gone.
    pub(crate) async fn deliver(&self, item: FanOutItem, reader: UserId) -> Result<Outcome, TaskError> {
        let FanOutItem { user, tweet, author, position } = item;
        if self.home.is_current(user, tweet, author, position).await? {
            match self.home.put(reader, &item.entry(), self.clock.now()).await {
                Ok(()) => self.trim_sometimes(reader, tweet).await?,
                Err(StoreError::Full(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Outcome::Done)
    }

    /// After one of some five hundred entries, a job trims the timeline.
    async fn trim_sometimes(&self, reader: UserId, tweet: TweetId) -> Result<(), StoreError> {
        if !trims_timeline(reader, tweet) {
            return Ok(());
        }
        let task = Task::TrimTimeline { user: reader };
        self.jobs.put(&self.jobs.named(&format!("trim timeline {reader}"), task, self.clock.now())).await
    }

    /// Writes a user's last tweets to a new follower's timeline. The second round adds tweets and retweets whose fan-out
    /// read the index before the follower was in it.
    pub(crate) async fn backfill(&self, user: UserId, followed: UserId, round: u32) -> Result<Outcome, TaskError> {
        for entry in self.home.for_new_follower(user, followed).await? {
            self.home.put(user, &entry, self.clock.now()).await?;
        }
        Ok(second_round(round, |round| Task::Backfill { user, followed, round }))
    }

    /// Lets the timelines of one page of followers merge the user's tweets at reading.
    pub(crate) async fn cross(&self, user: UserId, after: Option<&str>, round: u32) -> Result<Outcome, TaskError> {
        let page = self.home.followers(user, None, after, FOLLOWERS).await?;
        let writes =
            page.entries.iter().map(|Follower { user: reader, follow }| self.home.pull(*reader, user, *follow));
        let writes: Vec<_> = writes.collect();
        futures_util::stream::iter(writes).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
        Ok(match page.next {
            Some(next) => Outcome::Again {
                task: Task::SwitchFollowersToPull { user, after: Some(next), round },
                after_seconds: 0,
            },
            None => second_round(round, |round| Task::SwitchFollowersToPull { user, after: None, round }),
        })
    }

    /// Takes a tweet out of the timelines to which a retweet wrote it.
    pub(crate) async fn withdraw(
        &self,
        user: UserId,
        tweet: TweetId,
        edge: EdgeId,
        round: u32,
    ) -> Result<Outcome, TaskError> {
        if self.purge.retweeted(user, tweet, edge).await? {
            let task = Task::Withdraw { user, tweet, edge, round };
            return Ok(Outcome::Again { task, after_seconds: 0 });
        }
        Ok(second_round(round, |round| Task::Withdraw { user, tweet, edge, round }))
    }
}
