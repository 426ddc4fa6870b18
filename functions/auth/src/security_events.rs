//! Security events: one copy for the audit trail, one for the user's own list.

use aviary_model::UserId;
use aviary_store::SecurityEvent;
use aviary_telemetry::AuditEvent;
use aviary_web::{ApiError, Client};

use crate::state::AuthState;

/// Sends an event to the audit trail. A failure to send does not fail the request.
pub(crate) async fn audit(state: &AuthState, client: &Client, event: &'static str, user: Option<UserId>) {
    let now = state.clock.now();
    let event = AuditEvent {
        event,
        at: now.to_string(),
        at_millis: now.millis(),
        user: user.map(|user| user.to_string()),
        actor: client.acting_on(user).map(|actor| actor.to_string()),
        address: client.address.clone(),
        user_agent: client.user_agent.clone(),
        request_id: client.request_id.clone(),
    };
    state.audit.record(event).await;
}

/// Records that the write of an event just sent was refused. Events are sent concurrently with their writes, so that no
/// change can be without an event; an event may therefore describe a change that failed.
pub(crate) async fn audit_refused(state: &AuthState, client: &Client, user: UserId) {
    audit(state, client, "refused", Some(user)).await;
}

/// An event for the user's own list; the caller writes it together with its cause.
pub(crate) fn security_event(state: &AuthState, client: &Client, event: &str) -> Result<SecurityEvent, ApiError> {
    let now = state.clock.now();
    let mut event = state.tables.activities.activity(event, now, &client.address, &client.user_agent)?;
    event.by = client.log.caller();
    Ok(event)
}
