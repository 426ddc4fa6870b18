//! `/integers/set/` (document 002): stores, shows and deletes a set.

use aviary_auth::Unconfirmed;
use aviary_model::{IntegerSession, SetId};
use aviary_store::{OpenSession, StoredSet};
use aviary_web::{ApiError, Cookies, Fields, IdempotencyKey, body, joined_body};
use axum::Json;
use axum::extract::State;
use http::StatusCode;

use crate::download::{self, Delivery, DownloadFields};
use crate::replay::SetReplay;
use crate::request::admit::{NewRequest, RepeatedRequest, RequestKind, SetRequest, run};
use crate::request::bytes::{ReadBytes, SentBytes};
use crate::request::params::IntegerParams;
use crate::request::parse_set::{SetFields, parse_set};
use crate::request::session_ref::{SessionFields, SessionRef, UserFields};
use crate::request::upload_input::UploadFields;
use crate::response::{DeletedSet, RawJsonResponse, ShownOwnSet, ShownSet, insert_encoding};
use crate::set_storage::{IdempotencyResult, NewSet, contended, read, write};
use crate::state::IntegersState;

const KIND: RequestKind = RequestKind { operation: "integer_set", takes_uploads: true };
/// How often a write is tried when other requests replace the session.
const ATTEMPTS: u32 = 4;

joined_body! {
    /// A set to store.
    pub struct SetBody: SetFields, SessionFields, UploadFields, DownloadFields, UserFields;
}

body! {
    /// The set that a request is about.
    pub(crate) struct SetIdFields {
        /// The set.
        set_id: SetId = required(SetId::parse),
    }
}

/// Stores a set. Three round trips, four to replace a set, and one more for an object.
#[utoipa::path(post, path = "/integers/set", tag = "integers", request_body = SetBody, responses(
    (status = 201, description = "The set", body = ShownSet),
    (status = 400, description = "Which field is wrong, or which bound of the session or the account the set exceeds"),
    (status = 401, description = "Missing or invalid credential"),
    (status = 403, description = "`user_id` is somebody else"),
    (status = 404, description = "The caller has no such upload"),
    (status = 409, description = "Other requests kept changing the session; or a request with this key is under way, \
        or what it made was replaced or deleted"),
    (status = 422, description = "The idempotency key was used with another body"),
    (status = 429, description = "Too many writes within a minute, or too many or too large downloads"),
))]
pub async fn store_set(
    State(state): State<IntegersState>,
    unconfirmed: Unconfirmed,
    cookies: Cookies,
    key: IdempotencyKey,
    IntegerParams(form): IntegerParams,
) -> Result<RawJsonResponse, ApiError> {
    run(&state, &KIND, SetRequest { unconfirmed, cookies, key, form }, store, replay).await
}

async fn store(state: &IntegersState, request: NewRequest) -> Result<RawJsonResponse, ApiError> {
    let NewRequest { caller, form, open, claim, is_uploaded, sent } = request;
    let wants_file = download::is_requested(&form)?;
    let set = parse_set(Fields::of(&form), state.entropy.as_ref())?;
    let delivery = Delivery::of(set.length(), wants_file).count(state, &caller).await?;
    let session = open.session.clone();
    let serialize = |open: &OpenSession, stored: &StoredSet| {
        SetReplay::of(open, stored, Some(&set.json).filter(|_| is_uploaded)).to_json()
    };
    let result = claim.as_ref().map(|claim| IdempotencyResult { claim, serialize: &serialize });
    write_with_retries(state, open, &set, &sent, result).await?;
    delivery.respond(state, &caller, &session, response(&session, set)).await
}

/// Rebuilds the first response. The units come from the request itself, and only the id is stored with the key; the
/// units of an upload are stored too, or read from the set.
async fn replay(state: &IntegersState, request: RepeatedRequest) -> Result<RawJsonResponse, ApiError> {
    let RepeatedRequest { caller, form, result, is_uploaded } = request;
    let wants_file = download::is_requested(&form)?;
    let first = SetReplay::parse(&result)?;
    let session = first.session.clone();
    let (set, delivery) = if is_uploaded {
        first.load(state, &caller, wants_file).await?
    } else {
        let set = NewSet { id: first.set, ..parse_set(Fields::of(&form), state.entropy.as_ref())? };
        let delivery = Delivery::of(set.length(), wants_file).count(state, &caller).await?;
        (set, delivery)
    };
    delivery.respond(state, &caller, &session, response(&session, set)).await
}

