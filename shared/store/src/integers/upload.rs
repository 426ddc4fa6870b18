//! Replaces a whole session: the sets are written under a new generation, then one write makes the manifest name it.

use aviary_model::{GenerationId, IntegerSession, Timestamp, UserId};
use futures_util::{StreamExt, TryStreamExt};

use super::{
    Integers, MAX_ATTEMPTS, Manifest, OpenSession, SessionBound, StoredSet, manifest_item, manifest_key, set_key,
};
use crate::credentials::Credentials;
use crate::credentials::idempotency_keys::{IdempotencyClaim, lapsed};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::Condition;
use crate::dynamodb::item::{item, text};
use crate::dynamodb::transaction::{Committed, Transaction, WriteId};
use crate::integers::write::Written;
use crate::jobs::{JobId, Task, job_item};

/// Longer than any request that has read the old manifest takes.
const READERS_SECONDS: i64 = 300;
/// Longer than any request takes that writes a generation before the manifest.
const WRITERS_SECONDS: i64 = 3_600;
/// The number of sets that are written or deleted concurrently.
pub(super) const AT_ONCE: usize = 8;
/// The most bytes of units that one session's replacement stores in items, whose units go into objects beyond that.
/// With a unit for each of 1,000 items this is at most 1,800 units in one partition, two seconds of what it takes.
pub const MAX_SESSION_INLINE_BYTES: usize = 800 << 10;

impl Integers {
    /// Makes a new generation of a session, which no manifest names, and writes the job that removes it if none ever
    /// will. Call it before writing any set of the generation. One round trip.
    pub async fn announce_generation(
        &self,
        user: UserId,
        session: &IntegerSession,
        now: Timestamp,
    ) -> Result<(OpenSession, JobId), StoreError> {
        let generation = GenerationId::new(now, self.table.entropy())?;
        let task = Task::RemoveIntegerGeneration { user, session: session.clone(), generation };
        let job = self.job_after(task, now, WRITERS_SECONDS)?;
        self.jobs.put(&job).await?;
        Ok((OpenSession { user, session: session.clone(), manifest: None, generation, under: None }, job.id))
    }

    /// Writes the sets of a generation that no manifest names yet. One round trip per eight sets. All are in one
    /// partition, which takes a thousand write units a second: see [`MAX_SESSION_INLINE_BYTES`]. Each is new, so that
    /// an attempt whose response was lost never replaces a later version.
    ///
    /// # Errors
    /// When a call fails. Some sets may be written then, but no reader sees them.
    pub async fn fill(&self, new: &OpenSession, sets: &[StoredSet]) -> Result<(), StoreError> {
        let write = |set: &StoredSet| {
            let item = item(set_key(new.user, new.generation, &set.id), set, []);
            async move { self.table.create(item?).await }
        };
        let writes: Vec<_> = sets.iter().map(write).collect();
        futures_util::stream::iter(writes).buffer_unordered(AT_ONCE).try_collect::<()>().await
    }

    /// Makes the session's manifest name the complete generation `new`, and writes the job that removes the old one.
    /// `before` is the session as it was read. The job `check`, which would remove the new generation, is deleted. The
    /// result is [`Written::Full`] only if the account has reached its limit of sessions; then nothing is changed. One
    /// round trip, and two more for each concurrent upload that came between.
    ///
    /// # Errors
    /// When the idempotency claim has expired.
    pub async fn flip(
        &self,
        before: &OpenSession,
        new: &OpenSession,
        sets: &[StoredSet],
        check: JobId,
        now: Timestamp,
        claim: Option<(&IdempotencyClaim, &Credentials, String)>,
    ) -> Result<Written, StoreError> {
        let count = u32::try_from(sets.len()).unwrap_or(u32::MAX);
        let bytes = sets.iter().map(|set| set.bytes).sum();
        let made_under = before.under.clone();
        let manifest = Manifest { generation: new.generation, sets: count, bytes, made_under };
        let mut before = before.clone();
        for round in 0..MAX_ATTEMPTS {
            self.table.db.pause_before(round).await?;
            if round > 0 {
                before = self.open(new.user, &new.session, now).await?;
            }
            let mut transaction = Transaction::default();
            let item = manifest_item(manifest_key(new.user, &new.session), &manifest)?;
            let (manifest_at, counted_at) = match &before.manifest {
                None => {
                    let manifest_at = transaction.create(&self.table, item)?;
                    (manifest_at, Some(self.count_session(&mut transaction, new.user)?))
                }
                Some(old) => {
                    let task = Task::RemoveIntegerGeneration {
                        user: new.user,
                        session: new.session.clone(),
                        generation: old.generation,
                    };
                    let job = self.job_after(task, now, READERS_SECONDS)?;
                    transaction.create(&self.jobs.table, job_item(&job)?)?;
                    (transaction.put_if(&self.table, item, &leads_to(old.generation))?, None)
                }
            };
            transaction.delete(&self.jobs.table, crate::jobs::key(check))?;
            let claim = claim.as_ref();
            let settled = claim.map(|(claim, credentials, result)| claim.settle(&mut transaction, credentials, result));
            let settled = settled.transpose()?;
            let committed = transaction.commit(&self.table.db).await?;
            let refused = |write: Option<WriteId>| write.is_some_and(|write| committed.refused(write));
            if refused(settled) {
                return Err(lapsed());
            }
            if let Committed::Done = committed {
                return Ok(Written::Done);
            }
            // If another request created the session meanwhile, the retry replaces it and does not need another count.
            if refused(counted_at) && !committed.refused(manifest_at) {
                return Ok(Written::Full(SessionBound::Sessions));
            }
        }
        Err(StoreError::Contended("others replaced the same session at the same time"))
    }
}

pub(super) fn leads_to(generation: GenerationId) -> Condition {
    Condition::equals("generation", text(generation.to_string()))
}
