//! Ending web sessions: `POST /api/auth/logout/` and `POST /api/auth/del-logout/` (document 002).

use aviary_auth::{Caller, Claimed};
use aviary_store::SessionKind;
use aviary_web::{ApiError, Client, Cookies, Payload, SessionCookies};
use axum::extract::State;
use axum::response::IntoResponse;
use axum::{Extension, Json};

use crate::AuthState;
use crate::answers::Detail;
use crate::events::record;

/// Ends the web session; what it stored stays. Three steps.
#[utoipa::path(post, path = "/api/auth/logout", tag = "accounts", responses(
    (status = 200, description = "Signed out; the cookies are fresh ones", body = Detail),
    (status = 401, description = "No web session", body = Detail),
    (status = 403, description = "The CSRF check failed", body = Detail),
))]
pub async fn logout(
    State(state): State<AuthState>,
    client: Client,
    claimed: Claimed,
    cookies: Cookies,
    Payload(form): Payload,
) -> Result<impl IntoResponse, ApiError> {
    let claimed = claimed.with_form(&form);
    let other = claimed.clone();
    let caller = claimed.confirm().await?;
    // A client may send a token beside its cookies; it is the cookie's session that ends.
    let sid = match caller.kind {
        SessionKind::Web => caller.sid,
        _ => other.web_session(cookies).await?,
    };
    end(&state, &client, &Caller { sid, ..caller }).await?;
    let fresh = SessionCookies::new(state.entropy.as_ref())?;
    let detail = "Successfully logged out.".to_owned();
    Ok((Extension(fresh), Json(Detail { detail })))
}

/// Ends the web session and removes what was stored under it.
#[utoipa::path(post, path = "/api/auth/del-logout", tag = "accounts", responses(
    (status = 200, description = "Signed out; the cookies are fresh ones", body = Detail),
    (status = 401, description = "No web session", body = Detail),
    (status = 403, description = "The CSRF check failed", body = Detail),
))]
pub async fn del_logout(
    state: State<AuthState>,
    client: Client,
    claimed: Claimed,
    cookies: Cookies,
    payload: Payload,
) -> Result<impl IntoResponse, ApiError> {
    logout(state, client, claimed, cookies, payload).await
}

async fn end(state: &AuthState, client: &Client, caller: &Caller) -> Result<(), ApiError> {
    let credentials = &state.tables.credentials;
    let session = credentials.session(caller.user, caller.sid).await?;
    let session = session.filter(|session| session.kind == SessionKind::Web);
    let session = session.ok_or_else(ApiError::not_authenticated)?;
    let (ended, ()) = futures_util::join!(
        credentials.end_session(caller.user, caller.sid, &session),
        record(state, client, "logout", Some(caller.user)),
    );
    Ok(ended?)
}
