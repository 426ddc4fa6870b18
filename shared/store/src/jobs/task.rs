//! What a job does.

use aviary_model::{
    CommentId, EdgeId, Email, GenerationId, IntegerSession, MediaId, ReportTarget, SessionId, SetId, TweetId, UploadId,
    UserId,
};
use serde::{Deserialize, Serialize};

use crate::feed::notification_content::NotificationContent;
use crate::jobs::id::JobArea;

/// What a job does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Task {
    /// Mail a link that sets a new password. The job is also written for unknown addresses, with an id that no account
    /// has, so that both requests do the same work.
    ResetMail {
        /// The user whose password is reset.
        user: UserId,
    },
    /// Notify the old address of a change that was made or asked for, with a link that undoes it.
    EmailChanged {
        /// The user whose address changes.
        user: UserId,
        /// The address before the change.
        old: Email,
        /// The number of the change.
        #[serde(default)]
        change: u32,
    },
    /// Mail a link that confirms a pending address to that address.
    ConfirmEmail {
        /// The user whose address is pending.
        user: UserId,
        /// The number of the change.
        change: u32,
    },
    /// Notify an address that the account has its former one again.
    EmailChangeUndone {
        /// The user whose change was undone.
        user: UserId,
        /// The address that was replaced.
        to: Email,
    },
    /// Notify the owner of a changed password.
    PasswordChanged {
        /// The user whose password changed.
        user: UserId,
        /// The account's address at that time.
        to: Email,
    },
    /// Warn a user of what others reported and staff found against the rules.
    Warned {
        /// The user who is warned.
        user: UserId,
        /// What was reported.
        target: ReportTarget,
    },
    /// Write everything that a user has into a file.
    Export {
        /// The user.
        user: UserId,
        /// The export that this job makes.
        export: SessionId,
    },
    /// Notify the owner of the deletion of the account.
    AccountDeleted {
        /// The deleted account.
        user: UserId,
        /// Its address.
        to: Email,
    },
    /// Remove the sessions of earlier epochs.
    SweepSessions {
        /// The sessions' user.
        user: UserId,
    },
    /// Remove everything that a deleted account left.
    Purge {
        /// The deleted account.
        user: UserId,
        /// 0 for the first pass. Two more follow later, for requests that were in progress and for lagging indexes.
        round: u32,
    },
    /// Remove the object of an integer set that was replaced or deleted.
    RemoveIntegerObject {
        /// The owner.
        user: UserId,
        /// The object's key.
        key: String,
    },
    /// Remove the object of an integer set, unless the set names it. The writer may have died before it wrote the set.
    CheckIntegerObject {
        /// The owner.
        user: UserId,
        /// The generation that the set belongs to.
        generation: GenerationId,
        /// The set.
        set: SetId,
        /// The object's key.
        key: String,
    },
    /// Remove a generation of integer sets with its objects, unless its session's manifest names it.
    RemoveIntegerGeneration {
        /// The owner.
        user: UserId,
        /// The session.
        session: IntegerSession,
        /// The generation to remove.
        generation: GenerationId,
    },
    /// Remove the downloads of an integer session: responses that were stored as files. A second pass removes those
    /// that were written during the first.
    RemoveIntegerDownloads {
        /// The owner.
        user: UserId,
        /// The session.
        session: IntegerSession,
        /// 0 for the first pass. A second pass follows later, for requests that were in progress during the first.
        round: u32,
    },
    /// Delete a web session's integer session and the sessions that were made under it, with all their sets. A second
    /// pass deletes what was written during the first.
    DeleteIntegerSession {
        /// The owner.
        user: UserId,
        /// The session.
        session: IntegerSession,
        /// 0 for the first pass. A second pass follows later, for requests that were in progress during the first.
        round: u32,
    },
    /// Remove a user's upload for a request about integers. By now it was used, or never will be.
    RemoveIntegerUpload {
        /// The owner.
        user: UserId,
        /// The upload.
        upload: UploadId,
    },
    /// Remove an image or video that was uploaded directly, if no tweet shows it by now.
    RemoveMedia {
        /// The owner.
        user: UserId,
        /// The media item.
        media: MediaId,
    },
    /// Remove everything that refers to a deleted tweet.
    RemoveTweet {
        /// The tweet's or comment's author.
        author: UserId,
        /// The deleted item.
        tweet: TweetId,
        /// The media that it showed and that were uploaded directly.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        media: Vec<MediaId>,
        /// 0 for the first pass. A second pass follows later, for requests that were in progress during the first.
        round: u32,
    },
    /// Remove everything that refers to a deleted comment.
    RemoveComment {
        /// The tweet's or comment's author.
        author: UserId,
        /// The deleted item.
        comment: CommentId,
        /// The tweet that was commented on.
        tweet: TweetId,
        /// The author of that tweet.
        tweet_author: UserId,
        /// 0 for the first pass. A second pass follows later, for requests that were in progress during the first.
        round: u32,
    },
    /// Fan-out: write a tweet or retweet to the timelines of its author's or retweeter's followers.
    FanOut {
        /// The author or retweeter, whose followers are written to.
        user: UserId,
        /// The tweet.
        tweet: TweetId,
        /// The tweet's or comment's author.
        author: UserId,
        /// Its position in the timelines: the tweet's id, or the retweet's edge id.
        position: EdgeId,
        /// The shard of followers to write to. `None` means all of them, for users with few followers.
        shard: Option<u8>,
        /// The cursor in the list of followers. `None` starts at the beginning.
        after: Option<String>,
    },
    /// Write a tweet or retweet to one follower's timeline, because the fan-out could not.
    Deliver {
        /// The follower.
        reader: UserId,
        /// The author or retweeter, whom the reader follows.
        user: UserId,
        /// The tweet.
        tweet: TweetId,
        /// The tweet's author.
        author: UserId,
        /// Its position in the timeline: the tweet's id, or the retweet's edge id.
        position: EdgeId,
    },
    /// Write notifications of one recipient, because the stream's batch could not.
    Notify {
        /// The recipient.
        user: UserId,
        /// What the notifications say.
        contents: Vec<NotificationContent>,
    },
    /// Remove the oldest entries of a home timeline that has too many.
    TrimTimeline {
        /// The reader.
        user: UserId,
    },
    /// Remove the oldest of too many notifications.
    TrimInbox {
        /// The recipient.
        user: UserId,
    },
    /// Remove a tweet from the timelines to which an undone retweet wrote it.
    Withdraw {
        /// The user who undid the retweet.
        user: UserId,
        /// The tweet.
        tweet: TweetId,
        /// The retweet's edge.
        edge: EdgeId,
        /// 0 for the first pass. A second pass follows later, for requests that were in progress during the first.
        round: u32,
    },
    /// Write a user's last tweets to the timeline of a new follower.
    Backfill {
        /// The follower.
        user: UserId,
        /// The followed user.
        followed: UserId,
        /// 0 for the first pass. A second pass follows later, for tweets whose fan-out missed the new follower.
        round: u32,
    },
    /// Mark one user's notifications from another as read, because they are no longer shown.
    #[serde(rename = "quiet")]
    #[strum(serialize = "quiet")]
    MarkHiddenRead {
        /// The user whose notifications are marked.
        user: UserId,
        /// The user whose actions caused the notifications.
        other: UserId,
        /// The cursor in the inbox. `None` starts at the beginning.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
        /// 0 for the first pass. A second pass follows later, for requests that were in progress during the first.
        round: u32,
    },
    /// Let the timelines of all followers merge this user's tweets at reading, because there are too many followers to
    /// write to.
    #[serde(rename = "cross")]
    #[strum(serialize = "cross")]
    SwitchFollowersToPull {
        /// The followed user.
        user: UserId,
        /// The cursor in the list of followers. `None` starts at the beginning.
        after: Option<String>,
        /// 0 for the first pass. A second pass follows later, for followers that the lagging index did not show yet.
        round: u32,
    },
    /// A kind that a newer version of the service wrote, while both are deployed. The worker postpones it like a failed
    /// job. This version never writes it.
    #[serde(other)]
    Unknown,
}

