//! How a request begins that makes sets: who asks, whether it was done before, what it says, and in which session.

use aviary_auth::Unconfirmed;
use aviary_model::UserId;
use aviary_store::{IdempotencyClaim, OpenSession};
use aviary_web::{ApiError, Cookies, Form, IdempotencyKey, IdempotentRequest};

use crate::IntegersState;
use crate::place::Place;
use crate::uploaded::{is_named, with_upload};

/// A request that makes sets.
#[derive(Debug)]
pub(crate) struct Making {
    /// Its name, so that one key may stand for requests of several kinds.
    pub(crate) operation: &'static str,
    /// Whether what it says may have been uploaded.
    pub(crate) takes_uploads: bool,
}

/// What is to be done.
#[derive(Debug)]
pub(crate) struct Work {
    /// For whom.
    pub(crate) user: UserId,
    /// What the request says, with what was uploaded for it.
    pub(crate) form: Form,
    /// Where.
    pub(crate) open: OpenSession,
    /// The idempotency key, if one was sent.
    pub(crate) claim: Option<IdempotencyClaim>,
    /// Was some of it uploaded? Then the request itself can't say the answer again.
    pub(crate) is_uploaded: bool,
}

/// What was done before.
#[derive(Debug)]
pub(crate) struct Repeated {
    /// For whom.
    pub(crate) user: UserId,
    /// What the request itself says.
    pub(crate) form: Form,
    /// What was kept of it.
    pub(crate) kept: String,
    /// Was some of it uploaded?
    pub(crate) is_uploaded: bool,
}

/// Whether there is work.
#[derive(Debug)]
pub(crate) enum Begun {
    /// There is.
    Work(Work),
    /// It was done.
    Done(Repeated),
}

/// Looks at the caller, counts one write, looks at the idempotency key, and only then at what was uploaded: what was done
/// before is answered when the upload is gone, too. One step, one more for a key, and one more with an upload.
///
/// # Errors
/// 401 or 403 for the caller, 429 for too many writes, 400 or 403 for the session and `user_id`, 404 for an upload that
/// is not there, and those of the key.
pub(crate) async fn begin(
    state: &IntegersState,
    making: &Making,
    unconfirmed: Unconfirmed,
    cookies: &Cookies,
    key: &IdempotencyKey,
    form: Form,
) -> Result<Begun, ApiError> {
    let account = unconfirmed.user().to_string();
    let counted = state.limiter.count("writes", &account, state.limiter.limits.writes_account);
    let is_uploaded = making.takes_uploads && is_named(&form);
    let (caller, open) = if is_uploaded {
        let (caller, within) = futures_util::join!(unconfirmed.with_form(&form).confirm(), counted);
        let caller = caller?;
        within?;
        (caller, None)
    } else {
        let opening = Place::of(&form).open(state, unconfirmed, cookies, &form);
        let (opened, within) = futures_util::join!(opening, counted);
        let (caller, open) = opened?;
        within?;
        (caller, Some(open))
    };
    let body = if key.is_sent() { form.digest(&[]) } else { String::new() };
    let credentials = &state.authenticator.credentials;
    let user = caller.user;
    let claim = match key.claim(credentials, making.operation, Some(user), &body, state.clock.now()).await? {
        IdempotentRequest::New(claim) => claim,
        IdempotentRequest::Repeat(kept) => return Ok(Begun::Done(Repeated { user, form, kept, is_uploaded })),
    };
    let found = async {
        match open {
            Some(open) => Ok((form, open)),
            None => {
                let form = with_upload(state, user, form).await?;
                let open = Place::of(&form).open_for(state, &caller, cookies).await?;
                Ok((form, open))
            }
        }
    };
    let (form, open) = released(state, claim.as_ref(), found.await).await?;
    Ok(Begun::Work(Work { user, form, open, claim, is_uploaded }))
}

/// Gives the key back if the request was refused: what was refused is not kept. No step, one for a key that goes back.
///
/// # Errors
/// That of the result.
pub(crate) async fn released<T>(
    state: &IntegersState,
    claim: Option<&IdempotencyClaim>,
    result: Result<T, ApiError>,
) -> Result<T, ApiError> {
    if let (Err(_), Some(claim)) = (&result, claim) {
        state.authenticator.credentials.release_idempotency_key(claim).await?;
    }
    result
}
