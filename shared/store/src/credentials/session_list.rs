//! A user's sessions: listing them, ending them and recording their use.

use aviary_model::{SessionId, Timestamp, UserId};

use crate::credentials::Credentials;
use crate::credentials::keys::session_key;
use crate::credentials::session::{Session, SessionKind};
use crate::credentials::sign_in::device_sk;
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Condition, Update};
use crate::dynamodb::item::{Item, Key, number, text};
use crate::dynamodb::table::run_query;
use crate::dynamodb::transaction::{Transaction, distinct, remove};
use crate::jobs::{Job, Jobs, job_item};

/// A page of sessions, newest first.
#[derive(Clone, Debug)]
pub struct SessionPage {
    /// The sessions, including those that have ended but are not removed yet.
    pub sessions: Vec<(SessionId, Session)>,
    /// The cursor of the next page. `None` at the end.
    pub next: Option<SessionId>,
}

impl Credentials {
    /// A page of a user's sessions made before `before`, newest first. One round trip.
    pub async fn sessions(
        &self,
        user: UserId,
        before: Option<SessionId>,
        limit: i32,
    ) -> Result<SessionPage, StoreError> {
        let end = before.map_or_else(|| "S#~".to_owned(), |sid| format!("S#{sid}"));
        let call = self
            .table
            .query()
            .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :end")
            .expression_attribute_values(":pk", text(format!("U#{user}")))
            .expression_attribute_values(":first", text("S#"))
            .expression_attribute_values(":end", text(end))
            .scan_index_forward(false)
            .consistent_read(true)
            // `BETWEEN` includes its end, which the previous page contained.
            .limit(limit + i32::from(before.is_some()));
        let output = run_query(call).await?;
        let more = output.last_evaluated_key.is_some();
        let mut sessions = Vec::new();
        for found in output.items.unwrap_or_default() {
            let sid = sid_of(&found);
            // An item that is no whole session verifies nobody, and must not hide the others.
            match self.table.read::<Session>(found) {
                Ok(session) => sessions.extend(sid.map(|sid| (sid, session))),
                Err(error) => tracing::error!(error = %error, "a session is left out of its user's list"),
            }
        }
        let next = sessions.last().filter(|_| more).map(|(sid, _)| *sid);
        sessions.retain(|(sid, _)| Some(*sid) != before);
        Ok(SessionPage { sessions, next })
    }

    /// The session with this id. One round trip.
    pub async fn session(&self, user: UserId, sid: SessionId) -> Result<Option<Session>, StoreError> {
        self.table.get(session_key(user, sid)).await
    }

    /// Ends a session of any kind: deletes its item, its pointer, and its entry among the device tokens. One round
    /// trip.
    pub async fn end_session(&self, user: UserId, sid: SessionId, session: &Session) -> Result<(), StoreError> {
        remove(&self.table, session_keys(user, sid, session)).await
    }

    /// Ends a session and writes a job in the same transaction. One round trip.
    pub async fn end_session_with(
        &self,
        user: UserId,
        sid: SessionId,
        session: &Session,
        (jobs, job): (&Jobs, &Job),
    ) -> Result<(), StoreError> {
        let mut transaction = Transaction::default();
        for key in session_keys(user, sid, session) {
            transaction.delete(&self.table, key)?;
        }
        transaction.create(&jobs.table, job_item(job)?)?;
        transaction.commit(&self.table.db).await.map(|_| ())
    }

    /// Removes the sessions of earlier epochs, which are invalid, with their pointers and device token entries. One
    /// round trip per 100 sessions, and one per 20 sessions that are removed.
    pub async fn remove_sessions_before(&self, user: UserId, epoch: u32) -> Result<(), StoreError> {
        let mut before = None;
        loop {
            let page = self.sessions(user, before, 100).await?;
            let past: Vec<_> = page.sessions.iter().filter(|(_, session)| session.epoch < epoch).collect();
            for some in past.chunks(20) {
                let keys = some.iter().flat_map(|(sid, session)| session_keys(user, *sid, session));
                remove(&self.table, distinct(keys)).await?;
            }
            before = page.next;
            if before.is_none() {
                return Ok(());
            }
        }
    }

    /// Records that a session was used. Does nothing if the session is gone. One round trip.
    pub async fn used(&self, user: UserId, sid: SessionId, now: Timestamp) -> Result<(), StoreError> {
        let update = Update::new().set("last_used_at", number(now.millis())).when(Condition::item_exists());
        update.apply_once(&self.table, session_key(user, sid)).await.map(|_| ())
    }
}

/// The keys of a session's item, its pointer, and its entry among the device tokens.
pub(crate) fn session_keys(user: UserId, sid: SessionId, session: &Session) -> Vec<Key> {
    let mut keys = vec![session_key(user, sid)];
    keys.extend(session.pointer_key());
    if session.kind == SessionKind::DeviceToken {
        keys.push(Key::new(format!("U#{user}"), device_sk(session.created_at, sid)));
    }
    keys
}

fn sid_of(item: &Item) -> Option<SessionId> {
    item.get("sk")?.as_s().ok()?.strip_prefix("S#")?.parse().ok()
}
