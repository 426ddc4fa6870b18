//! Writes and deletions of one set, in one transaction with its session's manifest.

use aviary_model::{SetId, Timestamp};

use super::upload::leads_to;
use super::{
    Integers, MAX_ATTEMPTS, MAX_SESSION_BYTES, MAX_SESSION_SETS, Manifest, OpenSession, SessionBound, StoredSet,
    manifest_item, manifest_key, set_key,
};
use crate::credentials::Credentials;
use crate::credentials::idempotency_keys::{IdempotencyClaim, lapsed};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Condition, Update};
use crate::dynamodb::item::{item, number, text};
use crate::dynamodb::transaction::{Committed, Transaction, WriteId};
use crate::jobs::{Job, JobId, Task, job_item};

/// Longer than any request that has read the old item takes.
const READERS_SECONDS: i64 = 300;
/// Longer than any request takes that writes an object before its item.
const WRITERS_SECONDS: i64 = 3_600;

/// What is written in the same transaction as a set.
#[derive(Clone, Debug)]
pub struct SetWrite<'a> {
    /// The time of the write.
    pub now: Timestamp,
    /// The job that would remove the set's object. It is deleted, because the set now names the object.
    pub check: Option<JobId>,
    /// The idempotency claim that is settled, its table, and the result to store.
    pub claim: Option<(&'a IdempotencyClaim, &'a Credentials, String)>,
}

/// The result of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// The write was committed.
    Done,
    /// Nothing was written, because the session was replaced, deleted or created since it was opened. The caller opens
    /// it again.
    SessionChanged,
    /// Nothing was written, because the session or the account has reached this limit.
    Full(SessionBound),
}

/// The writes of the transaction whose conditions may fail.
struct Writes {
    manifest: WriteId,
    set: WriteId,
    counted: Option<WriteId>,
    claim: Option<WriteId>,
}

impl Integers {
    /// Writes the job that removes an object unless its set names it. Call it before writing the object. One round
    /// trip.
    pub async fn announce_object(
        &self,
        open: &OpenSession,
        set: &SetId,
        key: &str,
        now: Timestamp,
    ) -> Result<JobId, StoreError> {
        let (user, generation) = (open.user, open.generation);
        let task = Task::CheckIntegerObject { user, generation, set: set.clone(), key: key.to_owned() };
        let job = self.job_after(task, now, WRITERS_SECONDS)?;
        self.jobs.put(&job).await?;
        Ok(job.id)
    }

    /// Writes a new set, or replaces an existing one. A reader sees either the old version or the new one. A job
    /// removes the old version's object. One round trip for a new set, two for an existing one.
    ///
    /// # Errors
    /// When the idempotency claim has expired.
    pub async fn write(
        &self,
        open: &OpenSession,
        set: &StoredSet,
        write: &SetWrite<'_>,
    ) -> Result<Written, StoreError> {
        let mut replaced: Option<StoredSet> = None;
        for round in 0..MAX_ATTEMPTS {
            // The first refusal only shows that the set exists; it is no race, so the retry does not wait.
            self.table.db.pause_before(round.saturating_sub(1)).await?;
            let mut transaction = Transaction::default();
            let writes = self.compose(&mut transaction, open, set, replaced.as_ref(), write)?;
            let committed = transaction.commit(&self.table.db).await?;
            let refused = |write: Option<WriteId>| write.is_some_and(|write| committed.refused(write));
            if refused(writes.claim) {
                return Err(lapsed());
            }
            if matches!(committed, Committed::Done) {
                return Ok(Written::Done);
            }
            let manifest_found = match committed.refusal(writes.manifest) {
                Some(refusal) => Some(refusal.found.clone().map(|item| self.table.read::<Manifest>(item)).transpose()?),
                None => None,
            };
            if let Some(refusal) = committed.refusal(writes.set) {
                replaced = refusal.found.clone().map(|item| self.table.read::<StoredSet>(item)).transpose()?;
            }
            // Replacing a set needs less than adding one, so the existing set is read before the limits are checked.
            let verdict = match manifest_found {
                Some(found) => verdict(open, set, replaced.as_ref(), found.as_ref()),
                None if refused(writes.counted) => Some(Written::Full(SessionBound::Sessions)),
                None => None,
            };
            if let Some(outcome) = verdict {
                return Ok(outcome);
            }
        }
        Err(StoreError::Contended("others wrote the same set at the same time"))
    }

    fn compose(
        &self,
        transaction: &mut Transaction,
        open: &OpenSession,
        set: &StoredSet,
        replaced: Option<&StoredSet>,
        write: &SetWrite<'_>,
    ) -> Result<Writes, StoreError> {
        let key = set_key(open.user, open.generation, &set.id);
        let item = item(key, set, [])?;
        let set_at = match replaced {
            None => transaction.create(&self.table, item)?,
            Some(old) => transaction.put_if(&self.table, item, &as_it_was(old))?,
        };
        let (manifest_at, counted_at) = self.count(transaction, open, set, replaced)?;
        if let Some(key) = replaced.and_then(StoredSet::object) {
            self.remove_object(transaction, open, key, write.now, READERS_SECONDS)?;
        }
        if let Some(check) = write.check {
            transaction.delete(&self.jobs.table, crate::jobs::key(check))?;
        }
        let claim = write.claim.as_ref();
        let claim = claim.map(|(claim, credentials, result)| claim.settle(transaction, credentials, result));
        Ok(Writes { manifest: manifest_at, set: set_at, counted: counted_at, claim: claim.transpose()? })
    }

