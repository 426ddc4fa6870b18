//! Replays of requests with an idempotency key: what is stored with the key, and how the first response is rebuilt.

use aviary_auth::Caller;
use aviary_model::{Encoding, GenerationId, IntegerSession, SetId, UserId, VersionId};
use aviary_store::{OpenSession, StoredSet};
use aviary_web::ApiError;
use bytestring::ByteString;
use futures_util::{StreamExt, TryStreamExt};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::download::Delivery;
use crate::request::bytes::ReadBytes;
use crate::set_storage::{MAX_INLINE, NewSet, read};
use crate::state::IntegersState;

/// How many sets are read concurrently.
const CONCURRENT_READS: usize = 8;

/// The stored result of a request that made one set.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SetReplay {
    /// The set's id.
    pub(crate) set: SetId,
    /// Its session.
    pub(crate) session: IntegerSession,
    generation: GenerationId,
    version: VersionId,
    encoding: Encoding,
    /// The set's units, if they are small enough and the request itself does not contain them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    json: Option<ByteString>,
}

impl SetReplay {
    /// Describes a set that is about to be written. `json` is its units, unless the request itself contains them.
    pub(crate) fn of(open: &OpenSession, stored: &StoredSet, json: Option<&ByteString>) -> Self {
        Self {
            set: stored.id.clone(),
            session: open.session.clone(),
            generation: open.generation,
            version: stored.version,
            encoding: stored.encoding,
            json: json.filter(|json| json.len() <= MAX_INLINE).cloned(),
        }
    }

    /// Reads a stored result.
    pub(crate) fn parse(json: &str) -> Result<Self, ApiError> {
        serde_json::from_str(json).map_err(ApiError::internal)
    }

    /// The text to store with the key.
    pub(crate) fn to_json(&self) -> Result<String, ApiError> {
        serde_json::to_string(self).map_err(ApiError::internal)
    }

    /// Returns the set as the first request made it, and how it is returned now. No round trip if its units are stored
    /// with the key, otherwise three; and one for a file.
    ///
    /// # Errors
    /// 409 when the units are not stored with the key and the set was replaced or deleted; 429 above a limit.
    pub(crate) async fn load(
        self,
        state: &IntegersState,
        caller: &Caller,
        wants_file: bool,
    ) -> Result<(NewSet, Delivery), ApiError> {
        let (delivery, encoding, json) = match self.json {
            Some(json) => {
                let delivery = Delivery::of(u64::try_from(json.len()).unwrap_or(u64::MAX), wants_file);
                (delivery.count(state, caller).await?, self.encoding, json)
            }
            None => {
                let open = open_generation(state, caller.user, &self.session, self.generation).await?;
                let found = state.integers.set(&open, &self.set).await?;
                let found = found.filter(|set| set.version == self.version).ok_or_else(changed)?;
                let delivery = Delivery::of(found.bytes, wants_file);
                let bytes = ReadBytes::count(state, caller, found.bytes, delivery.counts()).await?;
                let (encoding, json) = read_version(state, &open, found, self.version, &bytes).await?;
                (delivery, encoding, json)
            }
        };
        Ok((NewSet { id: self.set, encoding, units: 0, json }, delivery))
    }
}

/// The stored result of a request that replaced a whole session.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SessionReplay {
    /// The session.
    pub(crate) session: IntegerSession,
    generation: GenerationId,
    /// Its sets, in the request's order.
    sets: Vec<(SetId, VersionId)>,
}

impl SessionReplay {
    /// Describes a session whose manifest is about to be written.
    pub(crate) fn of(open: &OpenSession, sets: &[StoredSet]) -> Self {
        let sets = sets.iter().map(|set| (set.id.clone(), set.version)).collect();
        Self { session: open.session.clone(), generation: open.generation, sets }
    }

    /// Reads a stored result.
    pub(crate) fn parse(json: &str) -> Result<Self, ApiError> {
        serde_json::from_str(json).map_err(ApiError::internal)
    }

    /// The text to store with the key.
    pub(crate) fn to_json(&self) -> Result<String, ApiError> {
        serde_json::to_string(self).map_err(ApiError::internal)
    }

    /// The ids of the sets, in the request's order.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &SetId> {
        self.sets.iter().map(|(id, _)| id)
    }

    /// Returns the sets as the first request stored them, and how they are returned now. Three round trips.
    ///
    /// # Errors
    /// 409 when one of them was replaced or deleted; 429 above a limit.
    pub(crate) async fn load(
        &self,
        state: &IntegersState,
        caller: &Caller,
        wants_file: bool,
    ) -> Result<(Vec<NewSet>, Delivery), ApiError> {
        let open = open_generation(state, caller.user, &self.session, self.generation).await?;
        let ids: Vec<SetId> = self.ids().cloned().collect();
        let mut found = state.integers.sets(&open, &ids).await?;
        let size = found.iter().map(|set| set.bytes).fold(0, u64::saturating_add);
        let delivery = Delivery::of(size, wants_file);
        let bytes = ReadBytes::count(state, caller, size, delivery.counts()).await?;
        let mut reads = Vec::with_capacity(ids.len());
        for (id, version) in &self.sets {
            let position = found.iter().position(|set| set.id == *id && set.version == *version).ok_or_else(changed)?;
            let read = read_version(state, &open, found.swap_remove(position), *version, &bytes);
            reads.push(async {
                let (encoding, json) = read.await?;
                Ok::<_, ApiError>(NewSet { id: id.clone(), encoding, units: 0, json })
            });
        }
        let sets = futures_util::stream::iter(reads).buffered(CONCURRENT_READS).try_collect().await?;
        Ok((sets, delivery))
    }
}

/// Opens the session in which the first request made its sets, whatever cookie the repeated request carries.
async fn open_generation(
    state: &IntegersState,
    user: UserId,
    session: &IntegerSession,
    generation: GenerationId,
) -> Result<OpenSession, ApiError> {
    let open = state.integers.open(user, session, state.clock.now()).await?;
    if open.generation == generation { Ok(open) } else { Err(changed()) }
}

async fn read_version(
    state: &IntegersState,
    open: &OpenSession,
    found: StoredSet,
    version: VersionId,
    bytes: &ReadBytes<'_>,
) -> Result<(Encoding, ByteString), ApiError> {
    let (set, json) = read(state, open, found, bytes).await?.ok_or_else(changed)?;
    if set.version == version { Ok((set.encoding, json)) } else { Err(changed()) }
}

fn changed() -> ApiError {
    let detail = "What the first request with this Idempotency-Key made was replaced or deleted since.";
    ApiError::detail(StatusCode::CONFLICT, detail)
}
