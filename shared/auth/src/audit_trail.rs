//! The audit trail of a function: who did what to whose account.

use std::sync::Arc;

use aviary_model::{Clock, UserId};
use aviary_runtime::{Start, StartError};
use aviary_telemetry::{Audit, AuditEvent};
use aviary_web::Client;
use futures_util::future::join;

use crate::caller::Caller;

/// What a member of staff does to something that somebody else has.
#[derive(Clone, Debug)]
pub struct StaffAct<'a> {
    /// The event's name.
    pub event: &'static str,
    /// Who did it.
    pub caller: &'a Caller,
    /// Whose it is.
    pub owner: UserId,
    /// What it is, such as `tweet:<id>`; `None` for the profile or the account.
    pub subject: Option<String>,
}

/// The audit trail, and the clock that dates its events. Clones are cheap.
#[derive(Clone, Debug)]
pub struct AuditTrail {
    audit: Audit,
    clock: Arc<dyn Clock>,
}

impl AuditTrail {
    /// Reads the settings. `function` begins the name of the process's stream. Makes no call.
    ///
    /// # Errors
    /// When the setting is missing, or the system has no random bytes.
    pub fn start(start: &Start, function: &str) -> Result<Self, StartError> {
        // Each process writes to its own log stream.
        let stream = format!("{function}/{}", start.entropy.secret::<16>()?.expose());
        let audit = Audit::new(&start.aws, start.settings.required("AVIARY_AUDIT_LOG_GROUP")?, stream);
        Ok(Self { audit, clock: start.clock.clone() })
    }

    /// Sends an event about something that the account has, such as `tweet:<id>`, or about the account alone. A failure
    /// to send does not fail the request.
    pub async fn record(&self, client: &Client, event: &'static str, user: Option<UserId>, subject: Option<String>) {
        let now = self.clock.now();
        let event = AuditEvent {
            event,
            at: now.to_string(),
            at_millis: now.millis(),
            user: user.map(|user| user.to_string()),
            actor: client.acting_on(user).map(|actor| actor.to_string()),
            subject,
            address: client.address.clone(),
            user_agent: client.user_agent.clone(),
            request_id: client.request_id.clone(),
        };
        self.audit.record(event).await;
    }

    /// Does what may be an act of staff. One is sent to the trail together with its write, and so is its refusal; what a
    /// user does to their own is not sent.
    ///
    /// # Errors
    /// That of the write.
    pub async fn with_act<T, E>(
        &self,
        client: &Client,
        act: StaffAct<'_>,
        write: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let StaffAct { event, caller, owner, subject } = act;
        if !caller.staff || caller.user == owner {
            return write.await;
        }
        let ((), written) = join(self.record(client, event, Some(owner), subject.clone()), write).await;
        if written.is_err() {
            self.record(client, "refused", Some(owner), subject).await;
        }
        written
    }
}
