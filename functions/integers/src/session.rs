//! `/integers/session/` (document 002): replaces, shows and deletes a session with all its sets.

mod parse_sets;
mod read_sets;

use aviary_auth::Unconfirmed;
use aviary_model::IntegerSession;
use aviary_store::{IdempotencyClaim, OpenSession, Written};
use aviary_web::{ApiError, Cookies, IdempotencyKey, joined_body};
use axum::Json;
use axum::extract::State;
use http::StatusCode;

use crate::download::{self, Delivery, DownloadFields};
use crate::replay::SessionReplay;
use crate::request::admit::{NewRequest, RepeatedRequest, RequestKind, SetRequest, run};
use crate::request::bytes::{ReadBytes, SentBytes};
use crate::request::params::IntegerParams;
use crate::request::session_ref::{SessionFields, SessionRef, UserFields};
use crate::request::upload_input::UploadFields;
use crate::response::{DeletedSession, RawJsonResponse, SetList, ShownIntegerSession};
use crate::session::parse_sets::{SetsFields, parse_sets};
use crate::session::read_sets::read_sets;
use crate::set_storage::{NewSet, contended, store_all};
use crate::state::IntegersState;

const KIND: RequestKind = RequestKind { operation: "integer_session", takes_uploads: true };
/// How often a session is read when other requests replace it.
const ATTEMPTS: u32 = 4;

joined_body! {
    /// A session to store.
    pub struct SessionBody: SetsFields, SessionFields, UploadFields, DownloadFields, UserFields;
}

/// Replaces a whole session; a request that fails changes nothing. Five round trips, and one more for each eight sets
/// after the first eight.
#[utoipa::path(post, path = "/integers/session", tag = "integers", request_body = SessionBody, responses(
    (status = 201, description = "The session", body = ShownIntegerSession),
    (status = 400, description = "What is wrong with which set, or too many sessions; nothing is changed"),
    (status = 401, description = "Missing or invalid credential"),
    (status = 403, description = "`user_id` is somebody else"),
    (status = 404, description = "The caller has no such upload"),
    (status = 409, description = "A request with this key is under way, or what it made was replaced or deleted"),
    (status = 422, description = "The idempotency key was used with another body"),
    (status = 429, description = "Too many writes within a minute, or too many or too large downloads"),
))]
pub async fn replace_session(
    State(state): State<IntegersState>,
    unconfirmed: Unconfirmed,
    cookies: Cookies,
    key: IdempotencyKey,
    IntegerParams(form): IntegerParams,
) -> Result<RawJsonResponse, ApiError> {
    run(&state, &KIND, SetRequest { unconfirmed, cookies, key, form }, store, replay).await
}

async fn store(state: &IntegersState, request: NewRequest) -> Result<RawJsonResponse, ApiError> {
    let NewRequest { caller, form, open, claim, sent, .. } = request;
    let wants_file = download::is_requested(&form)?;
    let sets = parse_sets(&form, state.entropy.as_ref())?;
    let response = response(&open.session, &sets)?;
    let length = u64::try_from(response.json.len()).unwrap_or(u64::MAX);
    let delivery = Delivery::of(length, wants_file).count(state, &caller).await?;
    write(state, &open, &sets, &sent, claim.as_ref()).await?;
    delivery.respond(state, &caller, &open.session, response).await
}

/// Rebuilds the first response. The sets come from the request itself, and only their ids are stored with the key; the
/// sets of an upload are read from the session.
async fn replay(state: &IntegersState, request: RepeatedRequest) -> Result<RawJsonResponse, ApiError> {
    let RepeatedRequest { caller, form, result, is_uploaded } = request;
    let wants_file = download::is_requested(&form)?;
    let first = SessionReplay::parse(&result)?;
    if is_uploaded {
        let (sets, delivery) = first.load(state, &caller, wants_file).await?;
        return delivery.respond(state, &caller, &first.session, response(&first.session, &sets)?).await;
    }
    let mut sets = parse_sets(&form, state.entropy.as_ref())?;
    sets.iter_mut().zip(first.ids()).for_each(|(set, id)| set.id.clone_from(id));
    let response = response(&first.session, &sets)?;
    let length = u64::try_from(response.json.len()).unwrap_or(u64::MAX);
    let delivery = Delivery::of(length, wants_file).count(state, &caller).await?;
    delivery.respond(state, &caller, &first.session, response).await
}

