//! Dispatches each kind of task to the code that runs it.

use aviary_model::UserId;
use aviary_store::{KEPT_ENTRIES, NotificationContent, Patience, StoreError, Task};

use crate::fan_out::FanOutItem;
use crate::outcome::{Outcome, TaskError, second_round};
use crate::worker::Worker;

impl Worker {
    pub(crate) async fn perform(&self, task: &Task) -> Result<Outcome, TaskError> {
        match task {
            Task::ResetMail { user } => self.reset_mail(*user).await,
            Task::EmailChanged { user, old, change } => self.email_changed(*user, old, *change).await,
            Task::ConfirmEmail { user, change } => self.confirm_email(*user, *change).await,
            Task::EmailChangeUndone { user, to } => self.email_change_undone(*user, to).await,
            Task::PasswordChanged { user, to } => self.password_changed(*user, to).await,
            Task::Export { user, export } => self.export(*user, *export).await,
            Task::Warned { user, target } => self.warned(*user, *target).await,
            Task::AccountDeleted { user, to } => self.account_deleted(*user, to).await,
            Task::SweepSessions { user } => self.sweep_sessions(*user).await,
            Task::Purge { user, round } => self.purge(*user, *round).await,
            Task::RemoveIntegerObject { user, key } => self.remove_integer_object(*user, key).await,
            Task::CheckIntegerObject { user, generation, set, key } => {
                self.check_integer_object(*user, *generation, set, key).await
            }
            Task::RemoveIntegerGeneration { user, session, generation } => {
                self.remove_integer_generation(*user, session, *generation).await
            }
            Task::RemoveIntegerDownloads { user, session, round } => {
                self.remove_integer_downloads(*user, session, *round).await
            }
            Task::DeleteIntegerSession { user, session, round } => {
                self.delete_integer_session(*user, session, *round).await
            }
            Task::RemoveIntegerUpload { user, upload } => self.remove_integer_upload(*user, *upload).await,
            Task::RemoveMedia { user, media } => self.remove_media(*user, *media).await,
            Task::RemoveTweet { author, tweet, media, round } => {
                self.remove_tweet(*author, *tweet, media, *round).await
            }
            Task::RemoveComment { author, comment, tweet, tweet_author, round } => {
                self.remove_comment(*author, *comment, *tweet, *tweet_author, *round).await
            }
            Task::FanOut { user, tweet, author, position, shard, after } => {
                let item = FanOutItem { user: *user, tweet: *tweet, author: *author, position: *position };
                self.fan_out(item, *shard, after.as_deref()).await
            }
            Task::Deliver { reader, user, tweet, author, position } => {
                let item = FanOutItem { user: *user, tweet: *tweet, author: *author, position: *position };
                self.deliver(item, *reader).await
            }
            Task::Notify { user, contents } => self.write_notifications(*user, contents).await,
            Task::TrimTimeline { user } => Ok(match self.home.trim(*user, KEPT_ENTRIES).await? {
                false => Outcome::Done,
                true => Outcome::Again { task: task.clone(), after_seconds: 0 },
            }),
            Task::TrimInbox { user } => {
                self.notifications.trim(*user, KEPT_ENTRIES, self.clock.now()).await?;
                Ok(Outcome::Done)
            }
            Task::Withdraw { user, tweet, edge, round } => self.withdraw(*user, *tweet, *edge, *round).await,
            Task::Backfill { user, followed, round } => self.backfill(*user, *followed, *round).await,
            Task::MarkHiddenRead { user, other, after, round } => {
                let (user, other) = (*user, *other);
                let quiet = self.notifications.mark_hidden_read(user, other, after.clone(), self.clock.now());
                Ok(match quiet.await? {
                    None => second_round(*round, |round| Task::MarkHiddenRead { user, other, after: None, round }),
                    after => {
                        let task = Task::MarkHiddenRead { user, other, after, round: *round };
                        Outcome::Again { task, after_seconds: 0 }
                    }
                })
            }
            Task::Unknown => Err(TaskError::Unknown),
            Task::SwitchFollowersToPull { user, after, round } => self.cross(*user, after.as_deref(), *round).await,
        }
    }

    /// Writes notifications that the stream's batch could not write. Those whose cause is gone by now are left out.
    async fn write_notifications(&self, user: UserId, contents: &[NotificationContent]) -> Result<Outcome, TaskError> {
        let news = contents.iter().map(|content| (user, content.clone())).collect();
        let deliverable = self.notifications.deliverable(news).await?;
        let contents: Vec<NotificationContent> = deliverable.into_iter().map(|(_, content)| content).collect();
        match self.notifications.notify(user, &contents, self.clock.now(), Patience::Long).await {
            Ok(true) => Ok(Outcome::Again { task: Task::TrimInbox { user }, after_seconds: 0 }),
            Ok(false) | Err(StoreError::Full(_)) => Ok(Outcome::Done),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes sessions of past epochs, which are invalid. The epoch is read first, so a session that is older than it
    /// when read later stays older.
    async fn sweep_sessions(&self, user: UserId) -> Result<Outcome, TaskError> {
        // Without a principal the account is deleted, and its purge removes all sessions.
        if let Some(principal) = self.credentials.principal(user).await? {
            self.credentials.remove_sessions_before(user, principal.epoch).await?;
        }
        Ok(Outcome::Done)
    }
}
