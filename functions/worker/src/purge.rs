//! Removes the data of a deleted account.

use aviary_media::Folder;
use aviary_model::{ReportTarget, UserId};
use aviary_store::{StoreError, Task};
use futures_util::{StreamExt, TryStreamExt};

use crate::outcome::{Outcome, TaskError};
use crate::worker::Worker;

/// Pages of each kind in one run. The next run continues at once, because the stream delivers the changed job.
const PAGES: usize = 8;
/// Tweets or comments that are removed concurrently.
const AT_ONCE: usize = 8;
/// The delays of the second and third round, for requests that were under way and indexes that lagged.
const ROUNDS_AFTER_SECONDS: [i64; 2] = [60, 600];

impl Worker {
    /// One run of a round. It can run twice and stop anywhere: it reads what exists, and removes each item before what
    /// leads to it.
    pub(crate) async fn purge(&self, user: UserId, round: u32) -> Result<Outcome, TaskError> {
        if self.accounts.by_id(user).await?.is_some() {
            return Err(TaskError::AccountIsThere);
        }
        self.bucket.delete_all(&Folder::avatars(user.uuid())).await?;
        self.bucket.delete_all(&Folder::exports(user)).await?;
        let more = [
            // Before `social`, which removes what leads to them.
            self.purge_media(user).await?,
            self.purge_works(user).await?,
            self.purge.relations(user).await?,
            self.purge.reports_about(ReportTarget::Profile(user)).await?,
            pages(|| self.purge.reports_by(user)).await?,
            self.purge.told_by(user, self.clock.now()).await?,
            pages(|| self.purge.credentials(user)).await?,
            pages(|| self.purge.once(user)).await?,
            pages(|| self.purge.social(user)).await?,
            pages(|| self.purge.feed(user)).await?,
            self.purge_integers(user).await?,
        ];
        if more.contains(&true) {
            return Ok(Outcome::Again { task: Task::Purge { user, round }, after_seconds: 0 });
        }
        Ok(after_round(user, round))
    }

    /// Removes tweets and comments, and writes a job for each that removes what depends on it. True if more are left.
    async fn purge_works(&self, user: UserId) -> Result<bool, TaskError> {
        for _ in 0..PAGES {
            let (tweets, comments) = (self.purge.tweets(user).await?, self.purge.comments(user).await?);
            if tweets.is_empty() && comments.is_empty() {
                return Ok(false);
            }
            let now = self.clock.now();
            let tweets = tweets.into_iter().map(|tweet| self.purge.tweet(user, tweet, &self.jobs, now));
            at_once(tweets).await?;
            let comments = comments.into_iter().map(|comment| self.purge.comment_of(user, comment, &self.jobs, now));
            at_once(comments).await?;
        }
        Ok(true)
    }
}

async fn at_once<F: Future<Output = Result<(), StoreError>>>(
    writes: impl Iterator<Item = F>,
) -> Result<(), StoreError> {
    let writes: Vec<F> = writes.collect();
    futures_util::stream::iter(writes).buffer_unordered(AT_ONCE).try_collect().await
}

/// Removes up to [`PAGES`] pages. True if more are left.
async fn pages<F: Future<Output = Result<bool, StoreError>>>(remove: impl Fn() -> F) -> Result<bool, StoreError> {
    for _ in 0..PAGES {
        if !remove().await? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn after_round(user: UserId, round: u32) -> Outcome {
    let after = usize::try_from(round).ok().and_then(|round| ROUNDS_AFTER_SECONDS.get(round));
    match after {
        Some(seconds) => {
            Outcome::Again { task: Task::Purge { user, round: round.saturating_add(1) }, after_seconds: *seconds }
        }
        None => Outcome::Done,
    }
}
