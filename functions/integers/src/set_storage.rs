//! Storage of a set's units: inline in its item, or in an S3 object if they are too large for an item.

use std::collections::HashSet;

use aviary_media::PrivateKey;
use aviary_model::{Encoding, SetId};
use aviary_store::{IdempotencyClaim, MAX_SESSION_INLINE_BYTES, OpenSession, SetContent, SetWrite, StoredSet, Written};
use aviary_web::ApiError;
use bytes::Bytes;
use bytestring::ByteString;
use futures_util::{StreamExt, TryStreamExt};
use http::StatusCode;

use crate::arithmetic::unit::MAX_STORED_BYTES;
use crate::download::CONTENT_TYPE;
use crate::request::bytes::{ReadBytes, SentBytes};
use crate::state::IntegersState;

/// The most bytes of units in an item. At this size a set costs as much in its item as in an object
/// (`docs/integers.md`).
pub(crate) const MAX_INLINE: usize = 6 << 10;
/// How many objects are written concurrently.
const CONCURRENT_WRITES: usize = 8;

/// A set to write.
#[derive(Clone, Debug)]
pub(crate) struct NewSet {
    /// The set's id.
    pub(crate) id: SetId,
    /// The encoding of its integers.
    pub(crate) encoding: Encoding,
    /// The number of its units.
    pub(crate) units: u64,
    /// Its units, as JSON.
    pub(crate) json: ByteString,
}

impl NewSet {
    /// The bytes of its units' JSON.
    pub(crate) fn length(&self) -> u64 {
        u64::try_from(self.json.len()).unwrap_or(u64::MAX)
    }
}

/// The result to store with an idempotency key in the transaction that writes the set.
#[derive(Clone, Copy)]
pub(crate) struct IdempotencyResult<'a> {
    /// The claim of the key.
    pub(crate) claim: &'a IdempotencyClaim,
    /// Serializes the result. It runs once the set's item is known, since the result names the item's version.
    pub(crate) serialize: &'a (dyn Fn(&OpenSession, &StoredSet) -> Result<String, ApiError> + Sync),
}

/// Writes a set. An object is written before the item that names it, so no reader finds an item without its object.
/// Returns false if the session changed after it was opened. One round trip for a small set, two for an object, and one
/// more to replace a set.
///
/// # Errors
/// 400 when the set exceeds a bound of the session or the account.
pub(crate) async fn write(
    state: &IntegersState,
    open: &OpenSession,
    set: &NewSet,
    sent: &SentBytes,
    result: Option<IdempotencyResult<'_>>,
) -> Result<bool, ApiError> {
    let now = state.clock.now();
    let mut check = None;
    let is_inline = set.json.len() <= MAX_INLINE;
    let stored = store_units(state, open, (set, is_inline), sent, async |key: &PrivateKey| {
        check = Some(state.integers.announce_object(open, &set.id, key.as_str(), now).await?);
        Ok(())
    });
    let stored = stored.await?;
    let claim = match result {
        Some(IdempotencyResult { claim, serialize }) => {
            Some((claim, &state.authenticator.credentials, serialize(open, &stored)?))
        }
        None => None,
    };
    match state.integers.write(open, &stored, &SetWrite { now, check, claim }).await? {
        Written::Done => Ok(true),
        Written::SessionChanged => Ok(false),
        Written::Full(bound) => Err(ApiError::field("non_field_errors", bound)),
    }
}

/// Stores the units of a session's sets, and returns the sets' items in their order, which are not written yet. The
/// items share a partition, so that all together hold few units. A pending job must remove the objects if no item will
/// name them. No round trip; one request to the bucket for each object, eight at once.
pub(crate) async fn store_all(
    state: &IntegersState,
    open: &OpenSession,
    sets: &[NewSet],
    sent: &SentBytes,
) -> Result<Vec<StoredSet>, ApiError> {
    let inline = inline(sets);
    let is_inline = |set: &NewSet| inline.contains(&set.id);
    let stores: Vec<_> =
        sets.iter().map(|set| store_units(state, open, (set, is_inline(set)), sent, async |_| Ok(()))).collect();
    futures_util::stream::iter(stores).buffered(CONCURRENT_WRITES).try_collect().await
}

/// The sets that are stored inline. The smallest have precedence: one in an object costs a request at each read, however
/// few bytes it counts.
fn inline(sets: &[NewSet]) -> HashSet<&SetId> {
    let mut room = MAX_SESSION_INLINE_BYTES;
    let mut by_length: Vec<&NewSet> = sets.iter().collect();
    by_length.sort_by_key(|set| set.json.len());
    let fitting = by_length.into_iter().take_while(|set| {
        let is_inline = set.json.len() <= MAX_INLINE.min(room);
        room = room.saturating_sub(set.json.len());
        is_inline
    });
    fitting.map(|set| &set.id).collect()
}

