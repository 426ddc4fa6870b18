//! The audit trail: security events as JSON in their own log group.
//!
//! An event is sent concurrently with the last write of its request, and before the response. When CloudWatch fails, the
//! event goes to standard output and the failure is counted; the request does not fail.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::error::DisplayErrorContext;
use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use aws_types::SdkConfig;
use serde::Serialize;
use tokio::sync::OnceCell;

/// The longest that a request waits for the audit trail.
const TIMEOUT: Duration = Duration::from_secs(2);

/// A security event of an account. It holds no username, mail address or secret.
#[derive(Clone, Debug, Serialize)]
pub struct AuditEvent {
    /// A stable name: `signup`, `login`, `login_failed`, `refresh_token_reused`, …. `refused` says that the write of the
    /// same request's previous event failed.
    pub event: &'static str,
    /// The time, in RFC 3339.
    pub at: String,
    /// The same time in milliseconds since 1970, for CloudWatch.
    #[serde(skip)]
    pub at_millis: i64,
    /// The account's id; `None` where no account was found.
    #[serde(rename = "user.id", skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The id of the staff member who acted on the account; `None` where the user did.
    #[serde(rename = "actor.id", skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// What else the event is about, such as `tweet:<id>`; `None` where it is the account alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The client's IP address.
    #[serde(rename = "client.address")]
    pub address: String,
    /// The client's `User-Agent`.
    #[serde(rename = "client.user_agent")]
    pub user_agent: String,
    /// The gateway's id of the request, as in the request's log line.
    #[serde(rename = "request.id")]
    pub request_id: String,
}

#[derive(Clone, Debug)]
struct LazyClient {
    aws: SdkConfig,
    client: Arc<OnceLock<Client>>,
}

impl LazyClient {
    fn get(&self) -> &Client {
        self.client.get_or_init(|| Client::new(&self.aws))
    }
}

/// Sends events to CloudWatch Logs.
#[derive(Clone, Debug)]
pub struct Audit {
    /// Made with the first event: few processes of some functions ever send one.
    client: LazyClient,
    group: String,
    stream: String,
    /// Set when the stream exists: the first event creates it.
    created: Arc<OnceCell<()>>,
}

impl Audit {
    /// Sends to this log group. `stream` must be unique to the process.
    #[must_use]
    pub fn new(aws: &SdkConfig, group: &str, stream: String) -> Self {
        let client = LazyClient { aws: aws.clone(), client: Arc::default() };
        Self { client, group: group.to_owned(), stream, created: Arc::default() }
    }

    /// Sends an event. A failure is logged and counted.
    pub async fn record(&self, event: AuditEvent) {
        let Ok(line) = serde_json::to_string(&event) else { return };
        let why = match tokio::time::timeout(TIMEOUT, self.send(&line, event.at_millis)).await {
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
        self.created.get_or_try_init(|| self.create_stream()).await?;
        let event =
            InputLogEvent::builder().message(line).timestamp(at_millis).build().map_err(|error| error.to_string())?;
        self.client
            .get()
            .put_log_events()
            .log_group_name(&self.group)
            .log_stream_name(&self.stream)
            .log_events(event)
            .send()
            .await
            .map(|_| ())
            .map_err(|error| DisplayErrorContext(error).to_string())
    }

    async fn create_stream(&self) -> Result<(), String> {
        let created = self.client.get().create_log_stream().log_group_name(&self.group).log_stream_name(&self.stream);
        match created.send().await {
            Ok(_) => Ok(()),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_resource_already_exists_exception()) => Ok(()),
            Err(error) => Err(DisplayErrorContext(error).to_string()),
        }
    }
}
