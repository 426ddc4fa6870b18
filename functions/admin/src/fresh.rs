//! A fresh login, without which nothing is done that can't be undone.

use aviary_accounts::check_password;
use aviary_auth::PasswordText;
use aviary_web::{Form, Value};

use crate::refusal::Refusal;
use crate::state::AdminState;
use crate::visitor::Staff;

/// How long after a login no password is asked for.
const FRESH_SECONDS: i64 = 15 * 60;

/// Whether the session was made lately. One round trip.
pub(crate) async fn is_fresh(state: &AdminState, staff: &Staff) -> Result<bool, Refusal> {
    let session = state.account.tables.credentials.session(staff.caller.user, staff.caller.sid).await?;
    let since = state.account.clock.now().plus_seconds(-FRESH_SECONDS);
    Ok(session.is_some_and(|session| session.created_at > since))
}

/// Whether the session was made lately or the form has the right password. A wrong one counts as a failed login. Up to
/// three round trips.
///
/// # Errors
/// 429 after too many wrong passwords.
pub(crate) async fn proves(state: &AdminState, staff: &Staff, form: &Form) -> Result<bool, Refusal> {
    let password = match form.get("password") {
        Some(Value::Text(text)) if !text.is_empty() => PasswordText::attempt(text).ok(),
        _ => None,
    };
    match password {
        Some(password) => {
            let own = (&staff.caller, &staff.user);
            Ok(check_password(&state.account, &staff.client, own, password).await?)
        }
        None => is_fresh(state, staff).await,
    }
}
