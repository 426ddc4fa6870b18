//! Removes what a deleted account left.

use aviary_media::Folder;
use aviary_model::UserId;
use aviary_store::{StoreError, Task};
use futures_util::{StreamExt, TryStreamExt};

use crate::outcome::{Outcome, TaskError};
use crate::worker::Worker;

/// Pages of each kind in one run; the rest is done in the next, which the stream brings at once.
const PAGES: usize = 8;
/// Tweets and comments that are removed beside each other.
const AT_ONCE: usize = 8;
/// When it is done again after a round, for requests that were under way and indexes that lagged.
const ROUNDS_AFTER_SECONDS: [i64; 2] = [60, 600];

impl Worker {
    /// One run of a round. Everything it does can be done twice, and be cut off anywhere: it looks for what
    /// is there, and removes what leads to a thing not before the thing.
    pub(crate) async fn purge(&self, user: UserId, round: u32) -> Result<Outcome, TaskError> {
        if self.accounts.by_id(user).await?.is_some() {
            return Err(TaskError::AccountIsThere);
        }
        self.bucket.delete_all(&Folder::avatars(user.uuid())).await?;
        let more = [
            self.purge_works(user).await?,
            self.purge.relations(user).await?,
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

    /// Tweets and comments go one by one, each with a job that removes what hangs on it. True if there are more.
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

/// Removes page after page, as many as a run may. True if there are more.
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
