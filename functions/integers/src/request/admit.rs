//! Admission of requests that make sets: checks the caller, the write limit, the idempotency key, the upload and the
//! session, and runs each request once per key.

use aviary_auth::{Caller, Unconfirmed};
use aviary_store::{IdempotencyClaim, OpenSession};
use aviary_web::{ApiError, Cookies, Form, IdempotencyKey, IdempotentRequest};

use crate::request::bytes::SentBytes;
use crate::request::session_ref::SessionRef;
use crate::request::upload_input::{is_named, with_upload};
use crate::response::RawJsonResponse;
use crate::state::IntegersState;

/// A kind of request that makes sets.
#[derive(Debug)]
pub(crate) struct RequestKind {
    /// Separates idempotency keys: one key may be used once for each operation.
    pub(crate) operation: &'static str,
    /// Whether its content may be uploaded.
    pub(crate) takes_uploads: bool,
}

/// A request as it arrived.
#[derive(Debug)]
pub(crate) struct SetRequest {
    pub(crate) unconfirmed: Unconfirmed,
    pub(crate) cookies: Cookies,
    pub(crate) key: IdempotencyKey,
    pub(crate) form: Form,
}

/// A request that was admitted and has to be executed.
#[derive(Debug)]
pub(crate) struct NewRequest {
    /// The caller.
    pub(crate) caller: Caller,
    /// The request's fields, with those of its upload.
    pub(crate) form: Form,
    /// The session it is about.
    pub(crate) open: OpenSession,
    /// The claim of its idempotency key, if it has one.
    pub(crate) claim: Option<IdempotencyClaim>,
    /// Whether a part of it was uploaded. The request alone then does not suffice to rebuild the response.
    pub(crate) is_uploaded: bool,
    /// The count of the units that it sends.
    pub(crate) sent: SentBytes,
}

/// A request whose idempotency key has a stored result.
#[derive(Debug)]
pub(crate) struct RepeatedRequest {
    /// The caller.
    pub(crate) caller: Caller,
    /// The request's own fields, without those of its upload.
    pub(crate) form: Form,
    /// The result that the first request stored.
    pub(crate) result: String,
    /// Whether a part of the first request was uploaded.
    pub(crate) is_uploaded: bool,
}

/// The two outcomes of admission.
#[derive(Debug)]
enum Admitted {
    New(NewRequest),
    Repeated(RepeatedRequest),
}

/// Admits a request, then executes it or replays its first response. A request that is refused releases its key, so
/// that the client can correct the request and use the key again.
///
/// # Errors
/// Those of admission, see [`admit`], and those of `execute` and `replay`.
pub(crate) async fn run(
    state: &IntegersState,
    kind: &RequestKind,
    request: SetRequest,
    execute: impl AsyncFnOnce(&IntegersState, NewRequest) -> Result<RawJsonResponse, ApiError>,
    replay: impl AsyncFnOnce(&IntegersState, RepeatedRequest) -> Result<RawJsonResponse, ApiError>,
) -> Result<RawJsonResponse, ApiError> {
    match admit(state, kind, request).await? {
        Admitted::Repeated(request) => replay(state, request).await,
        Admitted::New(request) => {
            let claim = request.claim.clone();
            release_if_refused(state, claim.as_ref(), execute(state, request).await).await
        }
    }
}

/// Confirms and counts the caller, claims the idempotency key, and only then reads the upload, so that a repeated request
/// is answered after its upload was removed. Two round trips, one more for a key, and two more with an upload.
///
/// # Errors
/// 401 or 403 for the caller, 429 for too many writes, 400 or 403 for the session and `user_id`, 404 for an upload that
/// does not exist, and those of the key.
async fn admit(state: &IntegersState, kind: &RequestKind, request: SetRequest) -> Result<Admitted, ApiError> {
    let SetRequest { unconfirmed, cookies, key, form } = request;
    let is_uploaded = kind.takes_uploads && is_named(&form);
    let (caller, open) = if is_uploaded {
        (unconfirmed.with_form(&form).confirm().await?, None)
    } else {
        let (caller, open, sent) = SentBytes::open(state, unconfirmed, &cookies, &form).await?;
        (caller, Some((open, sent)))
    };
    let body = || form.digest(&[]);
    let credentials = &state.authenticator.credentials;
    let claim = match key.claim(credentials, kind.operation, Some(caller.user), body, state.clock.now()).await? {
        IdempotentRequest::New(claim) => claim,
        IdempotentRequest::Repeat(result) => {
            return Ok(Admitted::Repeated(RepeatedRequest { caller, form, result, is_uploaded }));
        }
    };
    let found = async {
        match open {
            Some((open, sent)) => Ok((form, open, sent)),
            None => {
                let (form, sent) = with_upload(state, &caller, form).await?;
                let open = SessionRef::of(&form).open_for(state, &caller, &cookies).await?;
                Ok((form, open, sent))
            }
        }
    };
    let (form, open, sent) = release_if_refused(state, claim.as_ref(), found.await).await?;
    Ok(Admitted::New(NewRequest { caller, form, open, claim, is_uploaded, sent }))
}

/// Releases the idempotency key if the request was refused: no result is stored for a refusal. No round trip, one for a
/// key that is released.
///
/// # Errors
/// That of the result.
async fn release_if_refused<T>(
    state: &IntegersState,
    claim: Option<&IdempotencyClaim>,
    result: Result<T, ApiError>,
) -> Result<T, ApiError> {
    if let (Err(_), Some(claim)) = (&result, claim) {
        state.authenticator.credentials.release_idempotency_key(claim).await?;
    }
    result
}