    /// Adds the set to the manifest's counts, or creates the manifest and counts it.
    fn count(
        &self,
        transaction: &mut Transaction,
        open: &OpenSession,
        set: &StoredSet,
        replaced: Option<&StoredSet>,
    ) -> Result<(WriteId, Option<WriteId>), StoreError> {
        let key = manifest_key(open.user, &open.session);
        if open.manifest.is_none() && replaced.is_none() {
            let made_under = open.under.clone();
            let manifest = Manifest { generation: open.generation, sets: 1, bytes: set.bytes, made_under };
            let manifest_at = transaction.create(&self.table, manifest_item(key, &manifest)?)?;
            return Ok((manifest_at, Some(self.count_session(transaction, open.user)?)));
        }
        let (more_sets, most_sets) = match replaced {
            None => (1, MAX_SESSION_SETS.saturating_sub(1)),
            Some(_) => (0, MAX_SESSION_SETS),
        };
        let less = replaced.map_or(0, |old| old.bytes);
        let update = Update::new()
            .add("sets", number(more_sets))
            .add("bytes", number(i128::from(set.bytes) - i128::from(less)))
            .when(leads_to(open.generation))
            .when(Condition::at_most("sets", number(most_sets)))
            .when(Condition::at_most("bytes", number(room(set, replaced))));
        Ok((transaction.update(&self.table, key, &update)?, None))
    }

    /// Deletes a set. A session ends with its last set. False if there is no such set. Two round trips, and three more
    /// for each retry.
    pub async fn delete_set(&self, open: &OpenSession, set: &SetId, now: Timestamp) -> Result<bool, StoreError> {
        let mut open = open.clone();
        for round in 0..MAX_ATTEMPTS {
            self.table.db.pause_before(round).await?;
            if round > 0 {
                open = self.reopen(&open, now).await?;
            }
            let Some(manifest) = &open.manifest else { return Ok(false) };
            let Some(old) = self.set(&open, set).await? else { return Ok(false) };
            let mut transaction = Transaction::default();
            transaction.delete_if(&self.table, set_key(open.user, open.generation, set), &as_it_was(&old))?;
            self.uncount(&mut transaction, &open, manifest, &old, now)?;
            if let Some(key) = old.object() {
                self.remove_object(&mut transaction, &open, key, now, 0)?;
            }
            if let Committed::Done = transaction.commit(&self.table.db).await? {
                return Ok(true);
            }
        }
        Err(StoreError::Contended("others wrote the same set at the same time"))
    }

    fn uncount(
        &self,
        transaction: &mut Transaction,
        open: &OpenSession,
        manifest: &Manifest,
        old: &StoredSet,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = manifest_key(open.user, &open.session);
        if manifest.sets <= 1 {
            let last = leads_to(open.generation).and(Condition::at_most("sets", number(1)));
            transaction.delete_if(&self.table, key, &last)?;
            self.uncount_session(transaction, open.user)?;
            return self.remove_downloads(transaction, open.user, &open.session, now);
        }
        let update = Update::new()
            .add("sets", number(-1))
            .add("bytes", number(-i128::from(old.bytes)))
            .when(leads_to(open.generation))
            .when(Condition::more("sets", number(1)));
        transaction.update(&self.table, key, &update).map(|_| ())
    }

    fn remove_object(
        &self,
        transaction: &mut Transaction,
        open: &OpenSession,
        key: &str,
        now: Timestamp,
        after_seconds: i64,
    ) -> Result<(), StoreError> {
        let task = Task::RemoveIntegerObject { user: open.user, key: key.to_owned() };
        let job = self.job_after(task, now, after_seconds)?;
        transaction.create(&self.jobs.table, job_item(&job)?).map(|_| ())
    }

    pub(super) fn job_after(&self, task: Task, now: Timestamp, seconds: i64) -> Result<Job, StoreError> {
        let job = self.jobs.job(task, now)?;
        Ok(Job { due_at: now.plus_seconds(seconds), ..job })
    }
}

/// The most bytes that the session may already have for this set to fit.
fn room(set: &StoredSet, replaced: Option<&StoredSet>) -> u64 {
    MAX_SESSION_BYTES.saturating_add(replaced.map_or(0, |old| old.bytes)).saturating_sub(set.bytes)
}

fn as_it_was(set: &StoredSet) -> Condition {
    Condition::equals("version", text(set.version.to_string()))
}

/// The reason why the manifest's condition failed. `None` if it was only a race.
fn verdict(
    open: &OpenSession,
    set: &StoredSet,
    replaced: Option<&StoredSet>,
    manifest: Option<&Manifest>,
) -> Option<Written> {
    let Some(manifest) = manifest.filter(|manifest| manifest.generation == open.generation) else {
        return Some(Written::SessionChanged);
    };
    if replaced.is_none() && manifest.sets >= MAX_SESSION_SETS {
        return Some(Written::Full(SessionBound::Sets));
    }
    (manifest.bytes > room(set, replaced)).then_some(Written::Full(SessionBound::Bytes))
}
