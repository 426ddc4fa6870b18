//! Whose integers a request is about, and which session of them.

use aviary_auth::{Caller, Claimed, digest};
use aviary_model::{IntegerSession, NameKey, UserId};
use aviary_store::OpenSession;
use aviary_web::{ApiError, Cookies, FieldErrors, Fields, Form};

use crate::IntegersState;

/// What a request says of the place.
#[derive(Debug)]
pub(crate) struct Place {
    session: Option<String>,
    user: Option<String>,
    is_named: bool,
    errors: Option<ApiError>,
}

/// A cookie's value has so many hex digits.
const COOKIE_DIGITS: usize = 64;
/// And a device token so many.
const TOKEN_DIGITS: usize = 40;

impl Place {
    /// Reads `session_id` (which the document also spells `sessioin_id`) and `user_id`.
    pub(crate) fn of(form: &Form) -> Self {
        let mut fields = Fields::of(form);
        let name = if form.get("session_id").is_none() && form.get("sessioin_id").is_some() {
            "sessioin_id"
        } else {
            "session_id"
        };
        let session = fields.optional(name, |text| IntegerSession::parse(text).map(|s| s.as_str().to_owned()));
        let user = fields.optional("user_id", |text| Ok::<_, Vec<std::convert::Infallible>>(text.trim().to_owned()));
        let is_named = form.get(name).is_some();
        let errors = fields.finish(Some(())).err();
        Self { session, user, is_named, errors }
    }

    /// Opens the session beside the look at the caller; then the rest of the request can be looked at. One step, and one
    /// more where only a cookie says which session it is.
    ///
    /// # Errors
    /// 401 or 403 for the caller, 400 for a name that is none, 403 for a `user_id` that is not the caller's.
    pub(crate) async fn open(
        self,
        state: &IntegersState,
        claimed: Claimed,
        cookies: &Cookies,
        form: &Form,
    ) -> Result<(Caller, OpenSession), ApiError> {
        let user = claimed.user();
        let session = self.session(state, &claimed, cookies).await?;
        let open = state.integers.open(user, &session, state.clock.now());
        let (caller, open) = claimed.with_form(form).confirm_beside(open).await?;
        if let Some(errors) = self.errors {
            return Err(errors);
        }
        if let Some(name) = &self.user
            && !is_of(state, user, name).await?
        {
            return Err(ApiError::permission_denied());
        }
        Ok((caller, open))
    }

    /// The same where the session must be named.
    pub(crate) fn must_be_named(mut self) -> Self {
        if !self.is_named && self.errors.is_none() {
            let mut errors = FieldErrors::default();
            errors.push("session_id", "This field is required.");
            self.errors = errors.check().err();
        }
        self
    }

    /// The session by its name; a web session's cookie stands for a name that is derived from it, so that the cookie
    /// itself is never answered.
    async fn session(
        &self,
        state: &IntegersState,
        claimed: &Claimed,
        cookies: &Cookies,
    ) -> Result<IntegerSession, ApiError> {
        let cookie = cookies.session.as_ref().map(|secret| secret.expose());
        let (value, is_known, otherwise) = match &self.session {
            Some(name) => {
                let named = IntegerSession::parse(name).unwrap_or_else(|_| IntegerSession::default_name());
                if !is_hex(name, COOKIE_DIGITS) {
                    return Ok(named);
                }
                (name.as_str(), cookie == Some(name), named)
            }
            None => match cookie {
                Some(cookie) => (cookie, claimed.is_web(), IntegerSession::default_name()),
                None => return Ok(IntegerSession::default_name()),
            },
        };
        let hash = digest(value);
        let is_own = is_known || {
            let found = state.guard.credentials.by_web_session(&hash).await?;
            found.is_some_and(|(user, _)| user == claimed.user())
        };
        Ok(if is_own { IntegerSession::of_web(&hash) } else { otherwise })
    }
}

/// Is this the user's id, username, or one of the user's device tokens? At most one step.
async fn is_of(state: &IntegersState, user: UserId, name: &str) -> Result<bool, ApiError> {
    if name == user.to_string() {
        return Ok(true);
    }
    let token = name.to_ascii_lowercase();
    if is_hex(&token, TOKEN_DIGITS) {
        let found = state.guard.credentials.by_device_token(&digest(&token)).await?;
        if found.is_some() {
            return Ok(found.is_some_and(|(owner, _)| owner == user));
        }
    }
    Ok(state.profiles.owner_of(&NameKey::of(name)).await? == Some(user))
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
