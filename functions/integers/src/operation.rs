//! `POST /integers/operation/` (document 002): a new set, computed from others.

use aviary_auth::Unconfirmed;
use aviary_media::Download;
use aviary_model::{Encoding, IntegerSession, SetId};
use aviary_store::{OpenSession, StoredSet};
use aviary_web::{ApiError, Cookies, Fields, IdempotencyKey};
use axum::extract::State;
use futures_util::{StreamExt, TryStreamExt};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::{Answer, ShownUnit, say_encoding};
use crate::begin::{Begun, Making, Repeated, Work, begin, released};
use crate::content::{IdempotencyResult, NewSet, contended, read, write};
use crate::equation::Equation;
use crate::evaluate::{EvaluationError, evaluate};
use crate::kept::KeptSet;
use crate::params::IntegerParams;
use crate::sent::made_id;
use crate::unit::{MAX_KEPT_BYTES, Units};
use crate::work::{self, Budget};
use crate::{IntegersState, download};

const MAKING: Making = Making { operation: "integer_operation", takes_uploads: false };
/// How often an equation is computed anew whose session others replace at the same time.
const ATTEMPTS: u32 = 4;
/// Sets that are read beside each other.
const AT_ONCE: usize = 8;
/// The most units of all sets of an equation together.
const MAX_OPERAND_UNITS: u64 = 1_000_000;
/// The most bytes of all sets of an equation together.
const MAX_OPERAND_BYTES: u64 = 192 << 20;

/// What is to be computed.
#[derive(Debug, Serialize, ToSchema)]
pub struct OperationBody {
    /// Sets of one session, integers, `+`, `-`, `*` and parentheses.
    #[schema(example = "first_set+second_set")]
    pub equation: String,
    /// The new set's id; one that exists is replaced. Made by the server if it is not sent.
    #[schema(required = false)]
    pub set_id: String,
    /// The session; the web session's, or `default`, if it is not sent.
    #[schema(required = false)]
    pub session_id: String,
    /// Whether the integers are wanted as a file.
    #[schema(required = false)]
    pub download: bool,
    /// The caller's id, username or device token, if sent.
    #[schema(required = false)]
    pub user_id: String,
}

/// A set that was computed.
#[derive(Debug, Serialize, ToSchema)]
#[allow(non_snake_case, reason = "the document spells it so")]
pub struct ShownOperation {
    /// The new set.
    pub setCreated: String,
    /// The new set.
    pub set_id: String,
    /// Its session.
    pub session_id: String,
    /// How texts among the integers are written, if they are in digits: `decimal` or `hex`.
    #[schema(required = false)]
    pub encoding: String,
    /// Its units, by their indexes.
    pub integers: Vec<ShownUnit>,
    /// In place of `integers`, if they are too large for an answer or were asked for so.
    #[schema(required = false)]
    pub download: Option<Download>,
}

/// Computes a new set from others of one session, element by element. Three steps, four where a set is replaced, and one
/// more for an object.
#[utoipa::path(post, path = "/integers/operation", tag = "integers", request_body = OperationBody, responses(
    (status = 201, description = "The new set", body = ShownOperation),
    (status = 400, description = "What is wrong with the equation, and where; or no room for the result"),
    (status = 401, description = "No credential, or one that does not count"),
    (status = 403, description = "`user_id` is somebody else"),
    (status = 404, description = "The caller has no such session"),
    (status = 409, description = "The session is changed by others all the time; or a request with this idempotency key is under way, or what it made is gone"),
    (status = 422, description = "The idempotency key was used with another body"),
    (status = 429, description = "Too many sets and other things within a minute, or too many or too large downloads"),
))]
pub async fn operation(
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
            released(&state, claim.as_ref(), make(&state, work).await).await
        }
    }
}

async fn make(state: &IntegersState, work: Work) -> Result<Answer, ApiError> {
    let Work { user, form, mut open, claim, .. } = work;
    let wants_file = download::is_wanted(&form)?;
    let mut fields = Fields::of(&form);
    let equation = fields.required("equation", |text| Equation::parse(text).map_err(|error| vec![error]));
    let id = fields.optional("set_id", SetId::parse);
    let equation = fields.finish(equation)?;
    let id = id.map_or_else(|| made_id(state.entropy.as_ref()), Ok)?;
    let session = open.session.clone();
    let mut permitted = None;
    for _ in 0..ATTEMPTS {
        if open.manifest.is_none() {
            return Err(ApiError::not_found());
        }
        let set = compute(state, &open, &equation, id.clone()).await?;
        let is_file = match permitted {
            Some(is_file) => is_file,
            None => download::permit(state, user, set.json.len(), wants_file).await?,
        };
        permitted = Some(is_file);
        let kept = |open: &OpenSession, stored: &StoredSet| KeptSet::of(open, stored, Some(&set.json));
        let settled = claim.as_ref().map(|claim| IdempotencyResult { claim, kept: &kept });
        if write(state, &open, &set, settled).await? {
            let answer = answer(&session, set);
            return if is_file { download::lend(state, user, &session, answer).await } else { Ok(answer) };
        }
        open = state.integers.reopen(&open, state.clock.now()).await?;
    }
    Err(contended())
}

