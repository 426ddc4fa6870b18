//! Integer sessions and their sets.
//!
//! `U#<user> / SESSION#<session>` is a session's manifest. `U#<user>#<generation> / SET#<set>` is a set of the
//! generation that the manifest names. A generation that no manifest names belongs to no session. `U#<user> / SESSIONS`
//! counts the manifests, in the transactions that create and delete them.

pub(crate) mod by_time;
pub(crate) mod count;
pub(crate) mod remove;
pub(crate) mod upload;
pub(crate) mod uploads;
pub(crate) mod write;

use aviary_model::{Encoding, GenerationId, IntegerSession, SetId, Timestamp, UserId, VersionId};
use serde::{Deserialize, Serialize};

use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, Key, item, shard, text};
use crate::dynamodb::table::{IntegersTable, JobsTable, run_query};
use crate::jobs::Jobs;

/// The most integer sessions of an account.
pub const MAX_SESSIONS: u32 = 100;
/// The most sets of a session.
pub const MAX_SESSION_SETS: u32 = 1_000;
/// The most bytes of JSON that the sets of a session may have together.
pub const MAX_SESSION_BYTES: u64 = 256 << 20;
/// The most attempts of a write that loses against concurrent writes.
const MAX_ATTEMPTS: u32 = 6;

/// The manifest of a session, which has at least one set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The generation that holds its sets.
    pub generation: GenerationId,
    /// The number of sets.
    pub sets: u32,
    /// The bytes of JSON of all sets together.
    pub bytes: u64,
    /// The integer session of the web session under which this session was created, or last replaced as a whole. `None`
    /// if the request had no web session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_under: Option<IntegerSession>,
}

/// A session as it was read. If it does not exist, `generation` is new, and its first set creates it.
#[derive(Clone, Debug)]
pub struct OpenSession {
    /// The owner.
    pub user: UserId,
    /// The session's name.
    pub session: IntegerSession,
    /// The session's manifest. `None` while the session has no set.
    pub manifest: Option<Manifest>,
    /// The generation that holds its sets, or will.
    pub generation: GenerationId,
    /// The integer session of the request's web session, which a new manifest records.
    pub under: Option<IntegerSession>,
}

impl OpenSession {
    /// The same session, opened by a request whose web session has the integer session `web`.
    #[must_use]
    pub fn under(self, web: Option<IntegerSession>) -> Self {
        Self { under: web, ..self }
    }
}

/// Where a set's units are stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetContent {
    /// In the item, as JSON.
    Inline(String),
    /// In the object with this key.
    Object(String),
}

/// A version of a set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSet {
    /// The set's id.
    pub id: SetId,
    /// The version, which changes with every write.
    pub version: VersionId,
    /// The encoding of its integers.
    pub encoding: Encoding,
    /// The number of units.
    pub units: u64,
    /// The bytes of the units' JSON.
    pub bytes: u64,
    /// The units, or the key of the object that holds them.
    pub content: SetContent,
}

impl StoredSet {
    /// The key of the set's object. `None` if its units are in the item.
    #[must_use]
    pub fn object(&self) -> Option<&str> {
        match &self.content {
            SetContent::Object(key) => Some(key),
            SetContent::Inline(_) => None,
        }
    }
}

/// The limit that a write would exceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionBound {
    /// The sets of a session.
    #[error("A session may have {MAX_SESSION_SETS} sets.")]
    Sets,
    /// The bytes of a session's sets.
    #[error("The sets of a session may have {MAX_SESSION_BYTES} bytes together.")]
    Bytes,
    /// The sessions of an account.
    #[error("An account may have {MAX_SESSIONS} integer sessions.")]
    Sessions,
}

/// A page of a session's sets, ordered by id.
#[derive(Clone, Debug)]
pub struct SetPage {
    /// The sets.
    pub sets: Vec<StoredSet>,
    /// The cursor: the next page begins after this set. `None` at the end.
    pub next: Option<SetId>,
}

/// The `integers` table.
#[derive(Clone, Debug)]
pub struct Integers {
    table: IntegersTable,
    jobs: Jobs,
}

impl Integers {
    /// Uses this table, and writes pending jobs to `jobs`. Makes no call.
    #[must_use]
    pub fn new(table: &IntegersTable, jobs: &JobsTable) -> Self {
        Self { table: table.clone(), jobs: Jobs::new(jobs) }
    }

