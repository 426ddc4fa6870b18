//! Events of mails that come back from SES's simulator.

use aviary_localaws::{Config, LocalAws};
use aws_sdk_sesv2::types::MessageTag;
use serde_json::{Value, json};

use super::functions::{Answer, Functions};
use super::{config, given_up, start};
use crate::mail::{mail, ses};

const BOUNCING: &str = "bounce+a@simulator.amazonses.com";

/// A configuration with a function that reads the queue of SES's events.
fn config_with_queue() -> Config {
    let mut config = config();
    config.event_sources[0].queues.push("MailEventsQueue".to_owned());
    config
}

async fn send(aws: &LocalAws, to: &[&str]) -> String {
    let tag = MessageTag::builder().name("user").value("u-1").build().unwrap();
    let sent = mail(&ses(&aws.aws_url()), to, "subject").email_tags(tag).send().await.unwrap();
    sent.message_id().unwrap().to_owned()
}

/// The event in the message, and the message's id.
fn event_in(invocation: &Value) -> (Value, String) {
    let [message] = &invocation["Records"].as_array().unwrap()[..] else { panic!("one message") };
    assert_eq!(message["eventSource"], "aws:sqs");
    let body = serde_json::from_str(message["body"].as_str().unwrap()).unwrap();
    (body, message["messageId"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_mail_that_comes_back_is_told_with_its_tags() {
    let mut functions = Functions::start(|_| Answer::Done).await;
    let aws = start(&config_with_queue(), &functions);
    let id = send(&aws, &["a@x.example", BOUNCING]).await;
    let invocation = functions.next().await;
    assert_eq!(invocation.function, "worker");
    let (event, _) = event_in(&invocation.event);
    assert_eq!((&event["eventType"], &event["bounce"]["bounceType"]), (&json!("Bounce"), &json!("Permanent")));
    assert_eq!(event["bounce"]["bouncedRecipients"], json!([{"emailAddress": BOUNCING}]));
    assert_eq!((&event["mail"]["messageId"], &event["mail"]["tags"]), (&json!(id), &json!({"user": ["u-1"]})));
    assert!(functions.waiting().is_empty(), "the other mailbox took its mail");
}

#[tokio::test]
async fn a_message_that_the_function_names_as_failed_comes_again() {
    let mut functions = Functions::start(|invocation| Answer::Failed(vec![event_in(&invocation.event).1])).await;
    let aws = start(&config_with_queue(), &functions);
    send(&aws, &[BOUNCING]).await;
    let first = functions.next().await.event;
    assert_eq!((&functions.next().await.event, &functions.next().await.event), (&first, &first));
    let failure = loop {
        if let Some(failure) = given_up(&aws).await.pop() {
            break failure;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!((&failure["function"], &failure["event"]), (&json!("worker"), &first));
}