/// The first answer once more: as it was kept, or the set that was made, while it is there.
async fn repeat(state: &IntegersState, done: Repeated) -> Result<Answer, ApiError> {
    let Repeated { user, form, kept, .. } = done;
    let wants_file = download::is_wanted(&form)?;
    let kept: KeptSet = serde_json::from_str(&kept).map_err(ApiError::internal)?;
    let session = kept.session.clone();
    let set = kept.first(state, user).await?;
    download::offer(state, user, &session, answer(&session, set), wants_file).await
}

/// What reading the operands, computing and writing the result take together is bounded: each is estimated before it is
/// done.
async fn compute(
    state: &IntegersState,
    open: &OpenSession,
    equation: &Equation,
    id: SetId,
) -> Result<NewSet, ApiError> {
    let refused = |error: EvaluationError| ApiError::field("equation", error);
    let mut budget = Budget::default();
    let operands = operands(state, open, &equation.sets).await?;
    let reading = operands.iter().map(|(set, json)| work::reading(json, set.encoding));
    let reading = reading.fold(0, u64::saturating_add);
    budget.spend(reading).map_err(|error| refused(error.into()))?;
    let encoding = operands.first().map_or(Encoding::Number, |(set, _)| set.encoding);
    let operands = operands.into_iter().map(|(set, json)| units(&set, &json)).collect::<Result<Vec<_>, _>>()?;
    let sets: Vec<&Units> = operands.iter().collect();
    let result = evaluate(equation, &sets, &mut budget).map_err(refused)?;
    budget.spend(result.writing(encoding)).map_err(|error| refused(error.into()))?;
    let units = u64::try_from(result.as_slice().len()).unwrap_or(u64::MAX);
    let json = result.write(encoding);
    let too_large = || {
        ApiError::field("equation", format!("The result would be too large; its JSON may have {MAX_KEPT_BYTES} bytes."))
    };
    Ok(NewSet { id, encoding, units, json: json.ok_or_else(too_large)? })
}

/// The sets that an equation names, in its order. How large they are is looked at before they are read.
async fn operands(
    state: &IntegersState,
    open: &OpenSession,
    names: &[String],
) -> Result<Vec<(StoredSet, String)>, ApiError> {
    let ids = names.iter().map(|name| SetId::parse(name)).collect::<Result<Vec<_>, _>>();
    let ids = ids.map_err(|_| ApiError::internal("an equation names what is no set's id"))?;
    let mut found = state.integers.sets(open, &ids).await?;
    let mut ordered: Vec<StoredSet> = Vec::with_capacity(ids.len());
    for id in &ids {
        let place = found.iter().position(|set| set.id == *id).ok_or_else(|| unknown(id))?;
        ordered.push(found.swap_remove(place));
    }
    let units: u64 = ordered.iter().map(|set| set.units).sum();
    let bytes: u64 = ordered.iter().map(|set| set.bytes).sum();
    if units > MAX_OPERAND_UNITS || bytes > MAX_OPERAND_BYTES {
        let bound = format!("{MAX_OPERAND_UNITS} units and {MAX_OPERAND_BYTES} bytes");
        return Err(ApiError::field("equation", format!("The sets of an equation may have {bound} together.")));
    }
    let reads = ordered.into_iter().map(|set| operand(state, open, set));
    futures_util::stream::iter(reads).buffered(AT_ONCE).try_collect().await
}

async fn operand(state: &IntegersState, open: &OpenSession, set: StoredSet) -> Result<(StoredSet, String), ApiError> {
    let id = set.id.clone();
    read(state, open, set).await?.ok_or_else(|| unknown(&id))
}

fn units(set: &StoredSet, json: &str) -> Result<Units, ApiError> {
    let units = Units::read(json, Some(set.encoding)).map(|(units, _)| units);
    units.map_err(|errors| ApiError::internal(format!("a stored set can't be read: {errors:?}")))
}

fn unknown(id: &SetId) -> ApiError {
    ApiError::field("equation", format!("There is no set \"{}\" in this session.", id.as_str()))
}

fn answer(session: &IntegerSession, set: NewSet) -> Answer {
    let id = set.id.as_str();
    let members = [("setCreated", id), ("set_id", id), ("session_id", session.as_str())];
    let mut answer = Answer::new(StatusCode::CREATED, members, "integers", set.json);
    say_encoding(&mut answer.members, set.encoding);
    answer
}
