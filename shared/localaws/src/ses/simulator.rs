//! SES's mailbox simulator: mails to `bounce@`, `suppressionlist@` and `complaint@simulator.amazonses.com` come back,
//! also with a label behind a plus. What SES tells of them arrives as SNS and SQS bring it.

use std::sync::Arc;

use aviary_template::{ACCOUNT, EventSources};
use serde_json::{Map, Value, json};

use super::send_email::{Mail, bare};
use crate::clock::rfc3339;
use crate::config::DEFAULT_REGION;
use crate::delivery::State;

const DOMAIN: &str = "simulator.amazonses.com";
/// The queue in the template to which SES's events go.
const QUEUE: &str = "MailEventsQueue";

/// The functions that read the queue of SES's events.
#[derive(Clone, Debug)]
pub(crate) struct MailEvents {
    state: State,
    functions: Arc<[String]>,
}

impl MailEvents {
    pub(crate) fn new(state: State, sources: &[EventSources]) -> Self {
        let reads = |sources: &&EventSources| sources.queues.iter().any(|queue| queue == QUEUE);
        let functions = sources.iter().filter(reads).map(|sources| sources.binary.clone()).collect();
        Self { state, functions }
    }

    /// Stores a message for each function and each recipient whose mailbox sends the mail back. Blocks.
    pub(super) fn tell(&self, mail: &Mail, id: &str, now_ms: i64) -> rusqlite::Result<()> {
        let events = mail.to.iter().enumerate();
        for (at, event) in events.filter_map(|(at, to)| Some((at, event(mail, bare(to), id, now_ms)?))) {
            let message = json!({"Records": [{
                "messageId": format!("{id}-{at}"),
                "receiptHandle": "local",
                "body": event.to_string(),
                "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": now_ms.to_string()},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": format!("arn:aws:sqs:{DEFAULT_REGION}:{ACCOUNT}:{QUEUE}"),
                "awsRegion": DEFAULT_REGION,
            }]});
            for function in self.functions.iter() {
                self.state.add_event(function, &message.to_string(), now_ms)?;
            }
        }
        Ok(())
    }
}

/// What SES tells of a mail to this address. `None` if it arrives.
fn event(mail: &Mail, address: &str, id: &str, now_ms: i64) -> Option<Value> {
    let address = address.to_lowercase();
    let (local, _) = address.rsplit_once('@').filter(|(_, domain)| *domain == DOMAIN)?;
    let mailbox = local.split_once('+').map_or(local, |(mailbox, _label)| mailbox);
    let recipients = json!([{"emailAddress": address}]);
    let at = rfc3339(now_ms);
    let bounce = |sub_type: &str| {
        let bounce = json!({
            "feedbackId": id, "bounceType": "Permanent", "bounceSubType": sub_type,
            "bouncedRecipients": recipients, "timestamp": at,
        });
        ("Bounce", "bounce", bounce)
    };
    let (kind, key, what) = match mailbox {
        "bounce" => bounce("General"),
        "suppressionlist" => bounce("Suppressed"),
        "complaint" => {
            let complaint = json!({
                "feedbackId": id, "complaintFeedbackType": "abuse",
                "complainedRecipients": recipients, "timestamp": at,
            });
            ("Complaint", "complaint", complaint)
        }
        _ => return None,
    };
    let tags: Map<String, Value> = mail.tags.iter().map(|(name, value)| (name.clone(), json!([value]))).collect();
    Some(json!({
        "eventType": kind,
        key: what,
        "mail": {
            "timestamp": at, "source": mail.from, "messageId": id, "destination": mail.to, "tags": tags,
        },
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(address: &str) -> Option<Value> {
        let mail = Mail {
            from: "no-reply@aviary.example".to_owned(),
            to: vec![address.to_owned()],
            subject: "s".to_owned(),
            text: Some("t".to_owned()),
            html: None,
            tags: vec![("user".to_owned(), "u-1".to_owned())],
        };
        event(&mail, address, "m-1", 0)
    }

    #[test]
    fn the_simulators_mailboxes_send_mails_back() {
        let bounce = told("Bounce+label@simulator.amazonses.com").unwrap();
        assert_eq!((&bounce["eventType"], &bounce["bounce"]["bounceType"]), (&json!("Bounce"), &json!("Permanent")));
        assert_eq!(bounce["mail"]["tags"], json!({"user": ["u-1"]}));
        let suppressed = told("suppressionlist@simulator.amazonses.com").unwrap();
        assert_eq!(suppressed["bounce"]["bounceSubType"], "Suppressed");
        let complaint = told("complaint@simulator.amazonses.com").unwrap();
        assert_eq!(complaint["complaint"]["complaintFeedbackType"], "abuse");
    }

    #[test]
    fn other_mailboxes_take_their_mails() {
        for address in [
            "success@simulator.amazonses.com",
            "bounce@example.com",
            "bounce@evil-simulator.amazonses.com",
            "bounced@simulator.amazonses.com",
        ] {
            assert_eq!(told(address), None, "{address}");
        }
    }
}
