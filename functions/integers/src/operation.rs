//! `POST /integers/operation/` (document 002): a new set, computed from others.

use aviary_auth::Claimed;
use aviary_media::Download;
use aviary_model::{Encoding, SetId};
use aviary_store::{OpenSession, StoredSet};
use aviary_web::{ApiError, Claim, Cookies, Fields, IdempotencyKey};
use axum::extract::State;
use futures_util::{StreamExt, TryStreamExt};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{Answer, ShownUnit, say_encoding};
use crate::content::{NewSet, contended, read, write};
use crate::equation::Equation;
use crate::evaluate::evaluate;
use crate::params::IntegerParams;
use crate::place::Place;
use crate::sent::made_id;
use crate::unit::{MAX_KEPT_BYTES, Units};
use crate::{IntegersState, download};

/// How often an equation is computed anew whose session others replace at the same time.
const ATTEMPTS: u32 = 4;
/// Sets that are read beside each other.
const AT_ONCE: usize = 8;
/// The most units of all sets of an equation together.
const MAX_OPERAND_UNITS: u64 = 1_000_000;
/// The most bytes of all sets of an equation together.
const MAX_OPERAND_BYTES: u64 = 192 << 20;
/// So large an answer is kept with an idempotency key; of a larger one, where it is.
const MAX_KEPT: usize = 128 << 10;

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
    /// Its units, by their indexes.
    pub integers: Vec<ShownUnit>,
    /// In place of `integers`, if they are too large for an answer or were asked for so.
    #[schema(required = false)]
    pub download: Option<Download>,
}

/// What is kept of a request with an idempotency key.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    set: SetId,
    session: String,
    encoding: Encoding,
    json: Option<String>,
}

/// Computes a new set from others of one session, element by element. Three steps, four where a set is replaced, and one
/// more for an object.
#[utoipa::path(post, path = "/integers/operation", tag = "integers", request_body = OperationBody, responses(
    (status = 201, description = "The new set", body = ShownOperation),
    (status = 400, description = "What is wrong with the equation, and where"),
    (status = 401, description = "No credential, or one that does not count"),
    (status = 403, description = "`user_id` is somebody else"),
    (status = 404, description = "The caller has no such session"),
    (status = 429, description = "Too many sets and other things within a minute"),
))]
pub async fn operation(
    State(state): State<IntegersState>,
    claimed: Claimed,
    cookies: Cookies,
    key: IdempotencyKey,
    IntegerParams(form): IntegerParams,
) -> Result<Answer, ApiError> {
    let account = claimed.user().to_string();
    let (opened, within) = futures_util::join!(
        Place::of(&form).open(&state, claimed, &cookies, &form),
        state.limiter.count("writes", &account, state.limiter.limits.writes_account),
    );
    let (caller, open) = opened?;
    within?;
    let wants_file = download::is_wanted(&form)?;
    let mut fields = Fields::of(&form);
    let equation = fields.required("equation", |text| Equation::parse(text).map_err(|error| vec![error]));
    let id = fields.optional("set_id", SetId::parse);
    let equation = fields.finish(equation)?;
    let id = id.map_or_else(|| made_id(state.entropy.as_ref()), Ok)?;
    let body = if key.is_sent() { form.digest(&[]) } else { String::new() };
    let credentials = &state.guard.credentials;
    let claim = match key.claim(credentials, "integer_operation", Some(caller.user), &body, state.clock.now()).await? {
        Claim::Fresh(claim) => claim,
        Claim::Done(kept) => return download::offer(&state, again(&state, open, &kept).await?, wants_file).await,
    };
    let session = open.session.as_str().to_owned();
    let computed = compute_and_write(&state, open, &equation, id, claim.as_ref()).await;
    if let (Err(_), Some(claim)) = (&computed, &claim) {
        credentials.release_once(claim).await?;
    }
    download::offer(&state, answer(&session, computed?), wants_file).await
}

async fn compute_and_write(
    state: &IntegersState,
    mut open: OpenSession,
    equation: &Equation,
    id: SetId,
    claim: Option<&aviary_store::OnceClaim>,
) -> Result<NewSet, ApiError> {
    for _ in 0..ATTEMPTS {
        if open.manifest.is_none() {
            return Err(ApiError::not_found());
        }
        let set = compute(state, &open, equation, id.clone()).await?;
        let json = (set.json.len() <= MAX_KEPT).then(|| set.json.clone());
        let session = open.session.as_str().to_owned();
        let kept = Kept { set: id.clone(), session, encoding: set.encoding, json };
        let kept = serde_json::to_string(&kept).map_err(ApiError::internal)?;
        if write(state, &open, &set, claim.map(|claim| (claim, kept))).await? {
            return Ok(set);
        }
        open = state.integers.open(open.user, &open.session, state.clock.now()).await?;
    }
    Err(contended())
}

async fn compute(
    state: &IntegersState,
    open: &OpenSession,
    equation: &Equation,
    id: SetId,
) -> Result<NewSet, ApiError> {
    let operands = operands(state, open, &equation.sets).await?;
    let encoding = operands.first().map_or(Encoding::Number, |(encoding, _)| *encoding);
    let sets: Vec<&Units> = operands.iter().map(|(_, units)| units).collect();
    let result = evaluate(equation, &sets).map_err(|error| ApiError::field("equation", error))?;
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
) -> Result<Vec<(Encoding, Units)>, ApiError> {
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

async fn operand(state: &IntegersState, open: &OpenSession, set: StoredSet) -> Result<(Encoding, Units), ApiError> {
    let id = set.id.clone();
    let (set, json) = read(state, open, set).await?.ok_or_else(|| unknown(&id))?;
    let units = Units::read(&json, Some(set.encoding));
    let (units, _) = units.map_err(|errors| ApiError::internal(format!("a stored set can't be read: {errors:?}")))?;
    Ok((set.encoding, units))
}

fn unknown(id: &SetId) -> ApiError {
    ApiError::field("equation", format!("There is no set \"{}\" in this session.", id.as_str()))
}

/// The first answer once more; of one that was too large to be kept, the set as it is now.
async fn again(state: &IntegersState, open: OpenSession, kept: &str) -> Result<Answer, ApiError> {
    let kept: Kept = serde_json::from_str(kept).map_err(ApiError::internal)?;
    let (encoding, json) = match kept.json {
        Some(json) => (kept.encoding, json),
        None => {
            let found = state.integers.set(&open, &kept.set).await?.ok_or_else(ApiError::not_found)?;
            let (set, json) = read(state, &open, found).await?.ok_or_else(ApiError::not_found)?;
            (set.encoding, json)
        }
    };
    Ok(answer(&kept.session, NewSet { id: kept.set, encoding, units: 0, json }))
}

fn answer(session: &str, set: NewSet) -> Answer {
    let id = set.id.as_str();
    let members = [("setCreated", id), ("set_id", id), ("session_id", session)];
    let mut answer = Answer::new(StatusCode::CREATED, members, "integers", set.json);
    say_encoding(&mut answer.members, set.encoding);
    answer
}
