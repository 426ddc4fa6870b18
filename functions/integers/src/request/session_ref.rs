//! The session that a request names, and the check that its `user_id` is the caller.

use std::convert::Infallible;

use aviary_auth::{AccountCounts, Caller, Unconfirmed, digest};
use aviary_model::{IntegerSession, NameKey, UserId};
use aviary_store::OpenSession;
use aviary_web::{ApiError, Cookies, FieldErrors, Fields, Form, body};

use crate::state::IntegersState;

body! {
    /// The session that a request is about.
    pub(crate) struct SessionFields {
        /// The session. Without it, the web session's, or `default`.
        session_id: IntegerSession = by(String, |fields, name| {
            let name = sent_name(fields.form(), name);
            fields.optional(name, IntegerSession::parse)
        }),
    }
}

body! {
    /// The user that a request is about.
    pub(crate) struct UserFields {
        /// The caller's id, username or device token, if sent.
        user_id: String = optional(trimmed),
    }
}

/// The name under which a request has its session: document 002 also spells it `sessioin_id`.
fn sent_name<'a>(form: &Form, name: &'a str) -> &'a str {
    if form.get(name).is_none() && form.get("sessioin_id").is_some() { "sessioin_id" } else { name }
}

fn trimmed(text: &str) -> Result<String, Vec<Infallible>> {
    Ok(text.trim().to_owned())
}

/// The session and the user that a request names.
#[derive(Debug)]
pub(crate) struct SessionRef {
    session: Option<IntegerSession>,
    user: Option<String>,
    errors: Option<ApiError>,
}

/// The number of hex digits of a session cookie's value.
const COOKIE_DIGITS: usize = 64;
/// The number of hex digits of a device token.
const TOKEN_DIGITS: usize = 40;

impl SessionRef {
    /// Reads the fields of the session and of the user.
    pub(crate) fn of(form: &Form) -> Self {
        let mut fields = Fields::of(form);
        let session = SessionFields::read(&mut fields).session_id;
        let user = UserFields::read(&mut fields).user_id;
        let errors = fields.finish(Some(())).err();
        Self { session, user, errors }
    }

    /// Opens the session and confirms the caller concurrently. One round trip, and one more for a `user_id` that is a
    /// name or a token.
    ///
    /// # Errors
    /// 401 or 403 for the caller, 400 for an invalid session name, 403 for a `user_id` that is not the caller's.
    pub(crate) async fn open(
        self,
        state: &IntegersState,
        unconfirmed: Unconfirmed,
        cookies: &Cookies,
        form: &Form,
    ) -> Result<(Caller, OpenSession), ApiError> {
        self.open_counting(state, unconfirmed, cookies, form, |_| AccountCounts::default()).await
    }

    /// As [`SessionRef::open`], and counts for the caller what the session shows. One round trip more for that.
    ///
    /// # Errors
    /// Those of [`SessionRef::open`]; 429 above a limit.
    pub(crate) async fn open_counting(
        self,
        state: &IntegersState,
        unconfirmed: Unconfirmed,
        cookies: &Cookies,
        form: &Form,
        counts: impl FnOnce(&OpenSession) -> AccountCounts,
    ) -> Result<(Caller, OpenSession), ApiError> {
        let (session, cookie_session) = self.session(cookies);
        let open = state.integers.open(unconfirmed.user(), &session, state.clock.now());
        let (caller, open) = unconfirmed.with_form(form).confirm_counting(open, counts).await?;
        self.check(state, &caller).await?;
        Ok((caller, open.under(cookie_session)))
    }

    /// Opens the session for a caller that is already confirmed. One round trip, with the same exception.
    ///
    /// # Errors
    /// Those of [`SessionRef::open`], except for the caller's.
    pub(crate) async fn open_for(
        self,
        state: &IntegersState,
        caller: &Caller,
        cookies: &Cookies,
    ) -> Result<OpenSession, ApiError> {
        let (session, cookie_session) = self.session(cookies);
        let open = async { Ok(state.integers.open(caller.user, &session, state.clock.now()).await?) };
        let (open, ()) = futures_util::try_join!(open, self.check(state, caller))?;
        Ok(open.under(cookie_session))
    }

    async fn check(self, state: &IntegersState, caller: &Caller) -> Result<(), ApiError> {
        match self.errors {
            Some(errors) => Err(errors),
            None => require_caller(state, caller, self.user).await,
        }
    }

    /// Makes the session's name required.
    pub(crate) fn require_name(mut self) -> Self {
        if self.session.is_none() && self.errors.is_none() {
            let mut errors = FieldErrors::default();
            errors.push("session_id", "This field is required.");
            self.errors = errors.check().err();
        }
        self
    }

    /// Returns the session that the request is about, and the session of the request's cookie. A value in the form of a
    /// session cookie is replaced by a name derived from it, whether such a web session exists, existed or never will:
    /// that needs no look-up, and no response ever contains a cookie's value.
    fn session(&self, cookies: &Cookies) -> (IntegerSession, Option<IntegerSession>) {
        let cookie_session = cookies.session.as_ref().map(|cookie| session_of_cookie(cookie.expose()));
        let named = self.session.clone().map(|name| match name.as_str() {
            text if is_hex(text, COOKIE_DIGITS) => session_of_cookie(text),
            _ => name,
        });
        let session = named.or_else(|| cookie_session.clone()).unwrap_or_else(IntegerSession::default_name);
        (session, cookie_session)
    }
}

fn session_of_cookie(value: &str) -> IntegerSession {
    IntegerSession::of_web(&digest(value))
}

/// Checks that `user_id`, if the request has one, is the caller. No round trip for an id, one for a name or token, two
/// for 40 hex digits that are not a device token.
///
/// # Errors
/// 403 when it is not.
pub(crate) async fn check_user(state: &IntegersState, caller: &Caller, form: &Form) -> Result<(), ApiError> {
    let mut fields = Fields::of(form);
    let user = UserFields::read(&mut fields).user_id;
    fields.finish(Some(()))?;
    require_caller(state, caller, user).await
}

async fn require_caller(state: &IntegersState, caller: &Caller, user: Option<String>) -> Result<(), ApiError> {
    match user {
        Some(name) if !identifies(state, caller.user, &name).await? => Err(ApiError::permission_denied()),
        _ => Ok(()),
    }
}

/// Whether `name` is the user's id, username, or one of the user's device tokens. At most one round trip, two for a
/// text of 40 hex digits that is not a device token.
async fn identifies(state: &IntegersState, user: UserId, name: &str) -> Result<bool, ApiError> {
    if name == user.to_string() {
        return Ok(true);
    }
    let token = name.to_ascii_lowercase();
    if is_hex(&token, TOKEN_DIGITS) {
        let found = state.authenticator.credentials.by_device_token(&digest(&token)).await?;
        if found.is_some() {
            return Ok(found.is_some_and(|(owner, _)| owner == user));
        }
    }
    Ok(state.profiles.owner_of(&NameKey::of(name)).await? == Some(user))
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
