//! `GET /integers/session/` (document 002), its parameter in the body or the query.

use aviary_auth::Unconfirmed;
use aviary_store::OpenSession;
use aviary_web::{ApiError, Cookies};
use axum::extract::State;
use futures_util::{StreamExt, TryStreamExt};
use http::StatusCode;
use serde_json::{Map, Value};

use crate::IntegersState;
use crate::answer::{Answer, ShownSession, say_encoding, spliced};
use crate::content::{contended, read};
use crate::download;
use crate::params::IntegerParams;
use crate::place::Place;

/// How often a session is read anew that others replace at the same time.
const ATTEMPTS: u32 = 4;
/// Sets that are read beside each other.
const AT_ONCE: usize = 8;

/// A session with all its sets. Two steps for a small one; one more for each megabyte.
#[utoipa::path(get, path = "/integers/session", tag = "integers",
    params(
        ("session_id" = Option<String>, Query, description = "The session, also in the body; the web session's, or `default`, if it is not sent"),
        ("download" = Option<bool>, Query, description = "Whether the sets are wanted as a file"),
        ("user_id" = Option<String>, Query, description = "The caller's id, username or device token, if sent"),
    ),
    responses(
        (status = 200, description = "The session", body = ShownSession),
        (status = 400, description = "What is wrong with which parameter"),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 403, description = "`user_id` is somebody else"),
        (status = 404, description = "The caller has no such session"),
        (status = 409, description = "The session is changed by others all the time"),
        (status = 429, description = "Too many or too large downloads"),
    ))]
pub async fn session_show(
    State(state): State<IntegersState>,
    unconfirmed: Unconfirmed,
    cookies: Cookies,
    IntegerParams(form): IntegerParams,
) -> Result<Answer, ApiError> {
    let (_, mut open) = Place::of(&form).open(&state, unconfirmed, &cookies, &form).await?;
    let wants_file = download::is_wanted(&form)?;
    for _ in 0..ATTEMPTS {
        let Some(manifest) = &open.manifest else { return Err(ApiError::not_found()) };
        let (json, count, in_one_look) = sets(&state, &open).await?;
        // While a session is removed, a look may find some of its sets.
        if in_one_look && count == manifest.sets {
            return download::offer(&state, open.user, &open.session, answer(&open, json), wants_file).await;
        }
        // What was read look by look is whole if the session is still the one that it was at the beginning.
        let now = state.integers.reopen(&open, state.clock.now()).await?;
        if now.generation == open.generation {
            return download::offer(&state, open.user, &open.session, answer(&open, json), wants_file).await;
        }
        open = now;
    }
    Err(contended())
}

fn answer(open: &OpenSession, json: String) -> Answer {
    Answer::new(StatusCode::OK, [("session_id", open.session.as_str())], "integer_sets", json)
}

/// The JSON of all sets, how many there are, and whether a single look at the table gave them.
async fn sets(state: &IntegersState, open: &OpenSession) -> Result<(String, u32, bool), ApiError> {
    let mut json = String::from("[");
    let mut count = 0;
    let mut after = None;
    let mut in_one_look = true;
    loop {
        let page = state.integers.page(open, after.as_ref()).await?;
        in_one_look &= page.next.is_none() && page.sets.iter().all(|set| set.object().is_none());
        let reads = page.sets.into_iter().map(|set| read(state, open, set));
        let mut reads = futures_util::stream::iter(reads).buffered(AT_ONCE);
        while let Some(found) = reads.try_next().await? {
            // None was deleted meanwhile.
            let Some((set, units)) = found else { continue };
            count += 1;
            let mut members = Map::new();
            members.insert("set_id".to_owned(), Value::from(set.id.as_str()));
            say_encoding(&mut members, set.encoding);
            if json.len() > 1 {
                json.push(',');
            }
            json.push_str(&spliced(&members, "integers", &units)?);
        }
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    json.push(']');
    Ok((json, count, in_one_look))
}
