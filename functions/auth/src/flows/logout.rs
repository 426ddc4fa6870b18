//! The logouts of document 002: which sessions a request shows, and their end.

use aviary_accounts::audit;
use aviary_auth::{BodyCredential, TokenError, TokenKind, Unconfirmed, digest};
use aviary_model::{SessionId, UserId};
use aviary_store::{Session, SessionKind};
use aviary_web::{ApiError, Client, Cookies, Fields, Form, SessionCookies, body};
use axum::response::IntoResponse;
use axum::{Extension, Json};
use http::StatusCode;

use crate::bodies::Detail;
use crate::flows::form_fields::any_text;
use crate::state::AuthState;

body! {
    /// What a logout may show beside its header and cookie.
    pub struct LogoutBody {
        /// A refresh token whose family is to end. It is credential enough.
        refresh: String = blankable(any_text),
    }
}

/// A live session that a request shows by a valid credential.
#[derive(Debug)]
pub(crate) struct ShownSession {
    pub(crate) user: UserId,
    pub(crate) sid: SessionId,
    pub(crate) session: Session,
}

/// The sessions that a logout ends: those of the header or the cookie, and of `refresh` in the body. None of a device
/// token, which is valid all the same. At most three round trips.
///
/// The cookie beside another credential needs no CSRF token: a foreign page can send no header, and no refresh token of
/// the cookie's user.
///
/// # Errors
/// 401 if nothing is valid, 403 if the cookie alone fails the CSRF check.
pub(crate) async fn shown_sessions(
    state: &AuthState,
    caller: Result<Unconfirmed, ApiError>,
    in_body: BodyCredential,
    cookies: &Cookies,
    form: &Form,
) -> Result<Vec<ShownSession>, ApiError> {
    let by_cookie_alone = caller.as_ref().is_ok_and(Unconfirmed::is_web);
    let cookie = async { if by_cookie_alone { Ok(None) } else { session_of_cookie(state, cookies).await } };
    let (caller, family, cookie) =
        futures_util::join!(session_of_caller(state, caller, form), family_of_body(state, in_body, form), cookie);
    let (caller, family, mut cookie) = (judged(caller)?, judged(family)?, cookie?);
    if let (true, Err(_), Ok(Some(family))) = (by_cookie_alone, &caller, &family) {
        let user = family.user;
        cookie = session_of_cookie(state, cookies).await?.filter(|shown| shown.user == user);
    }
    let family_is_valid = matches!(family, Ok(Some(_)));
    let mut shown: Vec<ShownSession> = cookie.into_iter().collect();
    match (caller, family) {
        (Err(refusal), _) if refusal.status() == StatusCode::FORBIDDEN && !family_is_valid => return Err(refusal),
        (Err(_), Err(refusal)) | (Err(refusal), Ok(None)) if shown.is_empty() => return Err(refusal),
        (caller, family) => {
            shown.extend(caller.ok().flatten());
            shown.extend(family.ok().flatten());
        }
    }
    let mut seen = Vec::new();
    shown.retain(|shown| {
        let is_new = !seen.contains(&shown.sid);
        seen.push(shown.sid);
        is_new
    });
    Ok(shown)
}

/// Ends these sessions. One round trip.
pub(crate) async fn end_all(state: &AuthState, client: &Client, shown: &[ShownSession]) -> Result<(), ApiError> {
    let credentials = &state.tables.credentials;
    let endings = shown.iter().map(async |ShownSession { user, sid, session }| {
        let ending = credentials.end_session(*user, *sid, session);
        let (ended, ()) = futures_util::join!(ending, audit(&state.account, client, "logout", Some(*user)));
        ended
    });
    Ok(futures_util::future::try_join_all(endings).await.map(|_| ())?)
}

/// The answer to a logout: the cookies that it sets are anonymous.
pub(crate) fn logged_out(state: &AuthState) -> Result<impl IntoResponse + use<>, ApiError> {
    let fresh = SessionCookies::new(state.entropy.as_ref())?;
    let detail = "Successfully logged out.".to_owned();
    Ok((Extension(fresh), Json(Detail { detail })))
}

/// The live session that the cookie names. Two round trips.
pub(crate) async fn session_of_cookie(state: &AuthState, cookies: &Cookies) -> Result<Option<ShownSession>, ApiError> {
    let Some(secret) = &cookies.session else { return Ok(None) };
    let credentials = &state.tables.credentials;
    let Some((user, sid)) = credentials.by_web_session(&digest(secret.expose())).await? else { return Ok(None) };
    let session = credentials.caller_state(user, sid).await?.live_session(state.clock.now());
    Ok(session.map(|session| ShownSession { user, sid, session }))
}

/// The session of the header's or the cookie's credential; `None` for a device token. One round trip.
async fn session_of_caller(
    state: &AuthState,
    caller: Result<Unconfirmed, ApiError>,
    form: &Form,
) -> Result<Option<ShownSession>, ApiError> {
    let unconfirmed = caller?.with_form(form);
    let (user, sid) = (unconfirmed.user(), unconfirmed.session());
    let (caller, session) = unconfirmed.confirm_with(state.tables.credentials.session(user, sid)).await?;
    let ends = |session: &Session| caller.kind != SessionKind::DeviceToken && session.kind == caller.kind;
    Ok(session.filter(ends).map(|session| ShownSession { user, sid, session }))
}

/// The family of the body's refresh token; `None` without one. One round trip.
async fn family_of_body(
    state: &AuthState,
    credential: BodyCredential,
    form: &Form,
) -> Result<Option<ShownSession>, ApiError> {
    let mut fields = Fields::of(form);
    let token = LogoutBody::read(&mut fields).refresh.filter(|token| !token.is_empty());
    // A value that is no text is no token.
    let Some(token) = token else { return Ok(None) };
    let claims = state.authenticator.verifier.verify(&token, Some(TokenKind::Refresh)).await?;
    let claims = claims.map_err(TokenError::in_body)?;
    let ended = || TokenError::Blacklisted.in_body();
    let session = state.tables.credentials.session(claims.user, claims.sid);
    let confirmed = credential.of(&claims).confirm_with(session).await;
    let (_, session) =
        confirmed.map_err(|error| if error.status() == StatusCode::UNAUTHORIZED { ended() } else { error })?;
    let session = session.ok_or_else(ended)?;
    Ok(Some(ShownSession { user: claims.user, sid: claims.sid, session }))
}

/// Parts the refusal of a credential, which another one may make up for, from failures of the service.
fn judged<T>(result: Result<T, ApiError>) -> Result<Result<T, ApiError>, ApiError> {
    match result {
        Err(error) if error.status() != StatusCode::UNAUTHORIZED && error.status() != StatusCode::FORBIDDEN => {
            Err(error)
        }
        result => Ok(result),
    }
}
