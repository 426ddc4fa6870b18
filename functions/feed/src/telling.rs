//! Notifications, recipient by recipient.

use std::collections::HashMap;

use aviary_model::UserId;
use aviary_store::{LookedUp, NotificationContent};

use crate::Feed;
use crate::batch::{Due, Failed, Written, all, failures};
use crate::effects::Effect;

impl Feed {
    /// Tells everybody who is concerned and wants to hear of it.
    pub(crate) async fn tell(&self, due: &[Due], known: &LookedUp) -> Failed {
        let concerned: Vec<(usize, UserId, NotificationContent)> =
            due.iter().flat_map(|due| concerned(due, known)).collect();
        let news = concerned.iter().map(|(_, recipient, news)| (*recipient, news.clone())).collect();
        let wanted = match self.notifications.wanted(news).await {
            Ok(wanted) => wanted,
            Err(error) => return all(due, &error),
        };
        let mut inboxes: HashMap<UserId, (Vec<usize>, Vec<NotificationContent>)> = HashMap::new();
        for (at, recipient, news) in concerned {
            if wanted.iter().any(|(to, wanted)| *to == recipient && *wanted == news) {
                let (places, inbox) = inboxes.entry(recipient).or_default();
                places.push(at);
                inbox.push(news);
            }
        }
        let writes = inboxes.into_iter().map(|(recipient, (places, news))| self.tell_one(recipient, places, news));
        failures(writes, "a notification").await
    }

    async fn tell_one(&self, recipient: UserId, places: Vec<usize>, news: Vec<NotificationContent>) -> Written {
        (places, self.notifications.tell(recipient, &news, self.clock.now()).await)
    }
}

/// Whom an effect is to be told.
fn concerned((at, effect): &Due, known: &LookedUp) -> Vec<(usize, UserId, NotificationContent)> {
    match effect {
        Effect::Tell(recipient, news) => vec![(*at, *recipient, news.clone())],
        Effect::TellNamed { names, except, news } => {
            let people = names.iter().filter_map(|name| known.owner(name)).filter(|person| !except.contains(person));
            people.map(|person| (*at, person, news.clone())).collect()
        }
        _ => Vec::new(),
    }
}
