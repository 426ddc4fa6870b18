//! Removes everything that depends on a deleted tweet or comment, in two rounds: the second one finds what requests
//! under way wrote, and what indexes did not show yet.

use aviary_media::Folder;
use aviary_model::{CommentId, MediaId, ReportTarget, TweetId, UserId};
use aviary_store::Task;

use crate::outcome::{Outcome, TaskError, second_round};
use crate::worker::Worker;

impl Worker {
    /// Removes a tweet's objects, comments, reactions, timeline entries, notifications, tags and reports. Replies
    /// stay.
    pub(crate) async fn remove_tweet(
        &self,
        author: UserId,
        tweet: TweetId,
        media: &[MediaId],
        round: u32,
    ) -> Result<Outcome, TaskError> {
        for folder in [Folder::tweet(tweet.uuid()), Folder::thumbnails(tweet.uuid())] {
            self.bucket.delete_all(&folder).await?;
        }
        for media in media {
            self.remove_media_of(author, *media).await?;
        }
        let more = [
            self.purge.comments_on(tweet, author, &self.jobs, self.clock.now()).await?,
            self.purge.reactions(tweet).await?,
            self.purge.timelines(tweet).await?,
            self.purge.replies(tweet).await?,
            self.purge.told_about(tweet.uuid(), author, &[author], self.clock.now()).await?,
            self.purge.tags(tweet).await?,
            self.purge.reports_about(ReportTarget::Tweet(tweet)).await?,
        ];
        if more.contains(&true) {
            return Ok(Outcome::Again {
                task: Task::RemoveTweet { author, tweet, media: media.to_vec(), round },
                after_seconds: 0,
            });
        }
        Ok(second_round(round, |round| Task::RemoveTweet { author, tweet, media: media.to_vec(), round }))
    }

    /// Removes a comment's answers, likes, notifications and reports.
    pub(crate) async fn remove_comment(
        &self,
        author: UserId,
        comment: CommentId,
        tweet: TweetId,
        tweet_author: UserId,
        round: u32,
    ) -> Result<Outcome, TaskError> {
        let recipients = if author == tweet_author { vec![author] } else { vec![author, tweet_author] };
        let more = [
            self.purge.answers_to(comment, (tweet, tweet_author), &self.jobs, self.clock.now()).await?,
            self.purge.comment_likes(comment).await?,
            self.purge.reports_about(ReportTarget::Comment(comment)).await?,
            self.purge.told_about(comment.uuid(), author, &recipients, self.clock.now()).await?,
        ];
        let task = |round| Task::RemoveComment { author, comment, tweet, tweet_author, round };
        if more.contains(&true) {
            return Ok(Outcome::Again { task: task(round), after_seconds: 0 });
        }
        Ok(second_round(round, task))
    }
}