/// Stores a set's units and returns the set's item, which is not written yet. Before it writes an object it calls
/// `announce`, which must schedule the removal of an object that no item will name.
async fn store_units(
    state: &IntegersState,
    open: &OpenSession,
    (set, is_inline): (&NewSet, bool),
    _counted: &SentBytes,
    announce: impl AsyncFnOnce(&PrivateKey) -> Result<(), ApiError>,
) -> Result<StoredSet, ApiError> {
    let content = if is_inline {
        SetContent::Inline(set.json.to_string())
    } else {
        let random = u128::from_le_bytes(state.entropy.bytes::<16>()?);
        let key = PrivateKey::integers(open.user, open.generation, random);
        announce(&key).await?;
        state.bucket.put_private(&key, CONTENT_TYPE, &[set.json.clone().into_bytes()]).await?;
        SetContent::Object(key.into_string())
    };
    Ok(StoredSet {
        id: set.id.clone(),
        version: state.integers.new_version(state.clock.now())?,
        encoding: set.encoding,
        units: set.units,
        bytes: set.length(),
        content,
    })
}

/// Reads a set's units as JSON, together with the item they belong to, whose content is then empty. If the set is
/// replaced during the read, both are those of the new version. Returns `None` if it is deleted during the read.
///
/// # Errors
/// 500 when the item names an object that does not exist.
pub(crate) async fn read(
    state: &IntegersState,
    open: &OpenSession,
    set: StoredSet,
    bytes: &ReadBytes<'_>,
) -> Result<Option<(StoredSet, ByteString)>, ApiError> {
    let mut set = set;
    loop {
        bytes.take(set.bytes).await?;
        let key = match &mut set.content {
            SetContent::Inline(json) => {
                let json = ByteString::from(std::mem::take(json));
                return Ok(Some((set, json)));
            }
            SetContent::Object(key) => key.parse::<PrivateKey>().map_err(ApiError::internal)?,
        };
        let max = u64::try_from(MAX_STORED_BYTES).unwrap_or(u64::MAX);
        if let Some(found) = state.bucket.get_private(&key, max).await? {
            return text(&key, found).map(|json| Some((set, json)));
        }
        let now = state.clock.now();
        let again = state.integers.reopen(open, now).await?;
        match state.integers.set(&again, &set.id).await? {
            None => return Ok(None),
            Some(same) if same.version == set.version => return Err(lost(&key)),
            Some(newer) => set = newer,
        }
    }
}

fn text(key: &PrivateKey, bytes: Bytes) -> Result<ByteString, ApiError> {
    ByteString::try_from(bytes).map_err(|error| ApiError::internal(format!("{key} is not UTF-8: {error}")))
}

/// The 5xx alarm of the deployment counts the response.
fn lost(key: &PrivateKey) -> ApiError {
    ApiError::internal(format!("the object of an integer set is lost: {key}"))
}

/// The response when every retry lost to a concurrent write.
pub(crate) fn contended() -> ApiError {
    ApiError::detail(StatusCode::CONFLICT, "The session is being changed by other requests. Try again.")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn sets(lengths: impl Iterator<Item = usize>) -> Vec<NewSet> {
        let set = |(number, length)| NewSet {
            id: SetId::parse(&format!("s{number}")).unwrap(),
            encoding: Encoding::Base64,
            units: 1,
            json: "x".repeat(length).into(),
        };
        lengths.enumerate().map(set).collect()
    }

    /// The numbers of the sets in objects.
    fn in_objects(lengths: impl Iterator<Item = usize>) -> Vec<usize> {
        let sets = sets(lengths);
        let inline = inline(&sets);
        (0..sets.len()).filter(|at| !inline.contains(&sets[*at].id)).collect()
    }

    #[test]
    fn the_smallest_sets_are_stored_inline_whatever_comes_first() {
        let large = MAX_SESSION_INLINE_BYTES / MAX_INLINE;
        // The large ones would leave no room for the small ones behind them.
        let found = in_objects((0..1_000).map(|at| if at <= large { MAX_INLINE } else { 25 }));
        assert!((1..=6).contains(&found.len()) && found.iter().all(|at| *at <= large), "{found:?}");
        assert_eq!(in_objects([MAX_INLINE + 1, 3, MAX_INLINE].into_iter()), [0]);
        assert_eq!(in_objects((0..1_000).map(|_| 1_000)).len(), 1_000 - MAX_SESSION_INLINE_BYTES / 1_000);
        assert_eq!(in_objects((0..1_000).map(|_| 800)), [0; 0]);
    }
}