    /// Reads a session. A missing one is not an error. One round trip.
    pub async fn open(
        &self,
        user: UserId,
        session: &IntegerSession,
        now: Timestamp,
    ) -> Result<OpenSession, StoreError> {
        let manifest: Option<Manifest> = self.table.get(manifest_key(user, session)).await?;
        let generation = match &manifest {
            Some(manifest) => manifest.generation,
            None => GenerationId::new(now, self.table.entropy())?,
        };
        Ok(OpenSession { user, session: session.clone(), manifest, generation, under: None })
    }

    /// Reads an opened session again. One round trip.
    pub async fn reopen(&self, open: &OpenSession, now: Timestamp) -> Result<OpenSession, StoreError> {
        Ok(self.open(open.user, &open.session, now).await?.under(open.under.clone()))
    }

    /// A set of an opened session. One round trip.
    pub async fn set(&self, open: &OpenSession, set: &SetId) -> Result<Option<StoredSet>, StoreError> {
        self.table.get(set_key(open.user, open.generation, set)).await
    }

    /// Several sets of an opened session, in no order. Missing sets are left out. One round trip.
    pub async fn sets(&self, open: &OpenSession, sets: &[SetId]) -> Result<Vec<StoredSet>, StoreError> {
        let keys = sets.iter().map(|set| set_key(open.user, open.generation, set)).collect();
        let found = self.table.batch_get_many(keys).await?;
        found.into_iter().map(|item| self.table.read(item)).collect()
    }

    /// The sets of an opened session after `after`, at most a megabyte. One round trip.
    pub async fn page(&self, open: &OpenSession, after: Option<&SetId>) -> Result<SetPage, StoreError> {
        self.read_page(open, after, None).await
    }

    /// As [`Integers::page`], with at most this many sets.
    pub async fn short_page(
        &self,
        open: &OpenSession,
        after: Option<&SetId>,
        limit: i32,
    ) -> Result<SetPage, StoreError> {
        self.read_page(open, after, Some(limit)).await
    }

    async fn read_page(
        &self,
        open: &OpenSession,
        after: Option<&SetId>,
        limit: Option<i32>,
    ) -> Result<SetPage, StoreError> {
        let from = after.map_or_else(|| "SET#".to_owned(), |set| format!("SET#{}", set.as_str()));
        let call = self
            .table
            .query()
            .key_condition_expression("pk = :pk AND sk > :from")
            .expression_attribute_values(":pk", text(sets_pk(open.user, open.generation)))
            .expression_attribute_values(":from", text(from))
            .set_limit(limit)
            .consistent_read(true);
        let output = run_query(call).await?;
        let more = output.last_evaluated_key.is_some();
        let read = |item: Item| self.table.read::<StoredSet>(item);
        let sets = output.items.unwrap_or_default().into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let next = sets.last().map(|set| set.id.clone()).filter(|_| more);
        Ok(SetPage { sets, next })
    }

    /// Whether a set names this object. One round trip.
    pub async fn names_object(
        &self,
        user: UserId,
        generation: GenerationId,
        set: &SetId,
        key: &str,
    ) -> Result<bool, StoreError> {
        let found: Option<StoredSet> = self.table.get(set_key(user, generation, set)).await?;
        Ok(found.is_some_and(|set| set.object() == Some(key)))
    }

    /// A new version for a set that is about to be written.
    ///
    /// # Errors
    /// When the system has no random bytes.
    pub fn new_version(&self, now: Timestamp) -> Result<VersionId, StoreError> {
        Ok(VersionId::new(now, self.table.entropy())?)
    }
}

fn manifest_key(user: UserId, session: &IntegerSession) -> Key {
    Key::new(format!("U#{user}"), format!("SESSION#{}", session.as_str()))
}

/// A manifest, which lies in the administration's list by the time of its generation.
fn manifest_item(key: Key, manifest: &Manifest) -> Result<Item, StoreError> {
    let generation = manifest.generation;
    let index = [("time_pk", shard("SESSIONS", generation.uuid())), ("time_sk", generation.to_string())];
    item(key, manifest, index)
}

fn sets_pk(user: UserId, generation: GenerationId) -> String {
    format!("U#{user}#{generation}")
}

fn set_key(user: UserId, generation: GenerationId, set: &SetId) -> Key {
    Key::new(sets_pk(user, generation), format!("SET#{}", set.as_str()))
}