/// Writes all sets into a new generation that no manifest names, then points the session's manifest at it in one write.
async fn write(
    state: &IntegersState,
    before: &OpenSession,
    sets: &[NewSet],
    sent: &SentBytes,
    claim: Option<&IdempotencyClaim>,
) -> Result<(), ApiError> {
    let now = state.clock.now();
    let (new, check) = state.integers.announce_generation(before.user, &before.session, now).await?;
    // The pending job that removes an unnamed generation removes its objects too.
    let items = store_all(state, &new, sets, sent).await?;
    state.integers.fill(&new, &items).await?;
    let result = SessionReplay::of(&new, &items).to_json()?;
    let claim = claim.map(|claim| (claim, &state.authenticator.credentials, result));
    match state.integers.flip(before, &new, &items, check, now, claim).await? {
        Written::Full(bound) => Err(ApiError::field("non_field_errors", bound)),
        Written::Done | Written::SessionChanged => Ok(()),
    }
}

fn response(session: &IntegerSession, sets: &[NewSet]) -> Result<RawJsonResponse, ApiError> {
    let mut list = SetList::default();
    for set in sets {
        list.push(&set.id, set.encoding, &set.json)?;
    }
    let members = [("session_id", session.as_str())];
    Ok(RawJsonResponse::new(StatusCode::CREATED, members, "integer_sets", list.finish()))
}

/// Shows a session with all its sets. Parameters may be in the body or the query. Three round trips for a small
/// session, and one more for each megabyte.
#[utoipa::path(get, path = "/integers/session", tag = "integers",
    params(
        ("session_id" = Option<String>, Query,
            description = "The session, also in the body, or else the web session's or `default`"),
        ("download" = Option<bool>, Query, description = "Whether to answer with a file in place of the sets"),
        ("user_id" = Option<String>, Query, description = "The caller's id, username or device token, if sent"),
    ),
    responses(
        (status = 200, description = "The session", body = ShownIntegerSession),
        (status = 400, description = "Which parameter is wrong"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "`user_id` is somebody else"),
        (status = 404, description = "The caller has no such session"),
        (status = 409, description = "Other requests kept changing the session"),
        (status = 429, description = "Too many or too large downloads"),
    ))]
pub async fn show_session(
    State(state): State<IntegersState>,
    unconfirmed: Unconfirmed,
    cookies: Cookies,
    IntegerParams(form): IntegerParams,
) -> Result<RawJsonResponse, ApiError> {
    let wants_file = download::is_requested(&form);
    let is_wanted = matches!(wants_file, Ok(true));
    let opening = ReadBytes::open(&state, unconfirmed, &cookies, &form, is_wanted);
    let (mut open, bytes, delivery) = opening.await?;
    wants_file?;
    for _ in 0..ATTEMPTS {
        let Some(manifest) = &open.manifest else { return Err(ApiError::not_found()) };
        let sets = read_sets(&state, &open, &bytes).await?;
        // A single query sees one state of the table, but some sets may be missing while a session is being removed.
        if !sets.in_one_query || sets.count != manifest.sets {
            // Several queries saw one state of the session if its generation is still the same.
            let now = state.integers.reopen(&open, state.clock.now()).await?;
            if now.generation != open.generation {
                bytes.add(now.manifest.as_ref().map_or(0, |manifest| manifest.bytes)).await?;
                open = now;
                continue;
            }
        }
        let members = [("session_id", open.session.as_str())];
        let response = RawJsonResponse::new(StatusCode::OK, members, "integer_sets", sets.json);
        return delivery.respond(&state, bytes.caller(), &open.session, response).await;
    }
    Err(contended())
}

/// Deletes a session with all its sets. The request must name the session. Four round trips.
#[utoipa::path(delete, path = "/integers/session", tag = "integers",
    params(
        ("session_id" = String, Query, description = "The session; may be in the body too, and spelt `sessioin_id`"),
        ("user_id" = Option<String>, Query, description = "The caller's id, username or device token, if sent"),
    ),
    responses(
        (status = 200, description = "The session is deleted", body = DeletedSession),
        (status = 400, description = "No session is named"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "`user_id` is somebody else"),
        (status = 404, description = "The caller has no such session"),
    ))]
pub async fn delete_session(
    State(state): State<IntegersState>,
    unconfirmed: Unconfirmed,
    cookies: Cookies,
    IntegerParams(form): IntegerParams,
) -> Result<Json<DeletedSession>, ApiError> {
    let session = SessionRef::of(&form).require_name();
    let (caller, open) = session.open(&state, unconfirmed, &cookies, &form).await?;
    if state.integers.delete_session(caller.user, &open.session, state.clock.now()).await? {
        Ok(Json(DeletedSession { session_id: open.session.as_str().to_owned() }))
    } else {
        Err(ApiError::not_found())
    }
}
