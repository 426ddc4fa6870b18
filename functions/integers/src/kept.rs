//! What is kept of a request with an idempotency key: what its sets are called, and which versions of them it made.

use aviary_model::{Encoding, GenerationId, IntegerSession, SetId, UserId, VersionId};
use aviary_store::{OpenSession, StoredSet};
use aviary_web::ApiError;
use futures_util::{StreamExt, TryStreamExt};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::IntegersState;
use crate::content::{NewSet, read};

/// So large an answer is kept with the key; of a larger one, where it is.
const MAX_KEPT: usize = 128 << 10;
/// Sets that are read beside each other.
const AT_ONCE: usize = 8;

/// A set that was made.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeptSet {
    /// The set.
    pub(crate) set: SetId,
    /// Its session.
    pub(crate) session: IntegerSession,
    generation: GenerationId,
    version: VersionId,
    encoding: Encoding,
    /// Its units, if they are not too large, and not in the request itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    json: Option<String>,
}

impl KeptSet {
    /// Of a set that is about to be written: `json` is what to keep of its units.
    pub(crate) fn of(open: &OpenSession, stored: &StoredSet, json: Option<&str>) -> Self {
        Self {
            set: stored.id.clone(),
            session: open.session.clone(),
            generation: open.generation,
            version: stored.version,
            encoding: stored.encoding,
            json: json.filter(|json| json.len() <= MAX_KEPT).map(ToOwned::to_owned),
        }
    }

    /// The set as it was made. No step where it was kept; else two.
    ///
    /// # Errors
    /// 409 when it was neither kept nor is there any more.
    pub(crate) async fn first(self, state: &IntegersState, user: UserId) -> Result<NewSet, ApiError> {
        let (encoding, json) = match self.json {
            Some(json) => (self.encoding, json),
            None => {
                let open = opened(state, user, &self.session, self.generation).await?;
                let found = state.integers.set(&open, &self.set).await?;
                as_it_was(state, &open, found, self.version).await?
            }
        };
        Ok(NewSet { id: self.set, encoding, units: 0, json })
    }
}

/// A session that was stored as a whole.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeptSession {
    /// The session.
    pub(crate) session: IntegerSession,
    generation: GenerationId,
    /// Its sets, in the request's order.
    sets: Vec<(SetId, VersionId)>,
}

impl KeptSession {
    /// Of sets that are about to be led to.
    pub(crate) fn of(open: &OpenSession, sets: &[StoredSet]) -> Self {
        let sets = sets.iter().map(|set| (set.id.clone(), set.version)).collect();
        Self { session: open.session.clone(), generation: open.generation, sets }
    }

    /// The ids of its sets, in their order.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &SetId> {
        self.sets.iter().map(|(id, _)| id)
    }

    /// The sets as they were stored. Two steps.
    ///
    /// # Errors
    /// 409 when one of them is not there any more.
    pub(crate) async fn first(&self, state: &IntegersState, user: UserId) -> Result<Vec<NewSet>, ApiError> {
        let open = opened(state, user, &self.session, self.generation).await?;
        let ids: Vec<SetId> = self.ids().cloned().collect();
        let mut found = state.integers.sets(&open, &ids).await?;
        let mut reads = Vec::with_capacity(ids.len());
        for (id, version) in &self.sets {
            let place = found.iter().position(|set| set.id == *id);
            let set = place.map(|place| found.swap_remove(place));
            let read = as_it_was(state, &open, set, *version);
            reads.push(async {
                let (encoding, json) = read.await?;
                Ok::<_, ApiError>(NewSet { id: id.clone(), encoding, units: 0, json })
            });
        }
        futures_util::stream::iter(reads).buffered(AT_ONCE).try_collect().await
    }
}

/// The session that the request made its sets in, whatever the cookie says by now.
async fn opened(
    state: &IntegersState,
    user: UserId,
    session: &IntegerSession,
    generation: GenerationId,
) -> Result<OpenSession, ApiError> {
    let open = state.integers.open(user, session, state.clock.now()).await?;
    if open.generation == generation { Ok(open) } else { Err(changed()) }
}

async fn as_it_was(
    state: &IntegersState,
    open: &OpenSession,
    found: Option<StoredSet>,
    version: VersionId,
) -> Result<(Encoding, String), ApiError> {
    let found = found.filter(|set| set.version == version).ok_or_else(changed)?;
    let (set, json) = read(state, open, found).await?.ok_or_else(changed)?;
    if set.version == version { Ok((set.encoding, json)) } else { Err(changed()) }
}

fn changed() -> ApiError {
    let detail = "What the first request with this Idempotency-Key made was replaced or deleted since.";
    ApiError::detail(StatusCode::CONFLICT, detail)
}
