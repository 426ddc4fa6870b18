//! `POST /integers/set/` (document 002): stores a set.

use aviary_auth::Claimed;
use aviary_model::SetId;
use aviary_store::OpenSession;
use aviary_web::{ApiError, Claim, Cookies, Fields, IdempotencyKey};
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::IntegersState;
use crate::answer::{Answer, ShownSet, ShownUnit, say_encoding};
use crate::content::{NewSet, contended, write};
use crate::params::IntegerParams;
use crate::place::Place;
use crate::uploaded::with_upload;
use crate::{download, sent};

/// How often a session is opened again that others replace at the same time.
const ATTEMPTS: u32 = 4;

/// A set to be stored.
#[derive(Debug, Serialize, ToSchema)]
pub struct SetBody {
    /// Its units, in any order.
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
    /// How texts among the integers are written: `base64` (or not sent), `decimal` or `hex`.
    #[schema(required = false)]
    pub encoding: String,
}

/// What is kept of a request with an idempotency key; the rest of its answer is in its body.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    set: SetId,
    session: String,
}

/// Stores a set. Two steps, three where a set is replaced, and one more for an object.
#[utoipa::path(post, path = "/integers/set", tag = "integers", request_body = SetBody, responses(
    (status = 201, description = "The set", body = ShownSet),
    (status = 400, description = "What is wrong with which field, or no room for it"),
    (status = 401, description = "No credential, or one that does not count"),
    (status = 403, description = "`user_id` is somebody else"),
    (status = 404, description = "The caller has no such upload"),
    (status = 429, description = "Too many sets and other things within a minute"),
))]
pub async fn set_put(
    State(state): State<IntegersState>,
    claimed: Claimed,
    cookies: Cookies,
    key: IdempotencyKey,
    IntegerParams(form): IntegerParams,
) -> Result<Answer, ApiError> {
    let form = with_upload(&state, &claimed, form).await?;
    let wants_file = download::is_wanted(&form);
    let account = claimed.user().to_string();
    let (opened, within) = futures_util::join!(
        Place::of(&form).open(&state, claimed, &cookies, &form),
        state.limiter.count("writes", &account, state.limiter.limits.writes_account),
    );
    let (caller, open) = opened?;
    within?;
    let wants_file = wants_file?;
    let set = sent::set(Fields::of(&form), state.entropy.as_ref())?;
    let body = if key.is_sent() { form.digest(&[]) } else { String::new() };
    let credentials = &state.guard.credentials;
    let claim = match key.claim(credentials, "integer_set", Some(caller.user), &body, state.clock.now()).await? {
        Claim::Fresh(claim) => claim,
        Claim::Done(kept) => {
            let kept: Kept = serde_json::from_str(&kept).map_err(ApiError::internal)?;
            let first = answer(&kept.session, NewSet { id: kept.set, ..set });
            return download::offer(&state, first, wants_file).await;
        }
    };
    let kept = Kept { set: set.id.clone(), session: open.session.as_str().to_owned() };
    let kept = serde_json::to_string(&kept).map_err(ApiError::internal)?;
    let session = open.session.as_str().to_owned();
    let written = write_anyhow(&state, open, &set, claim.as_ref().map(|claim| (claim, kept))).await;
    if let (Err(_), Some(claim)) = (&written, &claim) {
        credentials.release_once(claim).await?;
    }
    written?;
    download::offer(&state, answer(&session, set), wants_file).await
}

/// Writes it into the session as it is by then.
async fn write_anyhow(
    state: &IntegersState,
    mut open: OpenSession,
    set: &NewSet,
    claim: crate::content::Settled<'_>,
) -> Result<(), ApiError> {
    for _ in 0..ATTEMPTS {
        if write(state, &open, set, claim.clone()).await? {
            return Ok(());
        }
        open = state.integers.open(open.user, &open.session, state.clock.now()).await?;
    }
    Err(contended())
}

fn answer(session: &str, set: NewSet) -> Answer {
    let members = [("set_id", set.id.as_str()), ("session_id", session)];
    let mut answer = Answer::new(StatusCode::CREATED, members, "integers", set.json);
    say_encoding(&mut answer.members, set.encoding);
    answer
}
