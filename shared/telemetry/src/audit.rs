//! The audit trail: security events as JSON in a log group of their own.
//!
//! An event is sent beside the last write of its request and before the answer. When CloudWatch fails, it
//! goes to standard output and is counted; no request fails for it.

use std::time::Duration;

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::error::DisplayErrorContext;
use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use serde::Serialize;
use tokio::sync::OnceCell;

/// A request does not wait longer for the trail.
const PATIENCE: Duration = Duration::from_secs(2);

/// Something that happened to an account, by a stable name. Holds no name, address of mail or secret.
#[derive(Clone, Debug, Serialize)]
pub struct AuditEvent {
    /// What: `signup`, `login`, `login_failed`, `refresh_token_reused`, …; `refused` where the event before it, of the
    /// same request, did not come about.
    pub event: &'static str,
    /// When, in RFC 3339.
    pub at: String,
    /// Milliseconds since 1970, for CloudWatch.
    #[serde(skip)]
    pub at_millis: i64,
    /// Whose account; none where nobody was found.
    #[serde(rename = "user.id", skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// From where.
    #[serde(rename = "client.address")]
    pub address: String,
    /// With what.
    #[serde(rename = "client.user_agent")]
    pub user_agent: String,
    /// Which request.
    #[serde(rename = "request.id")]
    pub request_id: String,
}

/// Sends events.
#[derive(Clone, Debug)]
pub struct Audit {
    client: Client,
    group: String,
    stream: String,
    /// The stream is made with the first event.
    made: std::sync::Arc<OnceCell<()>>,
}

impl Audit {
    /// Sends to this group, into a stream of this process's own.
    #[must_use]
    pub fn new(client: Client, group: &str, stream: String) -> Self {
        Self { client, group: group.to_owned(), stream, made: std::sync::Arc::default() }
    }

    /// Sends an event; whatever goes wrong is logged and counted here.
    pub async fn record(&self, event: AuditEvent) {
        let Ok(line) = serde_json::to_string(&event) else { return };
        let why = match tokio::time::timeout(PATIENCE, self.send(&line, event.at_millis)).await {
            Ok(Ok(())) => return,
            Ok(Err(why)) => why,
            Err(_) => "no answer in time".to_owned(),
        };
        // The metric is CloudWatch's embedded format; the event itself is in the same line.
        tracing::error!(
            error = %why,
            audit.event = %line,
            audit.failures = 1,
            "the audit trail did not take an event"
        );
    }

    async fn send(&self, line: &str, at_millis: i64) -> Result<(), String> {
        self.made.get_or_try_init(|| self.make_stream()).await?;
        let event =
            InputLogEvent::builder().message(line).timestamp(at_millis).build().map_err(|error| error.to_string())?;
        self.client
            .put_log_events()
            .log_group_name(&self.group)
            .log_stream_name(&self.stream)
            .log_events(event)
            .send()
            .await
            .map(|_| ())
            .map_err(|error| DisplayErrorContext(error).to_string())
    }

    async fn make_stream(&self) -> Result<(), String> {
        let made = self.client.create_log_stream().log_group_name(&self.group).log_stream_name(&self.stream);
        match made.send().await {
            Ok(_) => Ok(()),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_resource_already_exists_exception()) => Ok(()),
            Err(error) => Err(DisplayErrorContext(error).to_string()),
        }
    }
}