impl Task {
    /// The name of the task's kind, as the stored job has it.
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        self.into()
    }

    /// Whose business it is. `None` for an unknown kind.
    #[must_use]
    pub fn area(&self) -> Option<JobArea> {
        Some(match self {
            Self::Unknown => return None,
            Self::ResetMail { .. }
            | Self::EmailChanged { .. }
            | Self::ConfirmEmail { .. }
            | Self::EmailChangeUndone { .. }
            | Self::PasswordChanged { .. }
            | Self::Warned { .. }
            | Self::Export { .. }
            | Self::AccountDeleted { .. }
            | Self::SweepSessions { .. }
            | Self::Purge { .. }
            // The end of a web session, which `auth` writes.
            | Self::DeleteIntegerSession { .. } => JobArea::Accounts,
            Self::RemoveMedia { .. } | Self::RemoveTweet { .. } | Self::RemoveComment { .. } => JobArea::Content,
            Self::FanOut { .. }
            | Self::Deliver { .. }
            | Self::Notify { .. }
            | Self::TrimTimeline { .. }
            | Self::TrimInbox { .. }
            | Self::Withdraw { .. }
            | Self::Backfill { .. }
            | Self::MarkHiddenRead { .. }
            | Self::SwitchFollowersToPull { .. } => JobArea::Timelines,
            Self::RemoveIntegerObject { .. }
            | Self::CheckIntegerObject { .. }
            | Self::RemoveIntegerGeneration { .. }
            | Self::RemoveIntegerDownloads { .. }
            | Self::RemoveIntegerUpload { .. } => JobArea::Integers,
        })
    }

    /// The user whom the task concerns; the author of what was deleted. `None` for an unknown kind.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        let user = match self {
            Self::Unknown => return None,
            Self::ResetMail { user }
            | Self::EmailChanged { user, .. }
            | Self::ConfirmEmail { user, .. }
            | Self::EmailChangeUndone { user, .. }
            | Self::PasswordChanged { user, .. }
            | Self::Warned { user, .. }
            | Self::Export { user, .. }
            | Self::AccountDeleted { user, .. }
            | Self::SweepSessions { user }
            | Self::Purge { user, .. }
            | Self::RemoveIntegerObject { user, .. }
            | Self::CheckIntegerObject { user, .. }
            | Self::RemoveIntegerGeneration { user, .. }
            | Self::RemoveIntegerDownloads { user, .. }
            | Self::DeleteIntegerSession { user, .. }
            | Self::RemoveIntegerUpload { user, .. }
            | Self::RemoveMedia { user, .. }
            | Self::RemoveTweet { author: user, .. }
            | Self::RemoveComment { author: user, .. }
            | Self::TrimTimeline { user }
            | Self::TrimInbox { user }
            | Self::FanOut { user, .. }
            | Self::Deliver { reader: user, .. }
            | Self::Notify { user, .. }
            | Self::Withdraw { user, .. }
            | Self::Backfill { user, .. }
            | Self::MarkHiddenRead { user, .. }
            | Self::SwitchFollowersToPull { user, .. } => *user,
        };
        Some(user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_named_as_it_is_stored() {
        let user: UserId = "019a0000-0000-7000-8000-0000000000aa".parse().expect("an id");
        let upload = "019a0000-0000-7000-8000-0000000000bb".parse().expect("an id");
        for task in [
            Task::ResetMail { user },
            Task::Purge { user, round: 1 },
            Task::RemoveIntegerUpload { user, upload },
            Task::SwitchFollowersToPull { user, after: None, round: 0 },
        ] {
            let stored = serde_json::to_value(&task).expect("a task");
            assert_eq!(stored.get("kind").and_then(|kind| kind.as_str()), Some(task.kind_name()));
            assert_eq!(task.user(), Some(user));
        }
        assert_eq!(Task::Unknown.user(), None);
    }

    #[test]
    fn kinds_that_have_another_name_in_the_code_are_stored_as_before() {
        let user = "019a0000-0000-7000-8000-0000000000aa";
        for kind in ["quiet", "cross"] {
            let stored = serde_json::json!({"kind": kind, "user": user, "other": user, "after": null, "round": 0});
            let task: Task = serde_json::from_value(stored).expect("a task");
            assert_ne!(task, Task::Unknown, "{kind}");
            assert_eq!(task.kind_name(), kind);
        }
    }
}
