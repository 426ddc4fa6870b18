//! Writes to an existing account: changes, deletion, and the end of all its sessions.
//!
//! Each is one transaction on the state that the handler read; a concurrent change makes it fail with 409.

use aviary_auth::{Caller, PasswordText, at_change};
use aviary_model::{Email, Timestamp, UserId};
use aviary_store::{AccountChange, AccountChangeError, AddressChange, EndSessions, Job, Notice, Task, User};
use aviary_web::{ApiError, Client, FieldErrors};
use http::StatusCode;

use crate::context::AccountContext;
use crate::security_events::{audit, audit_refused, security_event};

/// The form fields that the errors of a change are reported under; they differ by endpoint.
#[derive(Clone, Copy, Debug)]
pub struct FieldNames {
    /// The username's field.
    pub username: &'static str,
    /// The address's field.
    pub email: &'static str,
}

/// The usual field names.
pub const FIELDS: FieldNames = FieldNames { username: "username", email: "email" };

/// Hashes a new password, after checking it against the policy.
///
/// # Errors
/// 400 with every rule that the password breaks.
pub async fn hash_new(
    context: &AccountContext,
    field: &str,
    password: PasswordText,
    user: &User,
) -> Result<String, ApiError> {
    check_new(field, &password, user)?;
    Ok(context.passwords.hash(password).await?)
}

/// Checks a new password against the policy.
///
/// # Errors
/// 400 with every rule that the password breaks.
pub fn check_new(field: &str, password: &PasswordText, user: &User) -> Result<(), ApiError> {
    let mut errors = FieldErrors::default();
    for broken in at_change(password, &user.username, user.email.as_ref()) {
        errors.push(field, broken);
    }
    errors.check()
}

/// Writes a change together with its consequences: mails, the job that removes ended sessions, and security events. One
/// round trip; none if nothing changes.
///
/// # Errors
/// 400 if the username or the address is taken or the mailed token was used, 409 if another request changed the
/// account, 429 if it holds too many former addresses. A mailbox that had too many notices gets none of this.
pub async fn change(
    context: &AccountContext,
    client: &Client,
    user: &User,
    change: AccountChange,
    fields: FieldNames,
) -> Result<User, ApiError> {
    write_change(context, client, user, change).await?.map_err(|error| refusal(error, fields, context.clock.now()))
}

/// As [`change`], by a caller, whose changes of name and address are limited. One that is refused because a name is taken
/// counts against a limit of its own. One round trip, a second one for such a refusal, or above a limit.
///
/// # Errors
/// As [`change`]; 429 after too many changes or such refusals, or too many mails to the new address.
pub async fn change_by(
    context: &AccountContext,
    client: &Client,
    (caller, user): (&Caller, &User),
    mut change: AccountChange,
    fields: FieldNames,
) -> Result<User, ApiError> {
    if change.username.as_ref().is_some_and(|name| *name != user.username) {
        change.counts.push(context.limiter.username_change(user.id));
    }
    if !matches!(change.address, AddressChange::Keep) {
        change.counts.push(context.limiter.address_change(user.id));
        change.counts.push(context.limiter.mails_of_client(client));
        // An account proves no mailbox when it signs up, so a stranger's could get these mails from many accounts.
        change.counts.extend(user.email.as_ref().map(|old| context.limiter.undo_mail(&old.key())));
    }
    if let AddressChange::Ask { email, .. } = &change.address {
        change.counts.push(context.limiter.confirmation_mail(&email.key()));
    }
    if let Err(refused) = context.limiter.check_lately(&change.counts) {
        context.limiter.uncount(caller).await?;
        return Err(refused);
    }
    let changed = write_change(context, client, user, change).await?;
    match &changed {
        Err(AccountChangeError::Taken { .. }) => context.limiter.count_taken(caller).await?,
        Err(AccountChangeError::TooOften { until, counter }) => {
            let counter = counter.clone().unwrap_or_else(|| context.limiter.address_change(user.id).counter);
            context.limiter.remember_over(counter, *until);
            // A request over its own limit uses up no other one.
            context.limiter.uncount(caller).await?;
        }
        _ => {}
    }
    changed.map_err(|error| refusal(error, fields, context.clock.now()))
}

async fn write_change(
    context: &AccountContext,
    client: &Client,
    user: &User,
    mut change: AccountChange,
) -> Result<Result<User, AccountChangeError>, ApiError> {
    let now = context.clock.now();
    let events = events(user, &change);
    let same_mode = change.mode.as_ref().is_none_or(|mode| *mode == user.mode);
    if events.is_empty() && same_mode && change.end_sessions.is_none() && change.redeem.is_none() {
        return Ok(Ok(user.clone()));
    }
    change.jobs.extend(jobs(context, user, &change)?);
    change.notice = notice_of(context, user, &change)?;
    for event in &events {
        change.activities.push(security_event(context, client, event)?);
    }
    let audited = async {
        for event in &events {
            audit(context, client, event, Some(user.id)).await;
        }
    };
    let (changed, ()) = futures_util::join!(context.tables.change(user, &change, now), audited);
    if let Err(error) = &changed
        && !events.is_empty()
        && !matches!(error, AccountChangeError::Store(_))
    {
        audit_refused(context, client, user.id).await;
    }
    Ok(changed)
}

/// The security events of a change.
fn events(user: &User, change: &AccountChange) -> Vec<&'static str> {
    let mut events = Vec::new();
    if change.username.as_ref().is_some_and(|name| *name != user.username) {
        events.push("username_changed");
    }
    match &change.address {
        AddressChange::Keep => {}
        AddressChange::Ask { .. } => events.push("email_change_asked"),
        AddressChange::Set(_) | AddressChange::Confirm(_) => events.push("email_changed"),
        AddressChange::Undo(_) => events.push("email_change_undone"),
    }
    if change.password.is_some() {
        events.push("password_changed");
    }
    events
}

