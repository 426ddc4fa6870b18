//! What staff do to an account: deactivate and reactivate it, make its user staff, send a mail that resets the password.

use aviary_model::UserId;
use aviary_store::{Principal, Task};
use aviary_web::{ApiError, Client};

use crate::account_change::changed_meanwhile;
use crate::context::AccountContext;
use crate::security_events::{audit, audit_refused, security_event};

/// Deactivates an account, which ends every session and token of it at once, or reactivates it, which revives none. One
/// round trip.
///
/// # Errors
/// 409 if another request changed the principal first.
pub async fn set_active(
    context: &AccountContext,
    client: &Client,
    (user, principal): (UserId, Principal),
    active: bool,
) -> Result<(), ApiError> {
    let name = if active { "reactivated" } else { "deactivated" };
    let job = context.tables.jobs.job(Task::SweepSessions { user }, context.clock.now())?;
    let event = security_event(context, client, name)?;
    let (done, ()) = futures_util::join!(
        context.tables.set_active(user, principal, active, &job, &event),
        audit(context, client, name, Some(user)),
    );
    if !done? {
        audit_refused(context, client, user).await;
        return Err(changed_meanwhile());
    }
    Ok(())
}

/// Makes a user staff, or no longer staff. Two round trips: the event is in the user's own list too.
///
/// # Errors
/// 409 if the account is gone.
pub async fn set_staff(context: &AccountContext, client: &Client, user: UserId, staff: bool) -> Result<(), ApiError> {
    let name = if staff { "staff_granted" } else { "staff_removed" };
    let event = security_event(context, client, name)?;
    let (was, ()) = futures_util::join!(
        context.tables.credentials.set_staff(user, staff),
        audit(context, client, name, Some(user)),
    );
    if was?.is_none() {
        audit_refused(context, client, user).await;
        return Err(changed_meanwhile());
    }
    Ok(context.tables.activities.put(Some(user), &event).await?)
}

/// Writes the job that mails a link with which the user sets a new password. One round trip.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn ask_reset(
    context: &AccountContext,
    client: &Client,
    user: UserId,
    known: Option<UserId>,
) -> Result<(), ApiError> {
    let job = context.tables.jobs.job(Task::ResetMail { user }, context.clock.now())?;
    let (written, ()) =
        futures_util::join!(context.tables.jobs.put(&job), audit(context, client, "password_reset_asked", known),);
    Ok(written?)
}
