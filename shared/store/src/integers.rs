//! Integer sessions and their sets.
//!
//! `U#<user> / SESSION#<session>` is a session's manifest, `U#<user>#<generation> / SET#<set>` a set of the generation
//! that the manifest names. What no manifest names is nobody's. `U#<user> / SESSIONS` counts the manifests, in the
//! transactions that make and remove them.

pub(crate) mod count;
pub(crate) mod remove;
pub(crate) mod upload;
pub(crate) mod uploads;
pub(crate) mod write;

use aviary_model::{Encoding, GenerationId, IntegerSession, SetId, Timestamp, UserId, VersionId};
use serde::{Deserialize, Serialize};

use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, Key, text};
use crate::dynamodb::table::{IntegersTable, JobsTable, run_query};
use crate::jobs::Jobs;

/// The most sessions of an account.
pub const MAX_SESSIONS: u32 = 100;
/// The most sets of a session.
pub const MAX_SESSION_SETS: u32 = 1_000;
/// The most bytes that a session's sets have together.
pub const MAX_SESSION_BYTES: u64 = 256 << 20;
/// How often a write is begun anew that lost against others.
const MAX_ATTEMPTS: u32 = 6;

/// A session with at least one set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Where its sets are.
    pub generation: GenerationId,
    /// How many there are.
    pub sets: u32,
    /// How many bytes they have together.
    pub bytes: u64,
    /// The session of the web session under which it was made, or replaced as a whole; none if it was made from
    /// elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_under: Option<IntegerSession>,
}

/// A session as it was read; one that does not exist has a generation that its first set will make.
#[derive(Clone, Debug)]
pub struct OpenSession {
    /// Whose it is.
    pub user: UserId,
    /// Its name.
    pub session: IntegerSession,
    /// What it leads to; none while it has no set.
    pub manifest: Option<Manifest>,
    /// Where its sets are, or will be.
    pub generation: GenerationId,
    /// The session of the web session whose cookie came with the request, which a new manifest notes.
    pub under: Option<IntegerSession>,
}

impl OpenSession {
    /// The same for a request that came with a web session's cookie, whose own session is this one.
    #[must_use]
    pub fn under(self, web: Option<IntegerSession>) -> Self {
        Self { under: web, ..self }
    }
}

/// Where a set's units are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetContent {
    /// Here, as JSON.
    Inline(String),
    /// In the object with this key.
    Object(String),
}

/// A version of a set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSet {
    /// The set.
    pub id: SetId,
    /// Another one whenever it is written.
    pub version: VersionId,
    /// How its integers are written.
    pub encoding: Encoding,
    /// How many units it has.
    pub units: u64,
    /// How many bytes their JSON has.
    pub bytes: u64,
    /// Its units.
    pub content: SetContent,
}

impl StoredSet {
    /// The key of its object, if it has one.
    #[must_use]
    pub fn object(&self) -> Option<&str> {
        match &self.content {
            SetContent::Object(key) => Some(key),
            SetContent::Inline(_) => None,
        }
    }
}

/// What a session, or its account, has no room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionBound {
    /// One more set.
    #[error("A session may have {MAX_SESSION_SETS} sets.")]
    Sets,
    /// So many bytes.
    #[error("The sets of a session may have {MAX_SESSION_BYTES} bytes together.")]
    Bytes,
    /// One more session; this is the account's bound.
    #[error("An account may have {MAX_SESSIONS} integer sessions.")]
    Sessions,
}

/// A page of a session's sets, by their ids.
#[derive(Clone, Debug)]
pub struct SetPage {
    /// The sets.
    pub sets: Vec<StoredSet>,
    /// Where the next page begins: after this one. None at the end.
    pub next: Option<SetId>,
}

/// The `integers` table.
#[derive(Clone, Debug)]
pub struct Integers {
    table: IntegersTable,
    jobs: Jobs,
}

impl Integers {
    /// In this table; what must still happen goes to `jobs`.
    #[must_use]
    pub fn new(table: &IntegersTable, jobs: &JobsTable) -> Self {
        Self { table: table.clone(), jobs: Jobs::new(jobs) }
    }

    /// A session as it is now. One round trip.
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

    /// The session that was opened, as it is by now. One round trip.
    pub async fn reopen(&self, open: &OpenSession, now: Timestamp) -> Result<OpenSession, StoreError> {
        Ok(self.open(open.user, &open.session, now).await?.under(open.under.clone()))
    }

    /// A set of a session that was opened. One round trip.
    pub async fn set(&self, open: &OpenSession, set: &SetId) -> Result<Option<StoredSet>, StoreError> {
        self.table.get(set_key(open.user, open.generation, set)).await
    }

    /// Several sets of a session that was opened, in no order; those that are not there are left out. One round trip.
    pub async fn sets(&self, open: &OpenSession, sets: &[SetId]) -> Result<Vec<StoredSet>, StoreError> {
        let keys = sets.iter().map(|set| set_key(open.user, open.generation, set)).collect();
        let found = self.table.batch_get_many(keys).await?;
        found.into_iter().map(|item| self.table.read(item)).collect()
    }

    /// The sets of a session that was opened, after `after`; at most a megabyte of them. One round trip.
    pub async fn page(&self, open: &OpenSession, after: Option<&SetId>) -> Result<SetPage, StoreError> {
        let from = after.map_or_else(|| "SET#".to_owned(), |set| format!("SET#{}", set.as_str()));
        let call = self
            .table
            .query()
            .key_condition_expression("pk = :pk AND sk > :from")
            .expression_attribute_values(":pk", text(sets_pk(open.user, open.generation)))
            .expression_attribute_values(":from", text(from))
            .consistent_read(true);
        let output = run_query(call).await?;
        let more = output.last_evaluated_key.is_some();
        let read = |item: Item| self.table.read::<StoredSet>(item);
        let sets = output.items.unwrap_or_default().into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let next = sets.last().map(|set| set.id.clone()).filter(|_| more);
        Ok(SetPage { sets, next })
    }

    /// Does a set name this object? One round trip.
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

    /// A version for a set that is about to be written.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn new_version(&self, now: Timestamp) -> Result<VersionId, StoreError> {
        Ok(VersionId::new(now, self.table.entropy())?)
    }
}

fn manifest_key(user: UserId, session: &IntegerSession) -> Key {
    Key::new(format!("U#{user}"), format!("SESSION#{}", session.as_str()))
}

fn sets_pk(user: UserId, generation: GenerationId) -> String {
    format!("U#{user}#{generation}")
}

fn set_key(user: UserId, generation: GenerationId, set: &SetId) -> Key {
    Key::new(sets_pk(user, generation), format!("SET#{}", set.as_str()))
}
