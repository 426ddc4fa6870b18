//! Whose integers a request is about, and which session of them.

use aviary_auth::{Caller, Unconfirmed, digest};
use aviary_model::{IntegerSession, NameKey, UserId};
use aviary_store::OpenSession;
use aviary_web::{ApiError, Cookies, FieldErrors, Fields, Form};

use crate::IntegersState;

/// What a request says of the place.
#[derive(Debug)]
pub(crate) struct Place {
    session: Option<IntegerSession>,
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
        let session = fields.optional(name, IntegerSession::parse);
        let user = user_id(&mut fields);
        let is_named = form.get(name).is_some();
        let errors = fields.finish(Some(())).err();
        Self { session, user, is_named, errors }
    }

    /// Opens the session beside the look at the caller; then the rest of the request can be looked at. One step, and one
    /// more for a `user_id` that is a name or a token.
    ///
    /// # Errors
    /// 401 or 403 for the caller, 400 for a name that is none, 403 for a `user_id` that is not the caller's.
    pub(crate) async fn open(
        self,
        state: &IntegersState,
        unconfirmed: Unconfirmed,
        cookies: &Cookies,
        form: &Form,
    ) -> Result<(Caller, OpenSession), ApiError> {
        let (session, under) = self.session(cookies);
        let open = state.integers.open(unconfirmed.user(), &session, state.clock.now());
        let (caller, open) = unconfirmed.with_form(form).confirm_with(open).await?;
        self.check(state, &caller).await?;
        Ok((caller, open.under(under)))
    }

    /// The same for a caller that was looked at before. One step, as above.
    ///
    /// # Errors
    /// As [`Place::open`], but for the caller.
    pub(crate) async fn open_for(
        self,
        state: &IntegersState,
        caller: &Caller,
        cookies: &Cookies,
    ) -> Result<OpenSession, ApiError> {
        let (session, under) = self.session(cookies);
        let open = async { Ok(state.integers.open(caller.user, &session, state.clock.now()).await?) };
        let (open, ()) = futures_util::try_join!(open, self.check(state, caller))?;
        Ok(open.under(under))
    }

    async fn check(self, state: &IntegersState, caller: &Caller) -> Result<(), ApiError> {
        match self.errors {
            Some(errors) => Err(errors),
            None => must_be(state, caller, self.user).await,
        }
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

    /// The session by its name, and the one of the cookie that came. What could be a web session's cookie stands for a
    /// name that is derived from it, whether there is such a web session, was one or never will be: that needs no
    /// look-up, and so a cookie's value is never answered.
    fn session(&self, cookies: &Cookies) -> (IntegerSession, Option<IntegerSession>) {
        let under = cookies.session.as_ref().map(|cookie| of_cookie(cookie.expose()));
        let named = self.session.clone().map(|name| match name.as_str() {
            text if is_hex(text, COOKIE_DIGITS) => of_cookie(text),
            _ => name,
        });
        let session = named.or_else(|| under.clone()).unwrap_or_else(IntegerSession::default_name);
        (session, under)
    }
}

fn of_cookie(value: &str) -> IntegerSession {
    IntegerSession::of_web(&digest(value))
}

/// Is who `user_id` names, if it names anybody, the caller? At most one step.
///
/// # Errors
/// 403 when it is not.
pub(crate) async fn check_user(state: &IntegersState, caller: &Caller, form: &Form) -> Result<(), ApiError> {
    let mut fields = Fields::of(form);
    let user = user_id(&mut fields);
    fields.finish(Some(()))?;
    must_be(state, caller, user).await
}

async fn must_be(state: &IntegersState, caller: &Caller, user: Option<String>) -> Result<(), ApiError> {
    match user {
        Some(name) if !is_of(state, caller.user, &name).await? => Err(ApiError::permission_denied()),
        _ => Ok(()),
    }
}

fn user_id(fields: &mut Fields<'_>) -> Option<String> {
    fields.optional("user_id", |text| Ok::<_, Vec<std::convert::Infallible>>(text.trim().to_owned()))
}

/// Is this the user's id, username, or one of the user's device tokens? At most one step.
async fn is_of(state: &IntegersState, user: UserId, name: &str) -> Result<bool, ApiError> {
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
