//! What every change of an account has in common.

use aviary_auth::{PasswordText, at_change};
use aviary_model::UserId;
use aviary_store::{AccountChange, AccountChangeError, EndSessions, Task, User};
use aviary_web::{ApiError, Client, FieldErrors};
use http::StatusCode;

use crate::security_events::{audit, audit_refused, security_event};
use crate::state::AuthState;

/// The fields that errors belong to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FieldNames {
    pub(crate) username: &'static str,
    pub(crate) email: &'static str,
}

pub(crate) const FIELDS: FieldNames = FieldNames { username: "username", email: "email" };

/// Applies the policy to a new password, then hashes it. Costs the hash.
pub(crate) async fn hash_new(
    state: &AuthState,
    field: &str,
    password: PasswordText,
    user: &User,
) -> Result<String, ApiError> {
    let mut errors = FieldErrors::default();
    for broken in at_change(&password, &user.username, user.email.as_ref()) {
        errors.push(field, broken);
    }
    errors.check()?;
    Ok(state.passwords.hash(password).await?)
}

/// Makes a change with everything that follows from it: notices, ended sessions, events. One step.
pub(crate) async fn change(
    state: &AuthState,
    client: &Client,
    user: &User,
    mut change: AccountChange,
    fields: FieldNames,
) -> Result<User, ApiError> {
    let now = state.clock.now();
    let mut events = Vec::new();
    if change.username.as_ref().is_some_and(|name| *name != user.username) {
        events.push("username_changed");
    }
    if change.email.as_ref().is_some_and(|email| *email != user.email) {
        events.push("email_changed");
        // A change that is taken back was announced before.
        if let (Some(old), None) = (&user.email, &change.redeem) {
            let task = Task::EmailChanged { user: user.id, old: old.clone() };
            change.jobs.push(state.tables.jobs.job(task, now)?);
        }
    }
    if change.password.is_some() {
        events.push("password_changed");
    }
    if change.end_sessions.is_some() {
        change.jobs.push(state.tables.jobs.job(Task::SweepSessions { user: user.id }, now)?);
    }
    if events.is_empty() && change.end_sessions.is_none() && change.redeem.is_none() {
        return Ok(user.clone());
    }
    for event in &events {
        change.activities.push(security_event(state, client, event)?);
    }
    let told = async {
        for event in &events {
            audit(state, client, event, Some(user.id)).await;
        }
    };
    let (changed, ()) = futures_util::join!(state.tables.change(&state.db, user, &change), told);
    if let Err(error) = &changed
        && !events.is_empty()
        && !matches!(error, AccountChangeError::Store(_))
    {
        audit_refused(state, client, user.id).await;
    }
    changed.map_err(|error| refusal(error, fields))
}

fn refusal(error: AccountChangeError, fields: FieldNames) -> ApiError {
    match error {
        AccountChangeError::Taken { username, email } => {
            taken(username.then_some(fields.username), email.then_some(fields.email))
        }
        AccountChangeError::Changed => changed_meanwhile(),
        AccountChangeError::Redeemed => ApiError::field("token", "Invalid token for given user."),
        AccountChangeError::Store(error) => error.into(),
    }
}

/// Both at once if both are taken.
pub(crate) fn taken(username: Option<&str>, email: Option<&str>) -> ApiError {
    let mut errors = FieldErrors::default();
    if let Some(field) = username {
        errors.push(field, "A user with that username already exists.");
    }
    if let Some(field) = email {
        errors.push(field, "A user with that email already exists.");
    }
    errors.into()
}

/// 409: two requests changed the same account; this one lost and nothing of it was written.
pub(crate) fn changed_meanwhile() -> ApiError {
    ApiError::detail(StatusCode::CONFLICT, "The account was changed by another request. Try again.")
}

/// Ends sessions by raising the epoch. One step.
pub(crate) async fn end_sessions(
    state: &AuthState,
    client: &Client,
    user: UserId,
    end: EndSessions,
    task: Task,
) -> Result<(), ApiError> {
    let job = state.tables.jobs.job(task, state.clock.now())?;
    let ended = security_event(state, client, "sessions_ended")?;
    let (done, ()) = futures_util::join!(
        state.tables.end_all_sessions(&state.db, user, end, &job, &ended),
        audit(state, client, "sessions_ended", Some(user)),
    );
    if !done? {
        audit_refused(state, client, user).await;
        return Err(changed_meanwhile());
    }
    Ok(())
}

/// Deletes an account: it, its credentials and its names at once; what it wrote is hidden at once and
/// removed by the job that is written with it. One step.
pub(crate) async fn delete(state: &AuthState, client: &Client, user: &User) -> Result<(), ApiError> {
    let purge = state.tables.jobs.job(Task::Purge { user: user.id, round: 0 }, state.clock.now())?;
    let (deleted, ()) = futures_util::join!(
        state.tables.delete(&state.db, user, &purge),
        audit(state, client, "account_deleted", Some(user.id)),
    );
    if !deleted? {
        audit_refused(state, client, user.id).await;
        return Err(changed_meanwhile());
    }
    Ok(())
}
