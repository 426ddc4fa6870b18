//! `POST /integers/session/` (document 002): a whole session in place of what was there.

use std::collections::HashSet;

use aviary_auth::Unconfirmed;
use aviary_model::{Encoding, Entropy, IntegerSession, SetId};
use aviary_store::{IdempotencyClaim, MAX_SESSION_SETS, OpenSession, Written};
use aviary_web::{ApiError, Cookies, FieldErrors, Form, IdempotencyKey};
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::answer::{Answer, ShownSession, ShownUnit, say_encoding, spliced};
use crate::begin::{Begun, Making, Repeated, Work, begin, released};
use crate::content::{NewSet, stored};
use crate::kept::KeptSession;
use crate::list::{self, kind_of};
use crate::params::{IntegerParams, list as list_of};
use crate::sent::{made_id, units};
use crate::work::Budget;
use crate::{IntegersState, download};

const MAKING: Making = Making { operation: "integer_session", takes_uploads: true };
/// So many errors are named.
const MAX_ERRORS: usize = 10;

/// A session to be stored.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionBody {
    /// The session; the web session's, or `default`, if it is not sent.
    #[schema(required = false)]
    pub session_id: String,
    /// What was uploaded; then its fields count as if they were sent here.
    #[schema(required = false)]
    pub upload_id: String,
    /// Whether the sets are wanted as a file.
    #[schema(required = false)]
    pub download: bool,
    /// All its sets; those that are there already go. Ids are made where they are not sent. Not needed with an upload.
    #[schema(required = false)]
    pub integer_sets: Vec<SetOfSessionBody>,
    /// The caller's id, username or device token, if sent.
    #[schema(required = false)]
    pub user_id: String,
}

/// A set of a session to be stored.
#[derive(Debug, Serialize, ToSchema)]
pub struct SetOfSessionBody {
    /// Its id. Made by the server if it is not sent.
    #[schema(required = false, example = "first_set")]
    pub set_id: String,
    /// How texts among its integers are written: `base64` (or not sent), `decimal` or `hex`; `number` if there are none.
    #[schema(required = false)]
    pub encoding: String,
    /// Its units, in any order.
    pub integers: Vec<ShownUnit>,
}

/// A set as it is sent.
#[derive(Deserialize)]
struct SentSet<'a> {
    // Unread: a list in the place of a text would take a hundred times its bytes.
    #[serde(borrow, default, deserialize_with = "list::present")]
    set_id: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "list::present")]
    encoding: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "list::present")]
    integers: Option<&'a RawValue>,
}

/// Stores a whole session in place of what was there, all of it or nothing. Four steps, and one more for each eight sets
/// after the first.
#[utoipa::path(post, path = "/integers/session", tag = "integers", request_body = SessionBody, responses(
    (status = 201, description = "The session", body = ShownSession),
    (status = 400, description = "What is wrong with which set, or no room for one more session; nothing is changed"),
    (status = 401, description = "No credential, or one that does not count"),
    (status = 403, description = "`user_id` is somebody else"),
    (status = 404, description = "The caller has no such upload"),
    (status = 409, description = "A request with this idempotency key is under way, or what it made is gone"),
    (status = 422, description = "The idempotency key was used with another body"),
    (status = 429, description = "Too many sets and other things within a minute, or too many or too large downloads"),
))]
pub async fn session_replace(
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
    let Work { user, form, open, claim, .. } = work;
    let wants_file = download::is_wanted(&form)?;
    let sets = read(&form, state.entropy.as_ref())?;
    let answer = answer(&open.session, &sets)?;
    let is_file = download::permit(state, user, answer.json.len(), wants_file).await?;
    write(state, &open, &sets, claim.as_ref()).await?;
    if is_file { download::lend(state, user, &open.session, answer).await } else { Ok(answer) }
}

/// The first answer once more. What the request says itself is not kept, but the ids are.
async fn repeat(state: &IntegersState, done: Repeated) -> Result<Answer, ApiError> {
    let Repeated { user, form, kept, is_uploaded } = done;
    let wants_file = download::is_wanted(&form)?;
    let kept: KeptSession = serde_json::from_str(&kept).map_err(ApiError::internal)?;
    let sets = if is_uploaded {
        kept.first(state, user).await?
    } else {
        let mut sets = read(&form, state.entropy.as_ref())?;
        sets.iter_mut().zip(kept.ids()).for_each(|(set, id)| set.id.clone_from(id));
        sets
    };
    download::offer(state, user, &kept.session, answer(&kept.session, &sets)?, wants_file).await
}

