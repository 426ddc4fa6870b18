//! Deletion of sessions and generations, and the lists that the worker's removal jobs read.

use aviary_model::{GenerationId, IntegerSession, Timestamp, UserId};
use futures_util::{StreamExt, TryStreamExt};

use super::upload::{AT_ONCE, leads_to};
use super::{Integers, MAX_ATTEMPTS, Manifest, manifest_key, sets_pk};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::Condition;
use crate::dynamodb::item::{Item, Key, number, text};
use crate::dynamodb::table::run_query;
use crate::dynamodb::transaction::{Committed, Transaction};
use crate::jobs::{Task, job_item};

/// Items of a page.
const PAGE: i32 = 100;

impl Integers {
    /// Deletes a session. Its manifest is deleted at once, which hides all its sets. Jobs that are due at once remove
    /// its generation and its downloads. False if there is no such session. Two round trips.
    pub async fn delete_session(
        &self,
        user: UserId,
        session: &IntegerSession,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        for round in 0..MAX_ATTEMPTS {
            self.table.db.pause_before(round).await?;
            let Some(manifest) = self.open(user, session, now).await?.manifest else { return Ok(false) };
            let generation = manifest.generation;
            let mut transaction = Transaction::default();
            transaction.delete_if(&self.table, manifest_key(user, session), &leads_to(generation))?;
            self.uncount_session(&mut transaction, user)?;
            let task = Task::RemoveIntegerGeneration { user, session: session.clone(), generation };
            transaction.create(&self.jobs.table, job_item(&self.job_after(task, now, 0)?)?)?;
            self.remove_downloads(&mut transaction, user, session, now)?;
            if let Committed::Done = transaction.commit(&self.table.db).await? {
                return Ok(true);
            }
        }
        Err(StoreError::Contended("others replaced the same session at the same time"))
    }

    /// Adds the job that removes the downloads of a session that this transaction ends.
    pub(super) fn remove_downloads(
        &self,
        transaction: &mut Transaction,
        user: UserId,
        session: &IntegerSession,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let task = Task::RemoveIntegerDownloads { user, session: session.clone(), round: 0 };
        transaction.create(&self.jobs.table, job_item(&self.job_after(task, now, 0)?)?).map(|_| ())
    }

    /// Whether a session with this name exists. One round trip.
    pub async fn is_there(&self, user: UserId, session: &IntegerSession) -> Result<bool, StoreError> {
        let manifest: Option<Manifest> = self.table.get(manifest_key(user, session)).await?;
        Ok(manifest.is_some())
    }

    /// Whether the session's manifest names this generation. One round trip.
    pub async fn leads_to(
        &self,
        user: UserId,
        session: &IntegerSession,
        generation: GenerationId,
    ) -> Result<bool, StoreError> {
        let manifest: Option<Manifest> = self.table.get(manifest_key(user, session)).await?;
        Ok(manifest.is_some_and(|manifest| manifest.generation == generation))
    }

    /// Deletes a page of a generation's sets, whether a manifest names it or not. True if there may be more. One round
    /// trip, and one for each eight sets. In a transaction each would cost twice the units; a batch costs the same, but
    /// the right to it would let the worker write sets.
    pub async fn remove_sets(&self, user: UserId, generation: GenerationId) -> Result<bool, StoreError> {
        let pk = sets_pk(user, generation);
        let (items, more) = self.page_of(&pk, "SET#", None).await?;
        let keys = items.iter().filter_map(|item| Some(Key::new(&*pk, sk(item)?)));
        let deletions: Vec<_> = keys.map(|key| self.table.delete(key)).collect();
        futures_util::stream::iter(deletions).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
        Ok(more)
    }

    /// A page of a user's sessions and manifests, after `after`. One round trip.
    pub async fn sessions(
        &self,
        user: UserId,
        after: Option<&IntegerSession>,
    ) -> Result<IntegerSessionPage, StoreError> {
        let pk = format!("U#{user}");
        let after = after.map(|session| Key::new(&*pk, format!("SESSION#{}", session.as_str())));
        let (items, more) = self.page_of(&pk, "SESSION#", after).await?;
        let last = items.last().and_then(session_of).filter(|_| more);
        let read = |item: Item| {
            let session = session_of(&item);
            let manifest = self.table.read::<Manifest>(item)?;
            Ok(session.map(|session| (session, manifest)))
        };
        let sessions: Result<_, StoreError> = items.into_iter().filter_map(|item| read(item).transpose()).collect();
        Ok(IntegerSessionPage { sessions: sessions?, next: last })
    }

    /// Deletes a manifest that is unchanged since the read. Its generation must be removed before. If a set was added
    /// meanwhile, the manifest stays and leads to it. One round trip.
    pub async fn remove_manifest(
        &self,
        user: UserId,
        session: &IntegerSession,
        manifest: &Manifest,
    ) -> Result<(), StoreError> {
        let mut transaction = Transaction::default();
        let unchanged = leads_to(manifest.generation)
            .and(Condition::equals("sets", number(manifest.sets)))
            .and(Condition::equals("bytes", number(manifest.bytes)));
        transaction.delete_if(&self.table, manifest_key(user, session), &unchanged)?;
        self.uncount_session(&mut transaction, user)?;
        transaction.commit(&self.table.db).await.map(|_| ())
    }

    /// A page of a partition's items whose sort key begins with `begin`, after the key `after`. The flag says whether
    /// there is more.
    async fn page_of(&self, pk: &str, begin: &str, after: Option<Key>) -> Result<(Vec<Item>, bool), StoreError> {
        let call = self
            .table
            .query()
            .key_condition_expression("pk = :pk AND begins_with(sk, :begin)")
            // The units of sets are not read.
            .projection_expression("pk, sk, generation, #sets, #bytes, made_under")
            .expression_attribute_names("#sets", "sets")
            .expression_attribute_names("#bytes", "bytes")
            .expression_attribute_values(":pk", text(pk))
            .expression_attribute_values(":begin", text(begin))
            .set_exclusive_start_key(after.map(Key::into_item))
            .consistent_read(true)
            .limit(PAGE);
        let output = run_query(call).await?;
        let more = output.last_evaluated_key.is_some();
        Ok((output.items.unwrap_or_default(), more))
    }
}

/// A page of a user's sessions, ordered by name.
#[derive(Clone, Debug)]
pub struct IntegerSessionPage {
    /// The sessions and their manifests.
    pub sessions: Vec<(IntegerSession, Manifest)>,
    /// The cursor: the next page begins after this session. `None` at the end.
    pub next: Option<IntegerSession>,
}

fn session_of(item: &Item) -> Option<IntegerSession> {
    IntegerSession::parse(sk(item)?.strip_prefix("SESSION#")?).ok()
}

fn sk(item: &Item) -> Option<&str> {
    item.get("sk")?.as_s().ok().map(String::as_str)
}