/// The jobs that follow from a change: mails, and the removal of ended sessions.
fn jobs(context: &AccountContext, user: &User, change: &AccountChange) -> Result<Vec<Job>, ApiError> {
    let id = user.id;
    let mut tasks = Vec::new();
    match &change.address {
        // The request for the change has sent the notice.
        AddressChange::Keep | AddressChange::Confirm(_) => {}
        AddressChange::Set(_) => tasks.extend(undo_mail(user)),
        AddressChange::Ask { .. } => {
            tasks.extend(undo_mail(user));
            tasks.push(Task::ConfirmEmail { user: id, change: user.next_revision() });
        }
        // Its notice is left out above a limit.
        AddressChange::Undo(_) => {}
    }
    if change.end_sessions.is_some() {
        tasks.push(Task::SweepSessions { user: id });
    }
    let now = context.clock.now();
    Ok(tasks.into_iter().map(|task| context.tables.jobs.job(task, now)).collect::<Result<_, _>>()?)
}

/// The notice of a change: to the owner of a changed password, or to the address that an undone change replaces.
fn notice_of(context: &AccountContext, user: &User, change: &AccountChange) -> Result<Option<Notice>, ApiError> {
    let Some(current) = &user.email else { return Ok(None) };
    let task = match (&change.address, &change.password) {
        (AddressChange::Undo(number), _) => {
            let back = user.replaced_by(*number, context.clock.now()).map(|former| &former.email);
            let is_replaced = back.is_some_and(|back| back != current);
            is_replaced.then(|| Task::EmailChangeUndone { user: user.id, to: current.clone() })
        }
        (_, password) => password.as_ref().map(|_| Task::PasswordChanged { user: user.id, to: current.clone() }),
    };
    task.map(|task| notice(context, current, task)).transpose()
}

/// A notice to a mailbox, unless it has had too many.
fn notice(context: &AccountContext, mailbox: &Email, task: Task) -> Result<Notice, ApiError> {
    let job = context.tables.jobs.job(task, context.clock.now())?;
    Ok(Notice { job, count: context.limiter.notice_mail(&mailbox.key()) })
}

/// The mail to the address that a change replaces, or is to replace. It can take the change back, so no limit leaves it
/// out: a change that is one mail too many is refused.
fn undo_mail(user: &User) -> Option<Task> {
    let old = user.email.clone()?;
    Some(Task::EmailChanged { user: user.id, old, change: user.next_revision() })
}

fn refusal(error: AccountChangeError, fields: FieldNames, now: Timestamp) -> ApiError {
    match error {
        AccountChangeError::Taken { username, email } => {
            taken(username.then_some(fields.username), email.then_some(fields.email))
        }
        AccountChangeError::Changed => changed_meanwhile(),
        AccountChangeError::TooOften { until, .. } => ApiError::throttled(until.seconds() - now.seconds()),
        AccountChangeError::Redeemed => invalid_token(),
        AccountChangeError::Store(error) => error.into(),
    }
}

/// 400: the username or the address belongs to another account; both errors at once if both do.
pub fn taken(username: Option<&str>, email: Option<&str>) -> ApiError {
    let mut errors = FieldErrors::default();
    if let Some(field) = username {
        errors.push(field, "A user with that username already exists.");
    }
    if let Some(field) = email {
        errors.push(field, "A user with that email already exists.");
    }
    errors.into()
}

/// 409: another request changed the account first; nothing of this one was written.
pub fn changed_meanwhile() -> ApiError {
    ApiError::detail(StatusCode::CONFLICT, "The account was changed by another request. Try again.")
}

/// Ends all sessions of a user by raising the epoch, except the one that `end` keeps. One round trip.
///
/// # Errors
/// 409 if another request raised the epoch first.
pub async fn end_sessions(
    context: &AccountContext,
    client: &Client,
    user: UserId,
    end: EndSessions,
    task: Task,
) -> Result<(), ApiError> {
    let job = context.tables.jobs.job(task, context.clock.now())?;
    let ended = security_event(context, client, "sessions_ended")?;
    let (done, ()) = futures_util::join!(
        context.tables.end_all_sessions(user, end, &job, &ended),
        audit(context, client, "sessions_ended", Some(user)),
    );
    if !done? {
        audit_refused(context, client, user).await;
        return Err(changed_meanwhile());
    }
    Ok(())
}

/// Deletes an account. The account, its credentials and its names are gone at once. Its content is hidden at once; jobs
/// that are written in the same transaction remove it, and tell the owner. One round trip.
///
/// # Errors
/// 409 if another request changed the account first.
pub async fn delete(context: &AccountContext, client: &Client, user: &User) -> Result<(), ApiError> {
    let now = context.clock.now();
    let told = user.email.as_ref().map(|to| {
        let task = Task::AccountDeleted { user: user.id, to: to.clone() };
        notice(context, to, task)
    });
    let told = told.transpose()?;
    let purge = context.tables.jobs.job(Task::Purge { user: user.id, round: 0 }, now)?;
    let (deleted, ()) = futures_util::join!(
        context.tables.delete(user, std::slice::from_ref(&purge), told.as_ref(), now),
        audit(context, client, "account_deleted", Some(user.id)),
    );
    if !deleted? {
        audit_refused(context, client, user.id).await;
        return Err(changed_meanwhile());
    }
    Ok(())
}

/// 400: a mailed token is unknown, expired, used, or belongs to another state of the account.
#[must_use]
pub fn invalid_token() -> ApiError {
    ApiError::field("token", "Invalid token for given user.")
}
