//! Logins by name and password, and the web sessions that they open.

use aviary_auth::{LoginAttempt, PasswordText, digest, is_outdated};
use aviary_model::{Entropy, NameKey, SessionId, Timestamp, UserId};
use aviary_store::{DeviceToken, Principal, SessionOpening, SignIn, SignInError, User};
use aviary_web::{ApiError, Client, SessionCookies};

use crate::context::AccountContext;
use crate::security_events::{audit, security_event};

/// The life of a web session: two weeks, equal to its cookie's `Max-Age`.
pub const WEB_SESSION_SECONDS: i64 = 14 * 24 * 3_600;

/// A user whose password was verified.
#[derive(Debug)]
pub struct SignedIn {
    /// The user.
    pub user: User,
    /// The user's principal as it was read.
    pub principal: Principal,
    /// The user's device tokens.
    pub devices: Vec<DeviceToken>,
    attempt: LoginAttempt,
    /// A hash by current parameters, if the stored one has others.
    new_hash: Option<String>,
}

/// Looks up the user and verifies the password. An unknown name, a wrong password and an inactive account cost the same
/// work and give the same `None`, so that a client cannot tell them apart. Two round trips, three for `None`.
///
/// # Errors
/// 429 after too many failures.
pub async fn authenticate(
    context: &AccountContext,
    client: &Client,
    name: &NameKey,
    password: PasswordText,
) -> Result<Option<SignedIn>, ApiError> {
    let tables = &context.tables;
    let owner = tables.accounts.owner_of(name).await?;
    // An unknown name gets a random id, so that the reads below are the same as for a known one.
    let id = owner.map_or_else(|| UserId::new(context.clock.now(), context.entropy.as_ref()), Ok)?;
    let (user, principal, devices, attempt) = futures_util::join!(
        tables.accounts.by_id(id),
        tables.credentials.principal(id),
        tables.credentials.device_tokens(id),
        context.limiter.begin_login(name, owner, &client.address),
    );
    let (attempt, user, principal, devices) = (attempt?, user?, principal?, devices?);
    let hash = user.as_ref().map(|user| user.password.clone());
    // An account that is over its limit under another of its names is not tried; the work is that of an unknown name.
    let right = context.passwords.verify(password.clone(), hash.filter(|_| attempt.may_try())).await?;
    match (user, principal) {
        (Some(user), Some(principal)) if right && attempt.may_try() && principal.active => {
            let new_hash = match is_outdated(&user.password) {
                true => Some(context.passwords.hash(password).await?),
                false => None,
            };
            Ok(Some(SignedIn { user, principal, devices, attempt, new_hash }))
        }
        (user, _) => {
            let failed = security_event(context, client, "login_failed")?;
            let (noted, counted, ()) = futures_util::join!(
                tables.activities.put(user.as_ref().map(|user| user.id), &failed),
                context.limiter.login_failed(&attempt),
                audit(context, client, "login_failed", user.as_ref().map(|user| user.id)),
            );
            noted?;
            counted?;
            Ok(None)
        }
    }
}

impl SignedIn {
    /// Writes the sessions of a login, with its event and its count. One round trip.
    ///
    /// # Errors
    /// 401 if the account is gone, 429 after too many logins.
    pub async fn commit(self, context: &AccountContext, client: &Client, sign_in: SignIn) -> Result<User, ApiError> {
        let Self { user, attempt, new_hash, .. } = self;
        let sign_in = sign_in.counted(context.limiter.sessions_count(user.id));
        let event = security_event(context, client, "login")?;
        let sign_in = sign_in.with_activity(&context.tables.activities, &event)?.by_password(
            &context.tables.accounts,
            user.clone(),
            new_hash,
        );
        let (written, succeeded, ()) = futures_util::join!(
            sign_in.commit(),
            context.limiter.login_succeeded(&attempt),
            audit(context, client, "login", Some(user.id)),
        );
        if let Err(SignInError::TooOften { .. }) = &written {
            context.limiter.login_refused(&attempt).await?;
        }
        written?;
        succeeded?;
        Ok(user)
    }
}

/// Adds a web session to a login. The cookies are returned; only their hashes are written.
///
/// # Errors
/// When the system has no random bytes.
pub fn with_web_session(
    sign_in: SignIn,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<(SignIn, SessionCookies), ApiError> {
    let cookies = SessionCookies::new(entropy)?;
    let (session, csrf) = (digest(cookies.session.expose()), digest(cookies.csrf.expose()));
    let end = now.plus_seconds(WEB_SESSION_SECONDS);
    let sign_in = sign_in.with_web_session(SessionId::new(now, entropy)?, &session, &csrf, end)?;
    Ok((sign_in, cookies))
}

/// Opens a web session, and nothing else, for a verified user. One round trip.
///
/// # Errors
/// As [`SignedIn::commit`].
pub async fn open_web(
    context: &AccountContext,
    client: &Client,
    signed_in: SignedIn,
) -> Result<(User, SessionCookies), ApiError> {
    let now = context.clock.now();
    let opening = SessionOpening {
        user: signed_in.user.id,
        epoch: signed_in.principal.epoch,
        now,
        address: client.address.clone(),
        user_agent: client.user_agent.clone(),
    };
    let sign_in = SignIn::new(&context.tables.credentials, opening);
    let (sign_in, cookies) = with_web_session(sign_in, now, context.entropy.as_ref())?;
    Ok((signed_in.commit(context, client, sign_in).await?, cookies))
}
