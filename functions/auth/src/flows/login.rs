//! Logins: authentication by username and password, and the opening of sessions.

use aviary_auth::{Caller, Claims, Lifetime, LoginAttempt, PasswordText, TokenKind, digest, is_outdated};
use aviary_model::{Family, NameKey, Secret, SessionId, TokenId, UserId};
use aviary_store::{DeviceToken, Principal, SessionOpening, SignIn, SignInError, User};
use aviary_web::{ApiError, Client, SessionCookies};
use http::StatusCode;

use crate::bodies::TokenPair;
use crate::security_events::{audit, security_event};
use crate::state::AuthState;

/// The life of a refresh family: 30 days, however often it is refreshed.
const FAMILY_SECONDS: i64 = 30 * 24 * 3_600;
/// The life of a web session: two weeks, equal to its cookie's `Max-Age`.
const WEB_SESSION_SECONDS: i64 = 14 * 24 * 3_600;

/// A user whose password was verified.
#[derive(Debug)]
pub(crate) struct SignedIn {
    pub(crate) user: User,
    principal: Principal,
    devices: Vec<DeviceToken>,
    attempt: LoginAttempt,
    /// A hash by current parameters, if the stored one has others.
    new_hash: Option<String>,
}

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

/// Looks up the user and verifies the password. An unknown name, a wrong password and an inactive account cost the same
/// work and give the same `None`, so that a client cannot tell them apart. Two round trips, three for `None`.
///
/// # Errors
/// 429 after too many failures.
pub(crate) async fn authenticate(
    state: &AuthState,
    client: &Client,
    name: &NameKey,
    password: PasswordText,
) -> Result<Option<SignedIn>, ApiError> {
    let owner = state.tables.accounts.owner_of(name).await?;
    // An unknown name gets a random id, so that the reads below are the same as for a known one.
    let id = owner.map_or_else(|| UserId::new(state.clock.now(), state.entropy.as_ref()), Ok)?;
    let (user, principal, devices, attempt, fresh) = futures_util::join!(
        state.tables.accounts.by_id(id),
        state.tables.credentials.principal(id),
        state.tables.credentials.device_tokens(id),
        state.limiter.begin_login(name, owner, &client.address),
        state.issuer.freshen(),
    );
    fresh?;
    let (attempt, user, principal, devices) = (attempt?, user?, principal?, devices?);
    let hash = user.as_ref().map(|user| user.password.clone());
    // An account that is over its limit under another of its names is not tried; the work is that of an unknown name.
    let right = state.passwords.verify(password.clone(), hash.filter(|_| attempt.may_try())).await?;
    match (user, principal) {
        (Some(user), Some(principal)) if right && attempt.may_try() && principal.active => {
            let new_hash = match is_outdated(&user.password) {
                true => Some(state.passwords.hash(password).await?),
                false => None,
            };
            Ok(Some(SignedIn { user, principal, devices, attempt, new_hash }))
        }
        (user, _) => {
            let failed = security_event(state, client, "login_failed")?;
            let (noted, counted, ()) = futures_util::join!(
                state.tables.activities.put(user.as_ref().map(|user| user.id), &failed),
                state.limiter.login_failed(&attempt),
                audit(state, client, "login_failed", user.as_ref().map(|user| user.id)),
            );
            noted?;
            counted?;
            Ok(None)
        }
    }
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
    let SignedIn { user, principal, devices, attempt, new_hash } = signed_in;
    let (sign_in, opened) = prepare(state, client, user.id, principal.epoch, &devices, to_open)?;
    let sign_in = sign_in.counted(state.limiter.login_count(user.id));
    let mut sign_in = sign_in.with_activity(&state.tables.activities, &security_event(state, client, "login")?)?;
    if let Some(hash) = new_hash {
        sign_in = sign_in.with_new_hash(&state.tables.accounts, user.clone(), hash);
    }
    let (written, succeeded, ()) = futures_util::join!(
        sign_in.commit(),
        state.limiter.login_succeeded(&attempt),
        audit(state, client, "login", Some(user.id)),
    );
    if let Err(SignInError::TooOften { .. }) = &written {
        state.limiter.login_refused(&attempt).await?;
    }
    written?;
    succeeded?;
    Ok((user, opened))
}

/// Opens a new session for a confirmed caller and returns its token pair. One round trip.
pub(crate) async fn open_pair(state: &AuthState, client: &Client, caller: &Caller) -> Result<TokenPair, ApiError> {
    state.issuer.freshen().await?;
    let to_open = SessionsToOpen { pair: Some(NewPair::Short), ..SessionsToOpen::default() };
    let (sign_in, sessions) = prepare(state, client, caller.user, caller.epoch, &[], to_open)?;
    // It may have been used last an hour ago, as far as is stored.
    let sign_in = sign_in.keeping(caller.sid);
    let sign_in = sign_in.with_activity(&state.tables.activities, &security_event(state, client, "login")?)?;
    let (written, ()) = futures_util::join!(sign_in.commit(), audit(state, client, "login", Some(caller.user)));
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
        let cookies = SessionCookies::new(entropy)?;
        let (session, csrf) = (digest(cookies.session.expose()), digest(cookies.csrf.expose()));
        let end = now.plus_seconds(WEB_SESSION_SECONDS);
        sign_in = sign_in.with_web_session(SessionId::new(now, entropy)?, &session, &csrf, end)?;
        opened.cookies = Some(cookies);
    }
    Ok((sign_in, opened))
}

/// Unwraps a credential that [`SessionsToOpen`] asked for.
pub(crate) fn opened<T>(part: Option<T>) -> Result<T, ApiError> {
    part.ok_or_else(|| ApiError::internal("a requested session was not opened"))
}
