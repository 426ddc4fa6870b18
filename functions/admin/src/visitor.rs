//! Who visits: a browser with the cookie of a web session. Only staff get past it.
//!
//! Other credentials do not count here, so that a token of a staff member's app opens no administration.

use aviary_auth::{Caller, Unconfirmed};
use aviary_store::User;
use aviary_web::{Client, Cookies, Form};
use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{Method, StatusCode};

use crate::refusal::Refusal;
use crate::state::AdminState;

/// A browser with a session, before it is known whether the session lives and whose it is.
#[derive(Debug)]
pub struct Visitor {
    unconfirmed: Unconfirmed,
    client: Client,
    csrf: String,
    /// Where to go after a login. Only what a GET showed can be shown again.
    here: Option<String>,
}

/// A confirmed member of staff.
#[derive(Debug)]
pub(crate) struct Staff {
    pub(crate) caller: Caller,
    pub(crate) user: User,
    pub(crate) client: Client,
    /// What every form on the page carries.
    pub(crate) csrf: String,
}

impl FromRequestParts<AdminState> for Visitor {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AdminState) -> Result<Self, Refusal> {
        parts.headers.remove(AUTHORIZATION);
        let place = parts.uri.path_and_query().filter(|_| parts.method == Method::GET);
        let here = place.map(ToString::to_string);
        let client = Client::from_request_parts(parts, state).await?;
        let csrf = Cookies::of(&parts.headers).csrf.map(|csrf| csrf.expose().to_owned()).unwrap_or_default();
        match Unconfirmed::from_request_parts(parts, state).await {
            Ok(unconfirmed) => Ok(Self { unconfirmed, client, csrf, here }),
            Err(error) => Err(Refusal::of(error, here)),
        }
    }
}

impl Visitor {
    /// Confirms a visitor who only looks. Two round trips with the look-up of the cookie.
    ///
    /// # Errors
    /// To the login without a live session, 403 for everybody but staff.
    pub(crate) async fn staff(self, state: &AdminState) -> Result<Staff, Refusal> {
        self.staff_with(state, &Form::default()).await
    }

    /// As [`Visitor::staff`], for a form, which must carry the session's CSRF token. The limit of the form's row is
    /// counted in one more round trip.
    ///
    /// # Errors
    /// As [`Visitor::staff`]; 403 for a form of another site, 429 above the limit.
    pub(crate) async fn staff_with(self, state: &AdminState, form: &Form) -> Result<Staff, Refusal> {
        let Self { unconfirmed, client, csrf, here } = self;
        let own = state.account.tables.accounts.by_id(unconfirmed.user());
        let confirmed = unconfirmed.with_form(form).confirm_with(own).await;
        let (caller, user) = confirmed.map_err(|error| Refusal::of(error, here))?;
        match user {
            Some(user) if caller.staff => Ok(Staff { caller, user, client, csrf }),
            _ => Err(Refusal::page(StatusCode::FORBIDDEN, "Only staff may see this. Your account is not staff.")),
        }
    }
}
