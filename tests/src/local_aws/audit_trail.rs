//! The log group of audit events, read by the wire protocol of CloudWatch Logs.

use serde_json::{Value, json};

use crate::client::Service;
use crate::local_aws::function::environment_of;

impl Service {
    /// Every event of the audit trail that contains the text, as it was written, in the order of time.
    pub async fn audit_trail(&self, text: &str) -> Vec<String> {
        let group = environment_of(self, "auth").remove("AVIARY_AUDIT_LOG_GROUP").expect("the group's name");
        let mut found = Vec::new();
        let mut filter = json!({"logGroupName": group, "filterPattern": format!("\"{text}\"")});
        loop {
            let page = self.filter_log_events(&filter).await;
            let events = page["events"].as_array().expect("events").iter();
            found.extend(events.map(|event| event["message"].as_str().expect("a message").to_owned()));
            match page.get("nextToken") {
                Some(next) => filter["nextToken"] = next.clone(),
                None => return found,
            }
        }
    }

    async fn filter_log_events(&self, filter: &Value) -> Value {
        let call = self.post_to(&self.aws_url).header("x-amz-target", "Logs_20140328.FilterLogEvents");
        call.body("application/x-amz-json-1.1", filter.to_string()).send().await.with_status(200).json()
    }
}
