//! What SES tells of mails that it could not deliver. SNS puts each event into a queue, as a message of its own.
//!
//! An address that mails came back from gets no more of them, and the account's owner sees a security event. An event
//! names neither: the mail had the user and the hash of the address as its tags.

use aviary_model::UserId;
use aviary_store::SecurityEvent;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::outcome::TaskError;
use crate::worker::Worker;

/// What SES publishes first, once for each new topic. It is no JSON.
const TRIAL: &str = "Successfully validated SNS topic";

/// Why a message could not be handled. The queue delivers it again, and keeps it in the end.
#[derive(Debug, thiserror::Error)]
enum MailEventError {
    #[error("a message has no event of SES: {0}")]
    Unreadable(#[from] serde_json::Error),
    #[error(transparent)]
    Task(#[from] TaskError),
}

/// An event of SES, as far as it matters.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct MailEvent {
    event_type: String,
    mail: Mail,
    bounce: Option<Bounce>,
    complaint: Option<Complaint>,
}

#[derive(Debug, Deserialize)]
struct Mail {
    #[serde(default)]
    tags: Tags,
}

/// Each tag has a list of values.
#[derive(Debug, Default, Deserialize)]
struct Tags {
    #[serde(default)]
    user: Vec<String>,
    #[serde(default)]
    address: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bounce {
    bounce_type: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Complaint {
    complaint_feedback_type: Option<String>,
}

impl MailEvent {
    /// The security event of an address that is to get no more mails.
    fn verdict(&self) -> Option<&'static str> {
        // A full mailbox or a busy server takes the next mail again, and SES itself has tried for hours.
        let is_permanent = |bounce: &Bounce| bounce.bounce_type == "Permanent";
        // A mailbox also says so when its owner takes a mail out of the spam folder.
        let is_meant = |complaint: &Complaint| complaint.complaint_feedback_type.as_deref() != Some("not-spam");
        match self.event_type.as_str() {
            "Bounce" if self.bounce.as_ref().is_some_and(is_permanent) => Some("mail_bounced"),
            "Complaint" if self.complaint.as_ref().is_some_and(is_meant) => Some("mail_complained"),
            _ => None,
        }
    }
}

/// The messages of a queue's event. `None` for an event of another kind.
pub(crate) fn queue_messages(event: &Value) -> Option<&[Value]> {
    let messages = event.get("Records")?.as_array()?;
    let of_queue = |message: &Value| message.get("eventSource").and_then(Value::as_str) == Some("aws:sqs");
    messages.first().is_some_and(of_queue).then_some(messages.as_slice())
}

impl Worker {
    /// Handles the messages of a batch. The answer names those that failed, and Lambda removes the others.
    pub(crate) async fn mail_events(&self, messages: &[Value]) -> Value {
        let mut failed = Vec::new();
        for message in messages {
            let text = |name| message.get(name).and_then(Value::as_str).unwrap_or_default();
            if let Err(error) = self.mail_event(text("body")).await {
                tracing::error!(error = %error, "an event of a mail failed");
                failed.push(json!({ "itemIdentifier": text("messageId") }));
            }
        }
        json!({ "batchItemFailures": failed })
    }

    async fn mail_event(&self, body: &str) -> Result<(), MailEventError> {
        if body.starts_with(TRIAL) {
            tracing::info!("SES tells of mails");
            return Ok(());
        }
        let event: MailEvent = serde_json::from_str(body)?;
        let kind = event.event_type.as_str();
        let Some(verdict) = event.verdict() else {
            tracing::info!(mail.event = kind, "a mail was not delivered, and the next one may be");
            return Ok(());
        };
        let Tags { user, address } = &event.mail.tags;
        let user = user.first().and_then(|user| user.parse::<UserId>().ok());
        // A mail of an earlier version has no tags, and its address is suppressed by SES alone.
        let (Some(user), Some(address)) = (user, address.first()) else {
            tracing::warn!(mail.event = kind, "a mail came back that names no account");
            return Ok(());
        };
        let marked = self.mark_address(user, address, verdict).await?;
        tracing::info!(user.id = %user, mail.event = kind, mail.marked = marked, "a mail came back");
        Ok(())
    }

    async fn mark_address(&self, user: UserId, address: &str, verdict: &str) -> Result<bool, TaskError> {
        let now = self.clock.now();
        // No client did it, so the event has neither an address nor a user agent.
        let event: SecurityEvent = self.security_events.activity(verdict, now, "", "")?;
        Ok(self.returned_mail.mark(user, address, now, &event).await?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn verdict(event: &Value) -> Option<&'static str> {
        serde_json::from_value::<MailEvent>(event.clone()).unwrap().verdict()
    }

    #[test]
    fn only_what_is_meant_to_last_ends_the_mails() {
        let bounce = |kind: &str| json!({"eventType": "Bounce", "mail": {}, "bounce": {"bounceType": kind}});
        assert_eq!(verdict(&bounce("Permanent")), Some("mail_bounced"));
        assert_eq!(verdict(&bounce("Transient")), None);
        assert_eq!(verdict(&bounce("Undetermined")), None);
        let complaint = |feedback: Value| {
            verdict(&json!({"eventType": "Complaint", "mail": {}, "complaint": {"complaintFeedbackType": feedback}}))
        };
        assert_eq!(complaint(json!("abuse")), Some("mail_complained"));
        assert_eq!(complaint(Value::Null), Some("mail_complained"));
        assert_eq!(complaint(json!("not-spam")), None);
        assert_eq!(verdict(&json!({"eventType": "Reject", "mail": {}, "reject": {"reason": "Bad content"}})), None);
    }

    #[test]
    fn only_events_of_queues_have_messages() {
        let of = |source: &str| queue_messages(&json!({"Records": [{"eventSource": source}]})).map(<[Value]>::len);
        assert_eq!((of("aws:sqs"), of("aws:dynamodb")), (Some(1), None));
        assert_eq!(queue_messages(&json!({"Records": []})), None);
        assert_eq!(queue_messages(&json!({"detail-type": "Scheduled Event"})), None);
    }
}
