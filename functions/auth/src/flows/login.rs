//! Logins: authentication by username and password, and the opening of sessions.

use aviary_accounts::{SignedIn, audit, security_event, with_web_session};
use aviary_auth::{Caller, Claims, Lifetime, PasswordText, TokenKind, digest};
use aviary_model::{Family, NameKey, Secret, SessionId, TokenId, UserId};
use aviary_store::{DeviceToken, SessionOpening, SignIn, User};
use aviary_web::{ApiError, Client, SessionCookies};
use http::StatusCode;

use crate::bodies::TokenPair;
use crate::state::AuthState;

/// The life of a refresh family: 30 days, however often it is refreshed.
const FAMILY_SECONDS: i64 = 30 * 24 * 3_600;

/// How long the access tokens of a new family live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NewPair {
    /// Five minutes.
    Short,
    /// The first one twelve hours: document 001's clients never refresh.
    LongFirst,
    /// Twelve hours, and so do those that `POST /api/auth/refresh_token/` makes: over HTTP/2 document 000's clients do
    /// not notice that a token has expired.
    Long,
}

/// The sessions that a login opens.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SessionsToOpen {
    /// A token pair.
    pub(crate) pair: Option<NewPair>,
    /// A device token.
    pub(crate) device_token: bool,
    /// A web session.
    pub(crate) web: bool,
}

/// The credentials of opened sessions. Only hashes of them are stored.
#[derive(Debug, Default)]
pub(crate) struct OpenedSessions {
    pub(crate) pair: Option<TokenPair>,
    pub(crate) device_token: Option<Secret>,
    pub(crate) cookies: Option<SessionCookies>,
}

/// As [`aviary_accounts::authenticate`], while the signing key's age is looked at. Two round trips, three for `None`.
///
/// # Errors
/// 429 after too many failures.
pub(crate) async fn authenticate(
    state: &AuthState,
    client: &Client,
    name: &NameKey,
    password: PasswordText,
) -> Result<Option<SignedIn>, ApiError> {
    let signed_in = aviary_accounts::authenticate(&state.account, client, name, password);
    let (signed_in, fresh) = futures_util::join!(signed_in, state.issuer.freshen());
    fresh?;
    signed_in
}

/// The text of a failed login, simplejwt's.
pub(crate) const NO_ACTIVE_ACCOUNT: &str = "No active account found with the given credentials";

/// The 401 of a failed login.
pub(crate) fn no_active_account() -> ApiError {
    ApiError::detail(StatusCode::UNAUTHORIZED, NO_ACTIVE_ACCOUNT)
}

/// The 400 of a failed login, in the words of Django REST framework.
pub(crate) fn unable_to_log_in() -> ApiError {
    ApiError::field("non_field_errors", "Unable to log in with provided credentials.")
}

/// Opens sessions for an authenticated user. One round trip.
pub(crate) async fn open(
    state: &AuthState,
    client: &Client,
    signed_in: SignedIn,
    to_open: SessionsToOpen,
) -> Result<(User, OpenedSessions), ApiError> {
    let (user, epoch) = (signed_in.user.id, signed_in.principal.epoch);
    let (sign_in, opened) = prepare(state, client, user, epoch, &signed_in.devices, to_open)?;
    Ok((signed_in.commit(&state.account, client, sign_in).await?, opened))
}

/// Opens a new session for a confirmed caller and returns its token pair. One round trip.
pub(crate) async fn open_pair(state: &AuthState, client: &Client, caller: &Caller) -> Result<TokenPair, ApiError> {
    state.issuer.freshen().await?;
    let to_open = SessionsToOpen { pair: Some(NewPair::Short), ..SessionsToOpen::default() };
    let (sign_in, sessions) = prepare(state, client, caller.user, caller.epoch, &[], to_open)?;
    // It may have been used last an hour ago, as far as is stored.
    let sign_in = sign_in.keeping(caller.sid).counted(state.limiter.sessions_count(caller.user));
    let sign_in = sign_in.with_activity(&state.tables.activities, &security_event(&state.account, client, "login")?)?;
    let (written, ()) =
        futures_util::join!(sign_in.commit(), audit(&state.account, client, "login", Some(caller.user)));
    written?;
    opened(sessions.pair)
}

/// Prepares sessions and their credentials; the caller commits the returned `SignIn`. Makes no call.
pub(crate) fn prepare(
    state: &AuthState,
    client: &Client,
    user: UserId,
    epoch: u32,
    devices: &[DeviceToken],
    to_open: SessionsToOpen,
) -> Result<(SignIn, OpenedSessions), ApiError> {
    let (now, entropy) = (state.clock.now(), state.entropy.as_ref());
    let opening =
        SessionOpening { user, epoch, now, address: client.address.clone(), user_agent: client.user_agent.clone() };
    let mut sign_in = SignIn::new(&state.tables.credentials, opening);
    let mut opened = OpenedSessions::default();
    if let Some(pair) = to_open.pair {
        let lifetime = if pair == NewPair::Short { Lifetime::Access } else { Lifetime::LongAccess };
        let sid = SessionId::new(now, entropy)?;
        let (current, next) = (TokenId::new(entropy)?, TokenId::new(entropy)?);
        let claims = Claims { user, sid, jti: current.clone() };
        opened.pair = Some(TokenPair {
            refresh: state.issuer.issue(TokenKind::Refresh, Lifetime::Refresh, &claims)?,
            access: state.issuer.access(user, sid, lifetime, entropy)?,
        });
        let family = Family::new(current, next, now, now.plus_seconds(FAMILY_SECONDS));
        let family = if pair == NewPair::Long { family.with_long_access() } else { family };
        sign_in = sign_in.with_family(sid, &family)?;
    }
    if to_open.device_token {
        let token = entropy.secret::<20>()?;
        sign_in = sign_in.with_device_token(SessionId::new(now, entropy)?, &digest(token.expose()), devices)?;
        opened.device_token = Some(token);
    }
    if to_open.web {
        let (with_web, cookies) = with_web_session(sign_in, now, entropy)?;
        sign_in = with_web;
        opened.cookies = Some(cookies);
    }
    Ok((sign_in, opened))
}

/// Unwraps a credential that [`SessionsToOpen`] asked for.
pub(crate) fn opened<T>(part: Option<T>) -> Result<T, ApiError> {
    part.ok_or_else(|| ApiError::internal("a requested session was not opened"))
}
