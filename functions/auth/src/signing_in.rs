//! What every login has in common: who it is, and a new session.

use aviary_auth::{Lifetime, PasswordText, TokenKind};
use aviary_model::{Family, NameKey, SessionId, TokenId, UserId};
use aviary_store::{Principal, SessionOpening, User};
use aviary_web::{ApiError, Client, Fields, Form};
use http::StatusCode;

use crate::AuthState;
use crate::answers::TokenPair;

/// For how long a refresh family lives, however often it is refreshed.
const FAMILY_SECONDS: i64 = 30 * 24 * 3_600;

/// Somebody whose password was right.
#[derive(Debug)]
pub(crate) struct SignedIn {
    pub(crate) user: User,
    pub(crate) principal: Principal,
}

/// A family that is about to be written, with its first tokens.
#[derive(Debug)]
pub(crate) struct NewFamily {
    pub(crate) sid: SessionId,
    pub(crate) family: Family,
    pub(crate) tokens: TokenPair,
}

/// Reads `{username, password}`; the name may be an address.
pub(crate) fn read(form: &Form) -> Result<(NameKey, PasswordText), ApiError> {
    let mut fields = Fields::of(form);
    let name = fields.required("username", |text| {
        if text.contains('\0') { Err(vec!["Null characters are not allowed."]) } else { Ok(NameKey::of(text)) }
    });
    let password = fields.required("password", PasswordText::parse);
    fields.finish(name.zip(password))
}

/// Looks the user up and verifies the password. An unknown name, a wrong password and a deactivated
/// account do the same work and are one answer: nobody. Two steps.
pub(crate) async fn authenticate(
    state: &AuthState,
    name: &NameKey,
    password: PasswordText,
) -> Result<Option<SignedIn>, ApiError> {
    let owner = state.accounts.owner_of(name).await?;
    // An unknown name is looked up once more, as a known one is.
    let id = match owner {
        Some(id) => id,
        None => UserId::new(state.clock.now(), state.entropy.as_ref())?,
    };
    let (user, principal) = futures_util::join!(state.accounts.by_id(id), state.credentials.principal(id));
    let (user, principal) = (user?, principal?);
    let hash = user.as_ref().map(|user| user.password.clone());
    let right = state.passwords.verify(password, hash).await?;
    Ok(match (user, principal) {
        (Some(user), Some(principal)) if right && principal.active => Some(SignedIn { user, principal }),
        _ => None,
    })
}

/// simplejwt's word for it.
pub(crate) fn no_active_account() -> ApiError {
    ApiError::detail(StatusCode::UNAUTHORIZED, "No active account found with the given credentials")
}

/// Makes a family and signs its first tokens. Writes nothing.
pub(crate) fn new_family(state: &AuthState, user: UserId, access: Lifetime) -> Result<NewFamily, ApiError> {
    let (now, entropy) = (state.clock.now(), state.entropy.as_ref());
    let sid = SessionId::new(now, entropy)?;
    let (current, next) = (TokenId::new(entropy)?, TokenId::new(entropy)?);
    let claims = aviary_auth::Claims { user, sid, jti: current.clone() };
    let tokens = TokenPair {
        refresh: state.issuer.issue(TokenKind::Refresh, Lifetime::Refresh, &claims)?,
        access: state.issuer.access(user, sid, access, entropy)?,
    };
    let family = Family::new(current, next, now, now.plus_seconds(FAMILY_SECONDS));
    Ok(NewFamily { sid, family, tokens })
}

/// Opens a family for somebody who signed in. One step.
pub(crate) async fn open_family(
    state: &AuthState,
    signed_in: &SignedIn,
    client: &Client,
    access: Lifetime,
) -> Result<TokenPair, ApiError> {
    let NewFamily { sid, family, tokens } = new_family(state, signed_in.user.id, access)?;
    let opening = opening(state, signed_in.user.id, signed_in.principal.epoch, client);
    state.credentials.open_family(&opening, sid, &family).await?;
    Ok(tokens)
}

/// What a session is written with.
pub(crate) fn opening(state: &AuthState, user: UserId, epoch: u32, client: &Client) -> SessionOpening {
    SessionOpening {
        user,
        epoch,
        now: state.clock.now(),
        address: client.address.clone(),
        user_agent: client.user_agent.clone(),
    }
}
