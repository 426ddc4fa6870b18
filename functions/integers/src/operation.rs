//! `/integers/operation/` (document 002): computes a new set from others.

mod compute;
mod work;

use aviary_auth::{AccountCounts, Unconfirmed};
use aviary_media::Download;
use aviary_model::{IntegerSession, SetId};
use aviary_store::{OpenSession, StoredSet};
use aviary_web::{ApiError, Cookies, Fields, IdempotencyKey, body, joined_body};
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::arithmetic::equation::Equation;
use crate::download::{self, Delivery, DownloadFields};
use crate::operation::compute::compute;
use crate::operation::work::Work;
use crate::replay::SetReplay;
use crate::request::admit::{NewRequest, RepeatedRequest, RequestKind, SetRequest, run};
use crate::request::bytes::SentBytes;
use crate::request::params::IntegerParams;
use crate::request::parse_set::generate_id;
use crate::request::session_ref::{SessionFields, UserFields};
use crate::response::{RawJsonResponse, ShownUnit, insert_encoding};
use crate::set_storage::{IdempotencyResult, NewSet, contended, write};
use crate::state::IntegersState;

const KIND: RequestKind = RequestKind { operation: "integer_operation", takes_uploads: false };
/// How often an equation is computed when other requests replace the session. All attempts have one bound of work.
const ATTEMPTS: u32 = 4;

body! {
    /// What to compute.
    pub(crate) struct EquationFields {
        /// Sets of one session, integers, `+`, `-`, `*` and parentheses.
        #[schema(example = "first_set+second_set")]
        equation: Equation = required(|text| Equation::parse(text).map_err(|error| vec![error])),
        /// The new set's id. A set of the session with this id is replaced. Generated if it is not sent.
        set_id: SetId = optional(SetId::parse),
    }
}

joined_body! {
    /// A set to compute.
    pub struct OperationBody: EquationFields, SessionFields, DownloadFields, UserFields;
}

/// A set that was computed.
#[derive(Debug, Serialize, ToSchema)]
#[allow(non_snake_case, reason = "the document spells it so")]
pub struct ShownOperation {
    /// The new set's id.
    pub setCreated: String,
    /// The new set's id.
    pub set_id: String,
    /// Its session.
    pub session_id: String,
    /// The encoding of texts among the integers, if they are digits: `decimal` or `hex`.
    #[schema(required = false)]
    pub encoding: String,
    /// Its units, ordered by index.
    pub integers: Vec<ShownUnit>,
    /// Replaces `integers` if they are too large for a response, or if the request asked for a file.
    #[schema(required = false)]
    pub download: Option<Download>,
}

/// Computes a new set from other sets of one session, unit by unit. Six round trips, seven to replace a set, and one
/// more for an object.
#[utoipa::path(post, path = "/integers/operation", tag = "integers", request_body = OperationBody, responses(
    (status = 201, description = "The new set", body = ShownOperation),
    (status = 400, description = "What is wrong with the equation, and where; or which bound the result exceeds"),
    (status = 401, description = "Missing or invalid credential"),
    (status = 403, description = "`user_id` is somebody else"),
    (status = 404, description = "The caller has no such session"),
    (status = 409, description = "Other requests kept changing the session; or a request with this key is under way, \
        or what it made was replaced or deleted"),
    (status = 422, description = "The idempotency key was used with another body"),
    (status = 429, description = "Too many writes within a minute, or too many or too large downloads"),
))]
pub async fn compute_set(
    State(state): State<IntegersState>,
    unconfirmed: Unconfirmed,
    cookies: Cookies,
    key: IdempotencyKey,
    IntegerParams(form): IntegerParams,
) -> Result<RawJsonResponse, ApiError> {
    run(&state, &KIND, SetRequest { unconfirmed, cookies, key, form }, execute, replay).await
}

async fn execute(state: &IntegersState, request: NewRequest) -> Result<RawJsonResponse, ApiError> {
    let NewRequest { caller, form, mut open, claim, .. } = request;
    let wants_file = download::is_requested(&form)?;
    let mut fields = Fields::of(&form);
    let EquationFields { equation, set_id } = EquationFields::read(&mut fields);
    let equation = fields.finish(equation)?;
    let id = set_id.map_or_else(|| generate_id(state.entropy.as_ref()), Ok)?;
    let session = open.session.clone();
    let mut work = Work::of(state, &caller);
    let mut is_counted = false;
    for attempt in 0..ATTEMPTS {
        if open.manifest.is_none() {
            return Err(ApiError::not_found());
        }
        let computed = compute(state, &caller, &open, (&equation, id.clone()), &mut work).await;
        let set = match computed {
            // The equation alone is not too much work: others replaced its sets meanwhile.
            Err(_) if attempt > 0 && work.is_exhausted() => return Err(contended()),
            set => set?,
        };
        // How the last result is returned decides. A download is counted once.
        let delivery = Delivery::of(set.length(), wants_file);
        let more = if is_counted { AccountCounts::default() } else { delivery.counts() };
        let sent = SentBytes::count(state, &caller, set.length(), more).await?;
        is_counted |= delivery.is_file();
        let serialize = |open: &OpenSession, stored: &StoredSet| SetReplay::of(open, stored, Some(&set.json)).to_json();
        let result = claim.as_ref().map(|claim| IdempotencyResult { claim, serialize: &serialize });
        if write(state, &open, &set, &sent, result).await? {
            return delivery.respond(state, &caller, &session, response(&session, set)).await;
        }
        open = state.integers.reopen(&open, state.clock.now()).await?;
    }
    Err(contended())
}

/// Rebuilds the first response, from the units that are stored with the key, or from the set if it was not changed
/// since.
async fn replay(state: &IntegersState, request: RepeatedRequest) -> Result<RawJsonResponse, ApiError> {
    let RepeatedRequest { caller, form, result, .. } = request;
    let wants_file = download::is_requested(&form)?;
    let first = SetReplay::parse(&result)?;
    let session = first.session.clone();
    let (set, delivery) = first.load(state, &caller, wants_file).await?;
    delivery.respond(state, &caller, &session, response(&session, set)).await
}

fn response(session: &IntegerSession, set: NewSet) -> RawJsonResponse {
    let id = set.id.as_str();
    let members = [("setCreated", id), ("set_id", id), ("session_id", session.as_str())];
    let mut response = RawJsonResponse::new(StatusCode::CREATED, members, "integers", set.json);
    insert_encoding(&mut response.members, set.encoding);
    response
}
