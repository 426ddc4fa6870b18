//! Where the units of a set are kept: in its item, or in an object if they are too large for that.

use aviary_media::PrivateKey;
use aviary_model::{Encoding, SetId};
use aviary_store::{IdempotencyClaim, OpenSession, SetContent, SetWrite, StoredSet, Written};
use aviary_web::ApiError;
use bytes::Bytes;
use http::StatusCode;

use crate::IntegersState;
use crate::kept::KeptSet;
use crate::unit::MAX_KEPT_BYTES;

/// What an item can hold; DynamoDB takes 400 KB with all its attributes.
const MAX_INLINE: usize = 256 << 10;
/// What an object has in it.
pub(crate) const CONTENT_TYPE: &str = "application/json";

/// A set that is to be written.
#[derive(Clone, Debug)]
pub(crate) struct NewSet {
    /// The set.
    pub(crate) id: SetId,
    /// How its integers are written.
    pub(crate) encoding: Encoding,
    /// How many units it has.
    pub(crate) units: u64,
    /// Its units, as JSON.
    pub(crate) json: String,
}

/// An idempotency key, and what is kept with it of the set that is written.
#[derive(Clone, Copy)]
pub(crate) struct IdempotencyResult<'a> {
    /// The key.
    pub(crate) claim: &'a IdempotencyClaim,
    /// Says what.
    pub(crate) kept: &'a (dyn Fn(&OpenSession, &StoredSet) -> KeptSet + Sync),
}

/// Writes a set: the object first if it needs one, which no reader sees before the item names it. False if the session
/// changed since it was opened. One step for a small set, two for an object, and one more if a set is replaced.
///
/// # Errors
/// 400 when the session has no room for it.
pub(crate) async fn write(
    state: &IntegersState,
    open: &OpenSession,
    set: &NewSet,
    settled: Option<IdempotencyResult<'_>>,
) -> Result<bool, ApiError> {
    let now = state.clock.now();
    let mut check = None;
    let stored = stored(state, open, set, async |key: &PrivateKey| {
        check = Some(state.integers.announce_object(open, &set.id, key.as_str(), now).await?);
        Ok(())
    });
    let stored = stored.await?;
    let claim = match settled {
        Some(IdempotencyResult { claim, kept }) => {
            let kept = serde_json::to_string(&kept(open, &stored)).map_err(ApiError::internal)?;
            Some((claim, &state.authenticator.credentials, kept))
        }
        None => None,
    };
    match state.integers.write(open, &stored, &SetWrite { now, check, claim }).await? {
        Written::Done => Ok(true),
        Written::SessionChanged => Ok(false),
        Written::Full(bound) => Err(ApiError::field("non_field_errors", bound)),
    }
}

/// Puts a set's units where they belong, and answers the item that leads to them. Before an object is written, `announce`
/// sees to it that it can't be left behind.
pub(crate) async fn stored(
    state: &IntegersState,
    open: &OpenSession,
    set: &NewSet,
    announce: impl AsyncFnOnce(&PrivateKey) -> Result<(), ApiError>,
) -> Result<StoredSet, ApiError> {
    let content = if set.json.len() <= MAX_INLINE {
        SetContent::Inline(set.json.clone())
    } else {
        let random = u128::from_le_bytes(state.entropy.bytes::<16>()?);
        let key = PrivateKey::integers(open.user, open.generation, random);
        announce(&key).await?;
        state.bucket.put_private(&key, CONTENT_TYPE, &[Bytes::from(set.json.clone())]).await?;
        SetContent::Object(key.into_string())
    };
    Ok(StoredSet {
        id: set.id.clone(),
        version: state.integers.new_version(state.clock.now())?,
        encoding: set.encoding,
        units: set.units,
        bytes: u64::try_from(set.json.len()).unwrap_or(u64::MAX),
        content,
    })
}

/// A set's units, as JSON, with the set as it was then: of a set that is replaced meanwhile the new ones. None if it is
/// deleted meanwhile.
///
/// # Errors
/// 500 when the set names an object that is not there.
pub(crate) async fn read(
    state: &IntegersState,
    open: &OpenSession,
    set: StoredSet,
) -> Result<Option<(StoredSet, String)>, ApiError> {
    let mut set = set;
    loop {
        let key = match &set.content {
            SetContent::Inline(json) => {
                let json = json.clone();
                return Ok(Some((set, json)));
            }
            SetContent::Object(key) => key.parse::<PrivateKey>().map_err(ApiError::internal)?,
        };
        let max = u64::try_from(MAX_KEPT_BYTES).unwrap_or(u64::MAX);
        if let Some(bytes) = state.bucket.get_private(&key, max).await? {
            return text(&key, &bytes).map(|json| Some((set, json)));
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

fn text(key: &PrivateKey, bytes: &Bytes) -> Result<String, ApiError> {
    let text = std::str::from_utf8(bytes);
    text.map(ToOwned::to_owned).map_err(|error| ApiError::internal(format!("{key} is no text: {error}")))
}

/// The message is what the deployment's alarm and a person look for.
fn lost(key: &PrivateKey) -> ApiError {
    ApiError::internal(format!("the object of an integer set is lost: {key}"))
}

/// What the client hears who lost against others all the time.
pub(crate) fn contended() -> ApiError {
    ApiError::detail(StatusCode::CONFLICT, "The session is being changed by other requests. Try again.")
}