/// Everything first where nobody sees it, then the one write that makes it the session.
async fn write(
    state: &IntegersState,
    before: &OpenSession,
    sets: &[NewSet],
    claim: Option<&IdempotencyClaim>,
) -> Result<(), ApiError> {
    let now = state.clock.now();
    let (new, check) = state.integers.announce_generation(before.user, &before.session, now).await?;
    let mut items = Vec::with_capacity(sets.len());
    for set in sets {
        // The generation's job stands for its objects too.
        items.push(stored(state, &new, set, async |_| Ok(())).await?);
    }
    state.integers.fill(&new, &items).await?;
    let kept = serde_json::to_string(&KeptSession::of(&new, &items)).map_err(ApiError::internal)?;
    let claim = claim.map(|claim| (claim, &state.authenticator.credentials, kept));
    match state.integers.flip(before, &new, &items, check, now, claim).await? {
        Written::Full(bound) => Err(ApiError::field("non_field_errors", bound)),
        Written::Done | Written::SessionChanged => Ok(()),
    }
}

fn read(form: &Form, entropy: &dyn Entropy) -> Result<Vec<NewSet>, ApiError> {
    let Some(json) = list_of(form, "integer_sets") else {
        return Err(ApiError::field("integer_sets", "This field is required."));
    };
    let (mut sets, mut errors) = (Vec::new(), Vec::new());
    let mut ids = HashSet::new();
    let (mut failure, mut budget) = (None, Budget::default());
    let max = usize::try_from(MAX_SESSION_SETS).unwrap_or(usize::MAX);
    let walked = list::each(&json, max, "sets", |place, raw| {
        match set(raw.get(), entropy, &mut budget) {
            Ok(Ok(set)) if !ids.insert(set.id.clone()) => {
                errors.push(format!("Set {place}: set_id \"{}\" comes more than once.", set.id.as_str()));
            }
            Ok(Ok(set)) => sets.push(set),
            Ok(Err(messages)) => errors.extend(messages.iter().map(|message| format!("Set {place}: {message}"))),
            Err(error) => failure = Some(error),
        }
        errors.len() < MAX_ERRORS && failure.is_none()
    });
    if let Some(failure) = failure {
        return Err(failure);
    }
    if let Err(error) = walked {
        errors = vec![error];
    }
    let mut named = FieldErrors::default();
    errors.iter().for_each(|error| named.push("integer_sets", error));
    named.check()?;
    Ok(sets)
}

/// One set, or what is wrong with it.
fn set(json: &str, entropy: &dyn Entropy, budget: &mut Budget) -> Result<Result<NewSet, Vec<String>>, ApiError> {
    if !json.starts_with('{') {
        let message = format!("Invalid data. Expected a dictionary, but got {}.", kind_of(json));
        return Ok(Err(vec![message]));
    }
    let sent: SentSet<'_> = match serde_json::from_str(json) {
        Ok(sent) => sent,
        Err(error) => return Ok(Err(vec![error.to_string()])),
    };
    let mut messages = Vec::new();
    let id = text("set_id", sent.set_id, SetId::parse, &mut messages);
    let encoding = text("encoding", sent.encoding, Encoding::parse, &mut messages);
    let units = match sent.integers {
        None => Err(vec!["This field is required.".to_owned()]),
        Some(json) => units(json.get(), encoding, budget),
    };
    match units {
        Ok((encoding, units, json)) if messages.is_empty() => {
            let id = id.map_or_else(|| made_id(entropy), Ok)?;
            Ok(Ok(NewSet { id, encoding, units, json }))
        }
        Ok(_) => Ok(Err(messages)),
        Err(errors) => {
            messages.extend(errors.iter().map(|error| format!("integers: {error}")));
            Ok(Err(messages))
        }
    }
}

fn text<T, E: std::fmt::Display>(
    name: &str,
    value: Option<&RawValue>,
    parse: impl FnOnce(&str) -> Result<T, Vec<E>>,
    messages: &mut Vec<String>,
) -> Option<T> {
    let json = value.map(RawValue::get).filter(|json| *json != "null")?;
    // A text may still be none, such as half of a surrogate pair; it is never as good as not sent.
    let Ok(text) = serde_json::from_str::<String>(json) else {
        messages.push(format!("{name}: Not a valid string."));
        return None;
    };
    match parse(&text) {
        Ok(value) => Some(value),
        Err(errors) => {
            messages.extend(errors.iter().map(|error| format!("{name}: {error}")));
            None
        }
    }
}

fn answer(session: &IntegerSession, sets: &[NewSet]) -> Result<Answer, ApiError> {
    let mut json = String::from("[");
    for set in sets {
        let mut members = Map::new();
        members.insert("set_id".to_owned(), Value::from(set.id.as_str()));
        say_encoding(&mut members, set.encoding);
        if json.len() > 1 {
            json.push(',');
        }
        json.push_str(&spliced(&members, "integers", &set.json)?);
    }
    json.push(']');
    Ok(Answer::new(StatusCode::CREATED, [("session_id", session.as_str())], "integer_sets", json))
}
