//! Removes what a deleted account left.

use aviary_media::Folder;
use aviary_model::{TweetId, UserId};
use aviary_store::{StoreError, Task};
use futures_util::{StreamExt, TryStreamExt};

use crate::Worker;
use crate::task::{Outcome, TaskError};

/// Pages of each kind in one run; the rest is done in the next, which the stream brings at once.
const PAGES: usize = 8;
/// Tweets whose objects are removed beside each other.
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
            self.purge_tweets(user).await?,
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

    /// True if there are more.
    async fn purge_tweets(&self, user: UserId) -> Result<bool, TaskError> {
        let mut after = None;
        for _ in 0..PAGES {
            let page = self.purge.tweets(user, after).await?;
            futures_util::stream::iter(page.tweets)
                .map(|tweet| self.purge_tweet(tweet))
                .buffer_unordered(AT_ONCE)
                .try_collect::<()>()
                .await?;
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    /// The objects first: only the tweet leads to them.
    async fn purge_tweet(&self, tweet: TweetId) -> Result<(), TaskError> {
        self.bucket.delete_all(&Folder::tweet(tweet.uuid())).await?;
        while self.purge.tweet(tweet).await? {}
        Ok(())
    }
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
