//! The bound of a user's live sessions.
//!
//! `PRINCIPAL.sessions` counts the sessions that were made, and is never less than those that are live: a sign-in adds
//! to it in its own transaction, and what ends a session leaves it. So a sign-in reads no sessions while the count is
//! below the bound. At the bound it reads them all once, corrects the count, and ends the least lately used ones. Each
//! correction adds one to `PRINCIPAL.session_counts`, so that of two at once, one is refused and counts again.

use aviary_model::{SessionId, Timestamp, UserId};
use aws_sdk_dynamodb::types::AttributeValue;

use crate::credentials::Credentials;
use crate::credentials::session::Session;
use crate::credentials::session_list::session_keys;
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Condition, Update};
use crate::dynamodb::item::{Item, Key, number};
use crate::dynamodb::transaction::{distinct, remove};

/// The most live sessions that a user may have. A new one replaces the least lately used.
pub const MAX_LIVE_SESSIONS: usize = 100;

/// More than the bound, so that one page has all of a user who is at it.
const SESSIONS_PER_PAGE: i32 = 200;
/// How many sessions a sign-in ends in its own transaction, which has room for 100 writes.
const MAX_ENDED_IN_SIGN_IN: usize = 20;

/// How a sign-in finds room for its sessions.
#[derive(Clone, Debug)]
pub(crate) enum Room {
    /// The count says that there is enough.
    Expected,
    /// The sessions were counted, and those in the way end with the sign-in.
    Made {
        /// The count that they replace, and how often the sessions were counted before. The second tells two counts with
        /// the same result apart.
        counted: (AttributeValue, Option<AttributeValue>),
        /// The live sessions that stay.
        live: usize,
        /// The keys of those that end.
        ended: Vec<Key>,
    },
}

impl Room {
    /// The update of the principal for so many new sessions.
    pub(crate) fn update(&self, new: usize) -> Update {
        match self {
            Self::Expected => {
                let room = Condition::at_most("sessions", number(MAX_LIVE_SESSIONS.saturating_sub(new)));
                Update::new()
                    .add("sessions", number(new))
                    .when(Condition::item_exists())
                    .when(Condition::missing("sessions").or(room))
            }
            Self::Made { counted: (count, times), live, .. } => {
                let uncounted = match times {
                    Some(times) => Condition::equals("session_counts", times.clone()),
                    None => Condition::missing("session_counts"),
                };
                Update::new()
                    .set("sessions", number(live + new))
                    .add("session_counts", number(1))
                    .when(Condition::equals("sessions", count.clone()))
                    .when(uncounted)
            }
        }
    }

    /// The keys of the sessions that end.
    pub(crate) fn ended(&self) -> &[Key] {
        match self {
            Self::Expected => &[],
            Self::Made { ended, .. } => ended,
        }
    }
}

impl Credentials {
    /// Makes room for `new` sessions of an epoch: chooses the least lately used ones, but never `keep`. `principal` is
    /// the item as a sign-in found it. One round trip per 200 stored sessions; more only if far more than the bound are
    /// live.
    pub(crate) async fn make_room(
        &self,
        (user, epoch): (UserId, u32),
        principal: &Item,
        new: usize,
        keep: Option<SessionId>,
        now: Timestamp,
    ) -> Result<Room, StoreError> {
        let count = principal.get("sessions").cloned().unwrap_or_else(|| number(0));
        let counted = (count, principal.get("session_counts").cloned());
        let mut live = self.live_sessions(user, epoch, now).await?;
        live.sort_by_key(|(sid, session)| (session.last_used_at.unwrap_or(session.created_at), *sid));
        let mut too_many = (live.len() + new).saturating_sub(MAX_LIVE_SESSIONS);
        let left = live.len() - too_many;
        let mut ended = Vec::new();
        for (sid, session) in live.iter().filter(|(sid, _)| Some(*sid) != keep) {
            if too_many == 0 {
                break;
            }
            too_many -= 1;
            ended.push(session_keys(user, *sid, session));
        }
        // What one transaction can't hold ends before it.
        let before = ended.len().saturating_sub(MAX_ENDED_IN_SIGN_IN);
        for some in ended.drain(..before).collect::<Vec<_>>().chunks(MAX_ENDED_IN_SIGN_IN) {
            remove(&self.table, distinct(some.iter().flatten().cloned())).await?;
        }
        Ok(Room::Made { counted, live: left, ended: ended.into_iter().flatten().collect() })
    }

    async fn live_sessions(
        &self,
        user: UserId,
        epoch: u32,
        now: Timestamp,
    ) -> Result<Vec<(SessionId, Session)>, StoreError> {
        let (mut live, mut before) = (Vec::new(), None);
        loop {
            let page = self.sessions(user, before, SESSIONS_PER_PAGE).await?;
            let alive = |session: &Session| session.epoch == epoch && !session.has_ended(now);
            live.extend(page.sessions.into_iter().filter(|(_, session)| alive(session)));
            before = page.next;
            if before.is_none() {
                return Ok(live);
            }
        }
    }
}