/// Writes the set, and retries when another request replaced the session.
async fn write_with_retries(
    state: &IntegersState,
    mut open: OpenSession,
    set: &NewSet,
    sent: &SentBytes,
    result: Option<IdempotencyResult<'_>>,
) -> Result<(), ApiError> {
    for _ in 0..ATTEMPTS {
        if write(state, &open, set, sent, result).await? {
            return Ok(());
        }
        open = state.integers.reopen(&open, state.clock.now()).await?;
    }
    Err(contended())
}

fn response(session: &IntegerSession, set: NewSet) -> RawJsonResponse {
    let members = [("set_id", set.id.as_str()), ("session_id", session.as_str())];
    let mut response = RawJsonResponse::new(StatusCode::CREATED, members, "integers", set.json);
    insert_encoding(&mut response.members, set.encoding);
    response
}

/// Shows a set. Parameters may be in the body or the query. Three round trips.
#[utoipa::path(get, path = "/integers/set", tag = "integers",
    params(
        ("set_id" = String, Query, description = "The set; may be in the body too"),
        ("session_id" = Option<String>, Query, description = "Its session, or else the web session's or `default`"),
        ("download" = Option<bool>, Query, description = "Whether to answer with a file in place of the integers"),
        ("user_id" = Option<String>, Query, description = "The caller's id, username or device token, if sent"),
    ),
    responses(
        (status = 200, description = "The set", body = ShownOwnSet),
        (status = 400, description = "No set is named, or which parameter is wrong"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "`user_id` is somebody else"),
        (status = 404, description = "The caller has no such set"),
        (status = 429, description = "Too many or too large downloads"),
    ))]
pub async fn show_set(
    State(state): State<IntegersState>,
    unconfirmed: Unconfirmed,
    cookies: Cookies,
    IntegerParams(form): IntegerParams,
) -> Result<RawJsonResponse, ApiError> {
    let (caller, open) = SessionRef::of(&form).open(&state, unconfirmed, &cookies, &form).await?;
    let wants_file = download::is_requested(&form)?;
    let mut fields = Fields::of(&form);
    let id = SetIdFields::read(&mut fields).set_id;
    let id = fields.finish(id)?;
    let found = match open.manifest {
        Some(_) => state.integers.set(&open, &id).await?,
        None => None,
    };
    let found = found.ok_or_else(ApiError::not_found)?;
    let delivery = Delivery::of(found.bytes, wants_file);
    let bytes = ReadBytes::count(&state, &caller, found.bytes, delivery.counts()).await?;
    let (set, json) = read(&state, &open, found, &bytes).await?.ok_or_else(ApiError::not_found)?;
    let user = caller.user.to_string();
    let members = [("user_id", user.as_str()), ("session_id", open.session.as_str()), ("set_id", id.as_str())];
    let mut response = RawJsonResponse::new(StatusCode::OK, members, "integers", json);
    insert_encoding(&mut response.members, set.encoding);
    delivery.respond(&state, &caller, &open.session, response).await
}

/// Deletes a set. A session without sets no longer exists. Four round trips.
#[utoipa::path(delete, path = "/integers/set", tag = "integers",
    params(
        ("set_id" = String, Query, description = "The set; may be in the body too"),
        ("session_id" = Option<String>, Query, description = "Its session, or else the web session's or `default`"),
        ("user_id" = Option<String>, Query, description = "The caller's id, username or device token, if sent"),
    ),
    responses(
        (status = 200, description = "The set is deleted", body = DeletedSet),
        (status = 400, description = "No set is named"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "`user_id` is somebody else"),
        (status = 404, description = "The caller has no such set"),
    ))]
pub async fn delete_set(
    State(state): State<IntegersState>,
    unconfirmed: Unconfirmed,
    cookies: Cookies,
    IntegerParams(form): IntegerParams,
) -> Result<Json<DeletedSet>, ApiError> {
    let (_, open) = SessionRef::of(&form).open(&state, unconfirmed, &cookies, &form).await?;
    let mut fields = Fields::of(&form);
    let id = SetIdFields::read(&mut fields).set_id;
    let id = fields.finish(id)?;
    if state.integers.delete_set(&open, &id, state.clock.now()).await? {
        Ok(Json(DeletedSet { set_id: id.as_str().to_owned() }))
    } else {
        Err(ApiError::not_found())
    }
}
