//! Mails that come back: their address gets no more, and the account's owner is told once.

use aviary_auth::digest;
use aviary_model::{Clock, Email, ReportTarget, Timestamp, UserId};
use aviary_runtime::EventHandler;
use aviary_store::{AccountChange, AddressChange, SecurityEvents, Task, User};
use serde_json::{Value, json};

use crate::fixture::{Fixture, NOW};

const DAY: i64 = 86_400;

/// What SES tells of a mail to this address of a user.
fn bounce(user: UserId, email: &str, kind: &str) -> Value {
    let hash = digest(Email::parse(email).unwrap().key().as_str());
    json!({
        "eventType": "Bounce",
        "bounce": {"bounceType": kind, "bounceSubType": "General", "bouncedRecipients": [{"emailAddress": email}]},
        "mail": {"destination": [email], "tags": {"user": [user.to_string()], "address": [hash]}},
    })
}

/// Delivers these events as messages `0`, `1` … of a queue. Returns those that failed.
async fn deliver(fixture: &Fixture, bodies: &[String]) -> Vec<String> {
    let message =
        |(id, body): (usize, &String)| json!({"messageId": id.to_string(), "eventSource": "aws:sqs", "body": body});
    let event = json!({ "Records": bodies.iter().enumerate().map(message).collect::<Vec<_>>() });
    let answer = fixture.worker.handle(event, fixture.deadline()).await.unwrap();
    let failures = answer["batchItemFailures"].as_array().unwrap().iter();
    failures.map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned()).collect()
}

async fn tell(fixture: &Fixture, event: &Value) {
    assert_eq!(deliver(fixture, &[event.to_string()]).await, Vec::<String>::new());
}

/// Runs the job, and returns how many mails were sent since the last time.
async fn mails_of(fixture: &Fixture, task: Task) -> usize {
    let before = fixture.mails().len();
    let job = fixture.job(task).await;
    assert_eq!(fixture.deliver(&[&job]).await, Vec::<String>::new());
    assert_eq!(fixture.now(&job).await.map(|job| job.attempts), None, "done");
    fixture.mails().len() - before
}

/// The names of the user's security events.
async fn told(fixture: &Fixture, user: UserId, now: Timestamp) -> Vec<String> {
    let page = SecurityEvents::new(&fixture.feed()).page(user, None, 20, now).await.unwrap();
    page.activities.into_iter().map(|event| event.event).collect()
}

