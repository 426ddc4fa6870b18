//! `POST /integers/set/` (document 002): stores a set.

use aviary_auth::Unconfirmed;
use aviary_model::IntegerSession;
use aviary_store::{OpenSession, StoredSet};
use aviary_web::{ApiError, Cookies, Fields, IdempotencyKey};
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::IntegersState;
use crate::answer::{Answer, ShownSet, ShownUnit, say_encoding};
use crate::begin::{Begun, Making, Repeated, Work, begin, released};
use crate::content::{IdempotencyResult, NewSet, contended, write};
use crate::kept::KeptSet;
use crate::params::IntegerParams;
use crate::{download, sent};

const MAKING: Making = Making { operation: "integer_set", takes_uploads: true };
/// How often a session is opened again that others replace at the same time.
const ATTEMPTS: u32 = 4;

/// A set to be stored.
#[derive(Debug, Serialize, ToSchema)]
pub struct SetBody {
    /// Its units, in any order; not needed with an upload.
    #[schema(required = false)]
    pub integers: Vec<ShownUnit>,
    /// Its id; one that exists in the session is replaced. Made by the server if it is not sent.
    #[schema(required = false, example = "first_set")]
    pub set_id: String,
    /// The session; the web session's, or `default`, if it is not sent.
    #[schema(required = false)]
    pub session_id: String,
    /// What was uploaded; then its fields count as if they were sent here.
    #[schema(required = false)]
    pub upload_id: String,
    /// Whether the integers are wanted as a file.
    #[schema(required = false)]
    pub download: bool,
    /// How texts among the integers are written: `base64` (or not sent), `decimal` or `hex`; `number` if there are none.
    #[schema(required = false)]
    pub encoding: String,
    /// The caller's id, username or device token, if sent.
    #[schema(required = false)]
    pub user_id: String,
}

/// Stores a set. Two steps, three where a set is replaced, and one more for an object.
#[utoipa::path(post, path = "/integers/set", tag = "integers", request_body = SetBody, responses(
    (status = 201, description = "The set", body = ShownSet),
    (status = 400, description = "What is wrong with which field, or no room for it in the session or the account"),
    (status = 401, description = "No credential, or one that does not count"),
    (status = 403, description = "`user_id` is somebody else"),
    (status = 404, description = "The caller has no such upload"),
    (status = 409, description = "The session is changed by others all the time; or a request with this idempotency key is under way, or what it made is gone"),
    (status = 422, description = "The idempotency key was used with another body"),
    (status = 429, description = "Too many sets and other things within a minute, or too many or too large downloads"),
))]
pub async fn set_put(
    State(state): State<IntegersState>,
    unconfirmed: Unconfirmed,
    cookies: Cookies,
    key: IdempotencyKey,
    IntegerParams(form): IntegerParams,
) -> Result<Answer, ApiError> {
    match begin(&state, &MAKING, unconfirmed, &cookies, &key, form).await? {
        Begun::Done(done) => repeat(&state, done).await,
        Begun::Work(work) => {
            let claim = work.claim.clone();
            released(&state, claim.as_ref(), store(&state, work).await).await
        }
    }
}

async fn store(state: &IntegersState, work: Work) -> Result<Answer, ApiError> {
    let Work { user, form, open, claim, is_uploaded } = work;
    let wants_file = download::is_wanted(&form)?;
    let set = sent::set(Fields::of(&form), state.entropy.as_ref())?;
    let is_file = download::permit(state, user, set.json.len(), wants_file).await?;
    let session = open.session.clone();
    let kept = |open: &OpenSession, stored: &StoredSet| {
        KeptSet::of(open, stored, Some(set.json.as_str()).filter(|_| is_uploaded))
    };
    let settled = claim.as_ref().map(|claim| IdempotencyResult { claim, kept: &kept });
    write_anyhow(state, open, &set, settled).await?;
    let answer = answer(&session, set);
    if is_file { download::lend(state, user, &session, answer).await } else { Ok(answer) }
}

/// The first answer once more. What the request says itself is not kept, but the ids are.
async fn repeat(state: &IntegersState, done: Repeated) -> Result<Answer, ApiError> {
    let Repeated { user, form, kept, is_uploaded } = done;
    let wants_file = download::is_wanted(&form)?;
    let kept: KeptSet = serde_json::from_str(&kept).map_err(ApiError::internal)?;
    let session = kept.session.clone();
    let set = if is_uploaded {
        kept.first(state, user).await?
    } else {
        NewSet { id: kept.set, ..sent::set(Fields::of(&form), state.entropy.as_ref())? }
    };
    download::offer(state, user, &session, answer(&session, set), wants_file).await
}

/// Writes it into the session as it is by then.
async fn write_anyhow(
    state: &IntegersState,
    mut open: OpenSession,
    set: &NewSet,
    settled: Option<IdempotencyResult<'_>>,
) -> Result<(), ApiError> {
    for _ in 0..ATTEMPTS {
        if write(state, &open, set, settled).await? {
            return Ok(());
        }
        open = state.integers.reopen(&open, state.clock.now()).await?;
    }
    Err(contended())
}

fn answer(session: &IntegerSession, set: NewSet) -> Answer {
    let members = [("set_id", set.id.as_str()), ("session_id", session.as_str())];
    let mut answer = Answer::new(StatusCode::CREATED, members, "integers", set.json);
    say_encoding(&mut answer.members, set.encoding);
    answer
}
