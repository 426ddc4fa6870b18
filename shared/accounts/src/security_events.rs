//! Security events: one copy for the audit trail, one for the user's own list.

use aviary_model::UserId;
use aviary_store::SecurityEvent;
use aviary_web::{ApiError, Client};

use crate::context::AccountContext;

/// Sends an event to the audit trail. A failure to send does not fail the request.
pub async fn audit(context: &AccountContext, client: &Client, event: &'static str, user: Option<UserId>) {
    audit_about(context, client, event, user, None).await;
}

/// Sends an event about something that the account has, such as `tweet:<id>`, or about the account alone.
pub async fn audit_about(
    context: &AccountContext,
    client: &Client,
    event: &'static str,
    user: Option<UserId>,
    subject: Option<String>,
) {
    context.audit.record(client, event, user, subject).await;
}

/// Records that the write of an event just sent was refused. Events are sent concurrently with their writes, so that no
/// change can be without an event; an event may therefore describe a change that failed.
pub async fn audit_refused(context: &AccountContext, client: &Client, user: UserId) {
    audit(context, client, "refused", Some(user)).await;
}

/// An event for the user's own list; the caller writes it together with its cause.
pub fn security_event(context: &AccountContext, client: &Client, event: &str) -> Result<SecurityEvent, ApiError> {
    let now = context.clock.now();
    let mut event = context.tables.activities.activity(event, now, &client.address, &client.user_agent)?;
    event.by = client.log.caller();
    Ok(event)
}
