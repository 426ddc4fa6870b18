//! Writes the notifications of a batch, those of each recipient together.

use std::collections::{BTreeSet, HashMap};

use aviary_model::UserId;
use aviary_store::{FeedLookupResult, NotificationContent};

use crate::batch::{Due, Failed, Written, all, failures};
use crate::effects::Effect;
use crate::feed::Feed;

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
        (indexes, self.notifications.notify(recipient, &contents, self.clock.now()).await)
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
