//! Writes the notifications of a batch, those of each recipient together.

use std::collections::{BTreeSet, HashMap};

use aviary_model::UserId;
use aviary_store::{FeedLookupResult, NotificationContent, Patience, StoreError, Task};

use crate::batch::{Due, Failed, Written, all, failures};
use crate::effects::Effect;
use crate::feed::Feed;

const PUT_OFF_SECONDS: i64 = 30;

impl Feed {
    /// Notifies recipients, unless something that the notification names is gone, or a mute or block hides its actor.
    pub(crate) async fn notify(&self, due: &[Due], known: &FeedLookupResult) -> Failed {
        let notifications: Vec<(usize, UserId, NotificationContent)> =
            due.iter().flat_map(|due| notifications(due, known)).collect();
        let contents = notifications.iter().map(|(_, recipient, content)| (*recipient, content.clone())).collect();
        let wanted = match self.notifications.deliverable(contents).await {
            Ok(wanted) => wanted,
            Err(error) => return all(due, &error),
        };
        let mut inboxes: HashMap<UserId, (Vec<usize>, Vec<NotificationContent>)> = HashMap::new();
        for (index, recipient, content) in notifications {
            if wanted.iter().any(|(to, wanted)| *to == recipient && *wanted == content) {
                let (indexes, contents) = inboxes.entry(recipient).or_default();
                indexes.push(index);
                contents.push(content);
            }
        }
        let writes = inboxes
            .into_iter()
            .map(|(recipient, (indexes, contents))| self.notify_recipient(recipient, indexes, contents));
        failures(writes, "a notification").await
    }

    async fn notify_recipient(
        &self,
        recipient: UserId,
        indexes: Vec<usize>,
        contents: Vec<NotificationContent>,
    ) -> Written {
        let now = self.clock.now();
        let written = match self.notifications.notify(recipient, &contents, now, Patience::Short).await {
            Err(error) => self.put_off_notifications(recipient, contents, &error).await,
            Ok(false) => Ok(()),
            // A trim that gets lost here is made up for by the next one.
            Ok(true) => {
                let task = Task::TrimInbox { user: recipient };
                self.jobs.put(&self.jobs.named(&format!("trim inbox {recipient}"), task, now)).await
            }
        };
        (indexes, written)
    }

    /// Leaves the notifications to a job, so that one recipient does not hold up the batch, and with it everybody's
    /// counts, timelines and notifications. A batch that is delivered again makes the same job.
    async fn put_off_notifications(
        &self,
        recipient: UserId,
        contents: Vec<NotificationContent>,
        error: &StoreError,
    ) -> Result<(), StoreError> {
        tracing::warn!(user.id = %recipient, count = contents.len(), error = %error, "an inbox could not be written");
        if matches!(error, StoreError::Full(_)) {
            return Ok(());
        }
        let ids: Vec<String> = contents.iter().map(|content| content.id_for(recipient).to_string()).collect();
        let task = Task::Notify { user: recipient, contents };
        let job = self.jobs.named(&format!("notify {}", ids.join(" ")), task, self.clock.now());
        self.jobs.put(&self.jobs.after(PUT_OFF_SECONDS, job)).await
    }
}

/// The notifications that an effect asks for, each with its record's index and its recipient.
fn notifications((index, effect): &Due, known: &FeedLookupResult) -> Vec<(usize, UserId, NotificationContent)> {
    match effect {
        Effect::Notify(recipient, content) => vec![(*index, *recipient, content.clone())],
        Effect::NotifyMentioned { mentions, except, content } => {
            let users: BTreeSet<UserId> = mentions.iter().filter_map(|mention| known.mentioned(mention)).collect();
            let users = users.into_iter().filter(|user| !except.contains(user));
            users.map(|user| (*index, user, content.clone())).collect()
        }
        _ => Vec::new(),
    }
}