async fn with_address(fixture: &Fixture, user: &User, email: &str) -> User {
    let address = AddressChange::Set(Some(Email::parse(email).unwrap()));
    let change = AccountChange { address, ..AccountChange::default() };
    fixture.tables.change(user, &change, fixture.clock.now()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_bounced_gets_no_mail_of_any_kind() {
    let fixture = Fixture::start();
    let user = fixture.user("ada").await;
    let old = user.email.clone().unwrap();
    let user = with_address(&fixture, &user, "new@example.com").await;
    let asked = AddressChange::Ask { email: Email::parse("next@example.com").unwrap(), password_given: true };
    let change = AccountChange { address: asked, ..AccountChange::default() };
    let user = fixture.tables.change(&user, &change, NOW).await.unwrap();
    let to = user.email.clone().unwrap();
    let kinds = || {
        [
            Task::ResetMail { user: user.id },
            Task::EmailChanged { user: user.id, old: old.clone(), change: 1 },
            Task::ConfirmEmail { user: user.id, change: 2 },
            Task::EmailChangeUndone { user: user.id, to: old.clone() },
            Task::PasswordChanged { user: user.id, to: to.clone() },
            Task::Warned { user: user.id, target: ReportTarget::Profile(user.id) },
            Task::AccountDeleted { user: user.id, to: to.clone() },
        ]
    };
    for task in kinds() {
        assert_eq!(mails_of(&fixture, task.clone()).await, 1, "{task:?}");
    }
    let tokens = async || fixture.items().await.iter().filter(|item| item.contains("\"MAIL#")).count();
    for email in ["ada@example.com", "NEW@Example.com", "next@example.com"] {
        tell(&fixture, &bounce(user.id, email, "Permanent")).await;
    }
    let before = tokens().await;
    for task in kinds() {
        assert_eq!(mails_of(&fixture, task.clone()).await, 0, "{task:?}");
    }
    assert_eq!(tokens().await, before, "a token that nobody gets is not made");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_is_told_once_and_another_address_gets_mails() {
    let fixture = Fixture::start();
    let user = fixture.user("ada").await;
    let event = bounce(user.id, "ada@example.com", "Permanent");
    for _ in 0..2 {
        tell(&fixture, &event).await;
    }
    assert_eq!(told(&fixture, user.id, NOW).await, ["mail_bounced"]);
    assert_eq!(mails_of(&fixture, Task::ResetMail { user: user.id }).await, 0);
    let user = with_address(&fixture, &user, "new@example.com").await;
    assert_eq!(mails_of(&fixture, Task::ResetMail { user: user.id }).await, 1);
    let stranger = fixture.user("eve").await;
    assert_eq!(mails_of(&fixture, Task::ResetMail { user: stranger.id }).await, 1);
    assert_eq!(told(&fixture, stranger.id, NOW).await, [] as [&str; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_90_days_the_address_is_tried_again_and_its_owner_told_again() {
    let fixture = Fixture::start();
    let user = fixture.user("ada").await;
    let event = bounce(user.id, "ada@example.com", "Permanent");
    tell(&fixture, &event).await;
    fixture.clock.forward(90 * DAY - 1);
    assert_eq!(mails_of(&fixture, Task::ResetMail { user: user.id }).await, 0);
    fixture.clock.forward(1);
    assert_eq!(mails_of(&fixture, Task::ResetMail { user: user.id }).await, 1);
    tell(&fixture, &event).await;
    assert_eq!(told(&fixture, user.id, NOW.plus_seconds(90 * DAY)).await, ["mail_bounced"]);
    assert_eq!(mails_of(&fixture, Task::ResetMail { user: user.id }).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complaint_ends_the_mails_and_a_passing_failure_does_not() {
    let fixture = Fixture::start();
    let user = fixture.user("ada").await;
    tell(&fixture, &bounce(user.id, "ada@example.com", "Transient")).await;
    assert_eq!(told(&fixture, user.id, NOW).await, [] as [&str; 0]);
    assert_eq!(mails_of(&fixture, Task::ResetMail { user: user.id }).await, 1);
    let tags = bounce(user.id, "ada@example.com", "")["mail"].clone();
    let complaint = json!({"complaintFeedbackType": "abuse"});
    tell(&fixture, &json!({"eventType": "Complaint", "complaint": complaint, "mail": tags})).await;
    assert_eq!(told(&fixture, user.id, NOW).await, ["mail_complained"]);
    assert_eq!(mails_of(&fixture, Task::ResetMail { user: user.id }).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mark_goes_with_its_account_and_a_deleted_one_gets_none() {
    let fixture = Fixture::start();
    let user = fixture.user("ada").await;
    let event = bounce(user.id, "ada@example.com", "Permanent");
    tell(&fixture, &event).await;
    fixture.delete(&user).await;
    let purge = fixture.job(Task::Purge { user: user.id, round: 0 }).await;
    assert_eq!(fixture.deliver(&[&purge]).await, Vec::<String>::new());
    let marks = async || fixture.items().await.iter().filter(|item| item.contains("RETURNED#")).count();
    assert_eq!(marks().await, 0);
    // The notice of the deletion came back.
    tell(&fixture, &event).await;
    assert_eq!(marks().await, 0);
    assert_eq!(told(&fixture, user.id, NOW).await, [] as [&str; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_cannot_be_handled_fails_alone() {
    let fixture = Fixture::start();
    let user = fixture.user("ada").await;
    let good = bounce(user.id, "ada@example.com", "Permanent");
    let mut untagged = good.clone();
    untagged["mail"]["tags"] = json!({});
    // What SES publishes when the topic is new.
    let trial = "Successfully validated SNS topic for Amazon SES event publishing.".to_owned();
    let bodies = ["no JSON".to_owned(), good.to_string(), "{}".to_owned(), untagged.to_string(), trial];
    assert_eq!(deliver(&fixture, &bodies).await, ["0", "2"]);
    assert_eq!(told(&fixture, user.id, NOW).await, ["mail_bounced"]);
}
